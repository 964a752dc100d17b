//! Offerings: our offers that have a part number, as this contract would show them. No client of IBM's
//! knows this call; the part numbers came from a price list.

use axum::http::Method;
use serde::Serialize;

use super::duration::{self, Duration};
use super::error::Refusal;
use super::route::{Asked, By, Row};
use super::wire::{listed, shown};
use crate::api::edge::work::Work;
use crate::domain::catalog::offer::{Offer, Seating, TermsOfUse as Ours};
use crate::domain::catalog::term::Trial;
use crate::domain::operator::{Permission, Role};
use crate::domain::text::Locale;
use crate::domain::time::Instant;
use crate::services::{Cx, Error, finding, offer};

const READS: (Permission, Role) = (Permission::OfferBrowse, Role::Member);

/// What can be asked of offerings.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, "resource/offering", By::Path, READS, list),
    Row::new(Method::GET, "resource/offering/{id}", By::Path, READS, get),
];

/// An offering on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Offering {
    id: u64,
    oid: u64,
    part_number: String,
    offering_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    is_pooled: bool,
    is_trial: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms_of_use: Option<TermsOfUse>,
    term_set: Vec<OfferingTerm>,
}

/// What the buyers of an offering accept.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TermsOfUse {
    terms_of_use_id: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl TermsOfUse {
    fn of(it: &Ours, locale: &Locale) -> Self {
        Self {
            terms_of_use_id: it.version.to_string(),
            title: it.title.text(locale).to_string(),
            address: it.address.as_ref().map(ToString::to_string),
            text: it.text.as_ref().map(|it| it.text(locale).to_string()),
        }
    }
}

/// For how long an offering can be had.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfferingTerm {
    duration_units: &'static str,
    duration_length: u64,
    is_automatically_renewed: bool,
    is_trial: bool,
}

fn term(it: &Duration<'_>) -> OfferingTerm {
    let (duration_length, duration_units) = duration::shown(it.length);
    let renews = it.term.and_then(|it| it.renewal).is_some_and(|it| it.is_automatic());
    OfferingTerm {
        duration_units,
        duration_length,
        is_automatically_renewed: renews || it.is_endless(),
        is_trial: it.term.is_some_and(|it| matches!(it.trial, Trial::Whole)),
    }
}

/// An offer as the contract shows it; nothing where it has no part number.
fn wire(it: &Offer, now: Instant) -> Option<Offering> {
    let english: Locale = "en".parse().expect("the word is a locale");
    let content = &it.content;
    let terms: Vec<_> = duration::offered(it, now).iter().map(term).collect();
    Some(Offering {
        id: it.stamp.number,
        oid: it.stamp.number,
        part_number: content.part_number.as_ref()?.to_string(),
        offering_name: content.name.text(&english).to_string(),
        description: content.summary.as_ref().map(|it| it.text(&english).to_string()),
        is_pooled: content.seating == Seating::Pool,
        is_trial: !terms.is_empty() && terms.iter().all(|it| it.is_trial),
        terms_of_use: content.terms_of_use.as_ref().map(|it| TermsOfUse::of(it, &english)),
        term_set: terms,
    })
}

/// Whether an offer can be ordered by its part number now.
fn is_offering(cx: Cx<'_>, it: &Offer) -> bool {
    it.content.part_number.is_some() && it.content.is_sellable && it.life.is_on_sale(cx.now)
}

fn list(mut asked: Asked) -> Result<Work, Refusal> {
    let wanted = asked.page()?;
    Ok(Work::scans(move |cx| {
        let found = wanted.of(|page| offer::list(cx, None, page, |it| is_offering(cx, it)))?;
        let items: Vec<_> = found.iter().filter_map(|it| wire(it, cx.now)).collect();
        Ok(listed(&items))
    }))
}

fn get(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Offering")?;
    Ok(Work::scans(move |cx| {
        let mut found = None;
        for id in finding::by_number::<Offer>(cx, number)? {
            let it = offer::get(cx, id).map_or_else(Error::or_nothing, |it| Ok(Some(it)))?;
            let it = it.filter(|it| is_offering(cx, it));
            found = found.or(it.and_then(|it| wire(&it, cx.now)));
        }
        let missing = || Error::not_found(format!("Offering with ID {number}"));
        Ok(shown("Offering", found.ok_or_else(missing)?))
    }))
}
