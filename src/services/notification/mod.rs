//! Templates of mails: what the house says on each occasion, and what a seller says instead.
//!
//! Every seller has a template for every occasion. Until somebody changes it, it is that of the
//! house and lies nowhere.

mod carriage;
mod dunning;
mod firing;
mod hold;
mod reader;
mod refund;
mod value;

use uuid::Uuid;

pub use self::firing::{Fired, fire};
pub(super) use self::reader::reaches_payer;
use super::{Act, Bss, Cx, Error, catalog, event};
use crate::domain::account::Account;
use crate::domain::error::{Invalid, Violation};
use crate::domain::event::Fact;
use crate::domain::id::{AccountId, Id, NotificationTemplateId};
use crate::domain::localized::Localized;
use crate::domain::notification::{Firing, MailText, NotificationTemplate, Occasion};
use crate::domain::operator::Permission;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text::Locale;
use crate::render::mail::{self, MailParts, MailTemplate, TemplateError};
use crate::store::account::ACCOUNT_BY_SELLING;
use crate::store::fact::Facts;
use crate::store::{Key, Records};

/// The languages that the house writes in, the original first.
const LANGUAGES: [&str; 4] = ["en", "de", "fr", "es"];

/// The id of a seller's template for an occasion: it follows from both, so that it is the same
/// whether or not the template was ever changed.
fn id(seller: SellerNumber, occasion: Occasion) -> NotificationTemplateId {
    let mut bytes = *b"mail\0\0\0\0\0\0\0\0\0\0\0\0";
    bytes[9] = occasion as u8;
    bytes[10..14].copy_from_slice(&seller.0.to_be_bytes());
    NotificationTemplateId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Whose template for which occasion an id names.
fn named(it: NotificationTemplateId) -> Option<(SellerNumber, Occasion)> {
    let uuid: Uuid = it.uuid();
    let bytes = uuid.as_bytes();
    let occasion = *Occasion::ALL.get(usize::from(bytes[9]))?;
    let seller = u32::from_be_bytes(bytes[10..14].try_into().ok()?);
    (id(SellerNumber(seller), occasion) == it).then_some((SellerNumber(seller), occasion))
}

/// The template of the house, as a seller's.
fn of_house(stamp: Stamp, occasion: Occasion) -> NotificationTemplate {
    let [original, others @ ..] = LANGUAGES.map(|it| it.parse::<Locale>().expect("a locale"));
    let text = |locale: &Locale| {
        let MailTemplate { subject, text, html } = mail::of_house(occasion, locale);
        let right = "what comes with the house is right: a test reads it";
        MailText {
            subject: subject.parse().expect(right),
            text: text.parse().expect(right),
            html: Some(html.parse().expect(right)),
        }
    };
    let mut all = Localized::new(original.clone(), text(&original));
    for other in others {
        all = all.with(other.clone(), text(&other));
    }
    let id = id(stamp.seller, occasion);
    NotificationTemplate { id, stamp, occasion, text: all, firing: Firing::On }
}

/// A seller's template for an occasion, whoever asks.
fn of(cx: Cx<'_>, seller: SellerNumber, occasion: Occasion) -> Result<NotificationTemplate, Error> {
    let kept = cx.view.find(id(seller, occasion))?;
    Ok(kept.unwrap_or_else(|| of_house(cx.stamp(seller, None), occasion)))
}

/// The templates of a seller, in the order of their occasions: of the caller if none is named.
///
/// # Errors
/// If the account that is named does not sell.
pub fn list(cx: Cx<'_>, seller: Option<AccountId>) -> Result<Vec<NotificationTemplate>, Error> {
    let seller = catalog::seller(cx, seller)?;
    let all: Result<Vec<_>, Error> = Occasion::ALL.iter().map(|it| of(cx, seller, *it)).collect();
    let sees = |it: &NotificationTemplate| {
        cx.actor.sees(crate::domain::id::Kind::NotificationTemplate, &it.stamp)
    };
    Ok(all?.into_iter().filter(sees).collect())
}

/// A template.
///
/// # Errors
/// If there is none of that id for the caller.
pub fn get(cx: Cx<'_>, id: NotificationTemplateId) -> Result<NotificationTemplate, Error> {
    let (seller, occasion) = named(id).ok_or_else(|| Error::not_found(id))?;
    let key = Key::new().u32(seller.0);
    let sells = cx.view.first_along::<Account>(ACCOUNT_BY_SELLING, key)?.is_some();
    let it = of(cx, seller, occasion)?;
    let sees = cx.actor.sees(crate::domain::id::Kind::NotificationTemplate, &it.stamp);
    if sells && sees { Ok(it) } else { Err(Error::not_found(id)) }
}

/// Changes what a seller says on an occasion, and whether it says anything.
///
/// # Errors
/// If the text cannot be filled with the sample's values, or the caller may not.
pub fn revise(
    act: &mut Act<'_>,
    id: NotificationTemplateId,
    revision: Option<u32>,
    change: impl FnOnce(NotificationTemplate) -> Result<NotificationTemplate, Error>,
) -> Result<NotificationTemplate, Error> {
    let before = get(act.cx(), id)?;
    act.must(Permission::NotificationWrite, &before.stamp)?;
    act.expect_revision(&before.stamp, revision)?;
    let mut it = change(before)?;
    for (locale, text) in it.text.iter() {
        let filled = fill(text, &mail::sample());
        filled.map_err(|error| refused(&format!("/texts/{locale}"), &error))?;
    }
    act.put(&mut it)?;
    Ok(it)
}

/// What is wrong with a text, at its place in the input.
fn refused(at: &str, error: &TemplateError) -> Invalid {
    let message = format!("line {}: {}", error.line, error.what);
    Invalid {
        violations: vec![Violation::new(format!("{at}/{}", error.part), "template", message)],
    }
}

/// Puts values into a text.
fn fill(text: &MailText, values: &mail::Tree) -> Result<MailParts, TemplateError> {
    let template = MailTemplate {
        subject: text.subject.to_string(),
        text: text.text.to_string(),
        html: text.html.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    mail::render(&template, values)
}

/// What a mail would be.
#[derive(Debug, Clone)]
pub struct Preview {
    /// For a reader of which language.
    pub locale: Locale,
    /// From which event, by its place in the log; with made-up values if none is named.
    pub event: Option<u64>,
    /// With which text; that of the template if none is given.
    pub text: Option<MailText>,
}

/// What a mail would be, and is not sent. Links in it lead nowhere.
///
/// # Errors
/// If the template or the event is not there for the caller, or the text cannot be filled.
pub fn preview(
    bss: &Bss,
    cx: Cx<'_>,
    id: NotificationTemplateId,
    wanted: &Preview,
) -> Result<MailParts, Error> {
    let template = get(cx, id)?;
    let text = wanted.text.as_ref().unwrap_or_else(|| template.text.text(&wanted.locale));
    let values = match wanted.event {
        None => mail::sample(),
        Some(sequence) => {
            let fact = told(cx, sequence)?;
            if firing::occasion(&fact)? != Some(template.occasion) {
                let message = format!("the event `{}` is no occasion for it", fact.name());
                return Err(Invalid::one("/event", "occasion", message).into());
            }
            let reader = value::Reader::nobody(wanted.locale.clone());
            value::values(cx, bss.site(), &fact, &reader)?
        }
    };
    Ok(fill(text, &values).map_err(|error| refused("", &error))?)
}

/// A fact that the caller may see.
fn told(cx: Cx<'_>, sequence: u64) -> Result<Fact, Error> {
    let missing = || Invalid::one("/event", "reference", format!("`{sequence}` is not there"));
    let before = sequence.checked_sub(1).ok_or_else(missing)?;
    let fact = cx.view.facts_after(before, 1)?.pop();
    let stamp = |it: &Fact| Stamp::new(it.seller, it.owner, it.at);
    let fact = fact.filter(|it| cx.actor.sees(it.subject.kind, &stamp(it)));
    Ok(fact.ok_or_else(missing)?)
}

/// The thing that a fact is about, as it was after it.
fn after<R: crate::store::Record>(fact: &Fact) -> Result<R, Error> {
    let side = fact.after.as_deref().ok_or_else(|| Error::internal("the fact has no after"))?;
    event::read(side)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_whose_template_it_is_and_for_what() {
        for occasion in Occasion::ALL {
            for seller in [1, 2, 70_000].map(SellerNumber) {
                assert_eq!(named(id(seller, *occasion)), Some((seller, *occasion)));
            }
        }
        assert_eq!(named(NotificationTemplateId::from_uuid(Uuid::nil())), None);
        assert_eq!(named(NotificationTemplateId::from_uuid(Uuid::from_u128(7))), None);
    }

    #[test]
    fn every_text_of_the_house_is_one_that_can_be_kept() {
        let now = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let stamp = Stamp::new(SellerNumber(1), None, now);
        for occasion in Occasion::ALL {
            let template = of_house(stamp.clone(), *occasion);
            assert_eq!(template.text.iter().count(), LANGUAGES.len());
            for (locale, text) in template.text.iter() {
                let filled = fill(text, &mail::sample());
                assert!(filled.is_ok(), "{occasion} {locale}: {filled:?}");
            }
        }
    }
}
