//! The schemes: for each country the form of its numbers, how their digits agree, and who says so.
//!
//! The forms of the member states and of Northern Ireland are those of the European Commission
//! (VIES, frequently asked questions, "the VAT number format"). Few states publish how the digits
//! agree; what `python-stdnum` 2.2 gathered of them, module by module, is the source named as
//! `stdnum.…`, and its published examples are the test.

use std::borrow::Cow;

use super::digit as by;

/// How the numbers of a country are made.
#[derive(Debug)]
pub(super) struct Scheme {
    /// The letters that they begin with.
    pub(super) letters: &'static str,
    /// The country by ISO 3166-1.
    pub(super) country: &'static str,
    /// What follows the letters, one form after another: `#` is a digit, `@` a letter or a digit,
    /// everything else itself.
    pub(super) forms: &'static str,
    /// Whether the digits of what follows agree.
    pub(super) agrees: fn(&str) -> bool,
    /// Whether the register of the European Union knows them.
    pub(super) is_in_vies: bool,
    /// Who says how the digits agree.
    #[cfg_attr(not(test), expect(dead_code, reason = "it is for readers, and for the test"))]
    pub(super) source: &'static str,
}

impl PartialEq for Scheme {
    fn eq(&self, other: &Self) -> bool {
        self.letters == other.letters
    }
}

impl Eq for Scheme {}

impl Scheme {
    /// What follows the letters with what is left away at times: the zero that Belgian numbers of
    /// nine digits were given in front.
    pub(super) fn completed<'a>(&self, rest: &'a str) -> Cow<'a, str> {
        if self.letters == "BE" && rest.len() == 9 {
            return Cow::Owned(format!("0{rest}"));
        }
        Cow::Borrowed(rest)
    }
}

/// A member state, or what trades as one.
const fn member(
    (letters, country): (&'static str, &'static str),
    forms: &'static str,
    agrees: fn(&str) -> bool,
    source: &'static str,
) -> Scheme {
    Scheme { letters, country, forms, agrees, is_in_vies: true, source }
}

/// A country outside of the European Union, whose own register is another one.
const fn other(
    (letters, country): (&'static str, &'static str),
    forms: &'static str,
    agrees: fn(&str) -> bool,
    source: &'static str,
) -> Scheme {
    Scheme { letters, country, forms, agrees, is_in_vies: false, source }
}

/// All schemes, by their letters.
pub(super) const SCHEMES: &[Scheme] = &[
    member(("AT", "AT"), "U########", by::austria, "stdnum.at.uid"),
    member(("BE", "BE"), "0######### 1#########", by::belgium, "stdnum.be.vat"),
    member(("BG", "BG"), "######### ##########", by::bulgaria, "stdnum.bg.vat"),
    // Swiss numbers bear the word for the tax in a language of the country: UIDG, SR 431.03.
    other(
        ("CHE", "CH"),
        "######### #########MWST #########TVA #########IVA",
        by::switzerland,
        "stdnum.ch.uid",
    ),
    member(("CY", "CY"), "########@", by::cyprus, "stdnum.cy.vat"),
    member(("CZ", "CZ"), "######## ######### ##########", by::czechia, "stdnum.cz.dic"),
    member(("DE", "DE"), "#########", by::germany, "stdnum.de.vat (ISO 7064, Mod 11, 10)"),
    member(("DK", "DK"), "########", by::denmark, "stdnum.dk.cvr"),
    member(("EE", "EE"), "#########", by::estonia, "stdnum.ee.kmkr"),
    member(("EL", "GR"), "#########", by::greece, "stdnum.gr.vat"),
    member(("ES", "ES"), "@#######@", by::spain, "stdnum.es.nif"),
    member(("FI", "FI"), "########", by::finland, "stdnum.fi.alv"),
    member(("FR", "FR"), "@@#########", by::france, "stdnum.fr.tva"),
    other(
        ("GB", "GB"),
        "######### ############ GD### HA###",
        by::united_kingdom,
        "stdnum.gb.vat (HMRC Notice 700/21 for the forms)",
    ),
    member(("HR", "HR"), "###########", by::croatia, "stdnum.hr.oib (ISO 7064, Mod 11, 10)"),
    member(("HU", "HU"), "########", by::hungary, "stdnum.hu.anum"),
    member(("IE", "IE"), "#@#####@ #######@@", by::ireland, "stdnum.ie.vat"),
    member(("IT", "IT"), "###########", by::italy, "stdnum.it.iva"),
    member(("LT", "LT"), "######### ############", by::lithuania, "stdnum.lt.pvm"),
    member(("LU", "LU"), "########", by::luxembourg, "stdnum.lu.tva"),
    member(("LV", "LV"), "###########", by::latvia, "stdnum.lv.pvn"),
    member(("MT", "MT"), "########", by::malta, "stdnum.mt.vat"),
    member(("NL", "NL"), "#########B##", by::netherlands, "stdnum.nl.btw"),
    other(("NO", "NO"), "######### #########MVA", by::norway, "stdnum.no.mva"),
    member(("PL", "PL"), "##########", by::poland, "stdnum.pl.nip"),
    member(("PT", "PT"), "#########", by::portugal, "stdnum.pt.nif"),
    member(
        ("RO", "RO"),
        "## ### #### ##### ###### ####### ######## ######### ##########",
        by::romania,
        "stdnum.ro.cui",
    ),
    member(("SE", "SE"), "############", by::sweden, "stdnum.se.vat"),
    member(("SI", "SI"), "########", by::slovenia, "stdnum.si.ddv"),
    member(("SK", "SK"), "##########", by::slovakia, "stdnum.sk.dph"),
    // Northern Ireland trades in goods as a member state does, under the numbers of the kingdom.
    member(
        ("XI", "GB"),
        "######### ############ GD### HA###",
        by::united_kingdom,
        "stdnum.gb.vat (Protocol on Northern Ireland for the letters)",
    ),
];
