//! Letterheads: what the papers of a seller say of it beside its name, and how they look.
//!
//! A letterhead never changes: who says something else has a new one, and the newest of a seller
//! holds. An invoice copies in what its letterhead says, names it for the look, and seals a hash of
//! that; so a paper that is made again after years is the same, or is found not to be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::billing::invoice::chain::Hash;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::LetterheadId;
use crate::domain::payment::mandate::Creditor;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Bic, Email, Iban, Locale, Name, Prose};

/// What the papers of a seller say and how they look, from when it was written until there is
/// another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letterhead {
    /// Its identity.
    pub id: LetterheadId,
    /// Whose it is, and since when.
    pub stamp: Stamp,
    /// What it says.
    pub says: Sayings,
    /// How it looks.
    pub look: Look,
    /// Which address its mails come from; `None` for that of the house.
    pub mail_from: Option<Email>,
}

/// What a seller says of itself on its papers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sayings {
    /// Where it is paid.
    pub bank: Option<BankAccount>,
    /// In which register it stands, under which number.
    pub registration: Option<Name>,
    /// Who speaks for it.
    pub management: Option<Name>,
    /// Until when and how it is to be paid, in its own words.
    pub payment_terms: Option<Prose>,
    /// As whom it collects by mandate into that account, if it does.
    pub collects: Option<Creditor>,
}

/// Where somebody is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    /// Whose account it is; `None` for the seller's own name.
    pub holder: Option<Name>,
    /// Its number.
    pub iban: Iban,
    /// The code of the bank.
    pub bic: Option<Bic>,
    /// What the bank is called.
    pub bank: Option<Name>,
}

/// How papers look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Look {
    /// What stands at the top of the first page.
    pub logo: Option<Logo>,
    /// In which color headings and rules are.
    pub color: Color,
}

/// A color of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Color {
    /// Red, green and blue.
    pub rgb: [u8; 3],
}

/// A picture in the Portable Network Graphics format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    png: Vec<u8>,
}

/// What an invoice copies in of how it is written: in which language, to which customer, and what
/// the letterhead says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imprint {
    /// In which language.
    pub locale: Locale,
    /// The number of the customer.
    pub customer: u64,
    /// What the customer calls what it pays here.
    pub reference: Option<Name>,
    /// The letterhead; `None` where the seller had none.
    pub letterhead: Option<LetterheadId>,
    /// The hash of its look.
    pub look: Option<Hash>,
    /// What that says.
    pub says: Sayings,
}

impl Sayings {
    /// The longest terms of payment, in characters: they stand in a box.
    pub const PAYMENT_TERMS_MAX: usize = 500;
    /// The most lines that they may be written in.
    pub const PAYMENT_TERMS_LINES_MAX: usize = 10;
    /// The longest name in the foot of a page, in characters: a few lines of a narrow column.
    pub const FOOT_MAX: usize = 120;

    /// What of it an invoice copies in: as whom the seller collects is no matter of what it demands.
    #[must_use]
    pub fn printed(&self) -> Self {
        Self { collects: None, ..self.clone() }
    }

    /// Refuses what does not fit into its place on a paper.
    ///
    /// # Errors
    /// With everything that is too long, and what is missing for collecting.
    pub fn check(&self) -> Result<(), Invalid> {
        let bank = self.bank.as_ref();
        let names = [
            ("/registration", self.registration.as_ref()),
            ("/management", self.management.as_ref()),
            ("/bank/holder", bank.and_then(|it| it.holder.as_ref())),
            ("/bank/bank", bank.and_then(|it| it.bank.as_ref())),
        ];
        let names =
            names.into_iter().filter_map(|(at, it)| Some((at, it?.as_str(), Self::FOOT_MAX)));
        let terms = self.payment_terms.iter();
        let terms = terms.map(|it| ("/payment_terms", it.as_str(), Self::PAYMENT_TERMS_MAX));
        let long = names.chain(terms).filter(|(_, text, most)| *most < text.chars().count());
        let mut found: Vec<_> = long
            .map(|(at, _, most)| {
                Violation::new(at, "length", format!("must have at most {most} characters"))
            })
            .collect();
        let lines = self.payment_terms.as_ref().map_or(0, |it| it.as_str().lines().count());
        if lines > Self::PAYMENT_TERMS_LINES_MAX {
            let message = format!("must have at most {} lines", Self::PAYMENT_TERMS_LINES_MAX);
            found.push(Violation::new("/payment_terms", "length", message));
        }
        if let Some(creditor) = &self.collects {
            if self.bank.is_none() {
                let message = "must be given: what is collected comes there";
                found.push(Violation::new("/bank", "required", message));
            }
            let (most, days) = (Creditor::NOTICE_DAYS_MAX, creditor.notice_days);
            if !(1..=most).contains(&days) {
                let message = format!("must be from 1 to {most}");
                found.push(Violation::new("/creditor/notice_days", "range", message));
            }
        }
        Invalid::unless_empty(found)
    }
}

impl Imprint {
    /// That of somebody whose seller has no letterhead.
    #[must_use]
    pub fn plain(locale: Locale, customer: u64) -> Self {
        Self {
            locale,
            customer,
            reference: None,
            letterhead: None,
            look: None,
            says: Sayings::default(),
        }
    }
}

impl Look {
    /// A hash of all of it: the color, and the file of the logo.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let mut hash = Sha256::new();
        hash.update(self.color.rgb);
        if let Some(logo) = &self.logo {
            hash.update(&logo.png);
        }
        hash.finalize().into()
    }
}

impl Default for Color {
    /// The blue of the house.
    fn default() -> Self {
        Self { rgb: [0x2f, 0x5b, 0xd7] }
    }
}

impl Color {
    /// How bright it appears, from 0 to 255.
    #[must_use]
    pub fn brightness(self) -> u32 {
        let [red, green, blue] = self.rgb.map(u32::from);
        (red * 299 + green * 587 + blue * 114) / 1000
    }

    /// The color as ink on white paper: as it is, or darkened until it can be read.
    #[must_use]
    pub fn ink(self) -> Self {
        const BRIGHTNESS_MAX: u32 = 120;
        let brightness = self.brightness();
        if brightness <= BRIGHTNESS_MAX {
            return self;
        }
        let darker = |it: u8| u8::try_from(u32::from(it) * BRIGHTNESS_MAX / brightness);
        Self { rgb: self.rgb.map(|it| darker(it).unwrap_or(u8::MAX)) }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.rgb;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// A text that is no color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a color such as `#2f5bd7`")]
pub struct ColorError;

impl FromStr for Color {
    type Err = ColorError;

    fn from_str(text: &str) -> Result<Self, ColorError> {
        let digits = text.strip_prefix('#').filter(|it| it.len() == 6).ok_or(ColorError)?;
        let part = |at: usize| {
            let part =
                digits.get(at..at + 2).filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
            part.and_then(|it| u8::from_str_radix(it, 16).ok()).ok_or(ColorError)
        };
        Ok(Self { rgb: [part(0)?, part(2)?, part(4)?] })
    }
}

impl Logo {
    /// The largest file, in bytes: it lies in each paper.
    pub const BYTES_MAX: usize = 64 << 10;
    /// The longest side, in dots.
    pub const SIDE_MAX: u32 = 800;
    const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

    /// A logo of these bytes. Whether all of it can be drawn is for the one to say who draws it.
    ///
    /// # Errors
    /// If they are too many, no picture of the format, or of one with too many dots.
    pub fn new(png: Vec<u8>) -> Result<Self, Invalid> {
        let refused =
            |rule: &'static str, message: String| Err(Invalid::one("/logo", rule, message));
        if png.len() > Self::BYTES_MAX {
            let most = Self::BYTES_MAX;
            return refused("length", format!("must have at most {most} bytes"));
        }
        match sides(&png) {
            Some(sides) if sides.iter().all(|it| (1..=Self::SIDE_MAX).contains(it)) => {
                Ok(Self { png })
            }
            Some(_) => {
                let most = Self::SIDE_MAX;
                refused("range", format!("must be at most {most} dots wide and high"))
            }
            None => refused("format", "must be a picture in the PNG format".to_owned()),
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn png(&self) -> &[u8] {
        &self.png
    }

    /// How many dots wide and high it is.
    #[must_use]
    pub fn sides(&self) -> [u32; 2] {
        sides(&self.png).expect("a logo was made of a picture")
    }
}

/// Width and height, as the head of a picture says them.
fn sides(png: &[u8]) -> Option<[u32; 2]> {
    let head = png.strip_prefix(&Logo::SIGNATURE)?.get(4..16)?.strip_prefix(b"IHDR")?;
    let side = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some([side(0)?, side(4)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let head = [&Logo::SIGNATURE[..], &13_u32.to_be_bytes(), b"IHDR"].concat();
        [&head[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat()
    }

    #[test]
    fn a_logo_is_a_small_picture() {
        let rule = |png: Vec<u8>| Logo::new(png).map_err(|it| it.to_string());
        assert_eq!(rule(png(320, 80)).map(|it| it.sides()), Ok([320, 80]));
        for (wrong, why) in [
            (b"GIF89a".to_vec(), "PNG format"),
            (png(1, 1)[..20].to_vec(), "PNG format"),
            (png(0, 1), "800 dots"),
            (png(801, 1), "800 dots"),
            ([png(1, 1), vec![0; Logo::BYTES_MAX]].concat(), "65536 bytes"),
        ] {
            let told = rule(wrong).expect_err(why);
            assert!(told.contains(why), "{told}");
        }
    }

    #[test]
    fn a_color_is_written_as_on_the_web_and_dark_enough_as_ink() {
        let color: Color = "#2F5bd7".parse().expect("a color");
        assert_eq!(color, Color::default());
        assert_eq!(color.to_string(), "#2f5bd7");
        for wrong in ["", "2f5bd7", "#2f5bd", "#2f5bdg", "#+f5bd7", "#ä5bd7"] {
            assert_eq!(wrong.parse::<Color>(), Err(ColorError), "{wrong}");
        }
        for (color, ink) in [("#2f5bd7", "#2f5bd7"), ("#ffffff", "#787878"), ("#ffe000", "#938100")]
        {
            let found = color.parse::<Color>().expect(color).ink();
            assert_eq!(found.to_string(), ink);
            assert!(found.brightness() <= 120, "{color}: {found}");
        }
    }

    #[test]
    fn a_look_has_another_hash_when_anything_of_it_is_another() {
        let plain = Look::default();
        let colored = Look { color: Color { rgb: [1, 2, 3] }, ..plain.clone() };
        let pictured = |width| Look { logo: Logo::new(png(width, 80)).ok(), ..plain.clone() };
        let all = [plain.clone(), colored, pictured(80), pictured(81)].map(|it| it.hash());
        let different = std::collections::BTreeSet::from(all);
        assert_eq!((different.len(), plain.hash()), (4, Look::default().hash()));
    }

    #[test]
    fn terms_of_payment_fit_into_their_box() {
        let terms = |length: usize| Sayings {
            payment_terms: "x".repeat(length).parse().ok(),
            ..Sayings::default()
        };
        assert_eq!(terms(Sayings::PAYMENT_TERMS_MAX).check(), Ok(()));
        assert!(terms(Sayings::PAYMENT_TERMS_MAX + 1).check().is_err());
        let lines = |count: usize| Sayings {
            payment_terms: vec!["x"; count].join("\n").parse().ok(),
            ..Sayings::default()
        };
        assert_eq!(lines(Sayings::PAYMENT_TERMS_LINES_MAX).check(), Ok(()));
        assert!(lines(Sayings::PAYMENT_TERMS_LINES_MAX + 1).check().is_err());
    }

    #[test]
    fn names_fit_into_the_foot_of_a_page() {
        let name = |length: usize| "x".repeat(length).parse::<Name>().ok();
        let most = Sayings::FOOT_MAX;
        let says = |length| Sayings {
            registration: name(length),
            management: name(length),
            ..Sayings::default()
        };
        assert_eq!(says(most).check(), Ok(()));
        let refused = says(most + 1).check().expect_err("too long");
        let fields: Vec<_> = refused.violations.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["/registration", "/management"]);
    }
}
