//! `productOfferingTerm`: for how long one commits to an offering (TMF620): the terms of our offers.

use serde_json::{Value, json};

use super::entity::{must, text, tree};
use super::language::{self, described, worded};
use super::party_form::{shown_validity, validity};
use super::price_rhythm::period;
use super::resource::Tree;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::term::Term;
use crate::domain::error::Invalid;
use crate::domain::text::{Code, Name, Prose};
use crate::domain::time::{Span, SpanUnit};
use crate::services::Error;

/// The attribute in which they stand.
pub(super) const NAME: &str = "productOfferingTerm";

/// Terms as they are shown; `null` for none.
pub(super) fn shown(of: &[Term]) -> Value {
    let is_first = of.first().is_some_and(|it| it.is_default);
    let one = |it: &Term| {
        let own = it.name.as_ref().and_then(|name| key(name.original()).ok());
        let name = called(it);
        let length = it.length.map(period);
        let text = it.description.as_ref().map(|it| it.original());
        json!({
            "name": name,
            "description": text.map(Prose::as_str),
            "code": (it.name.is_some() && own.as_ref() != Some(&it.key)).then_some(it.key.as_str()),
            "isDefault": (it.is_default && !is_first).then_some(true),
            language::NAMES: language::shown(it.name.as_ref()),
            language::DESCRIPTIONS: language::shown(it.description.as_ref()),
            "duration": length.map(|(units, amount)| json!({ "amount": amount, "units": units })),
            "validFor": shown_validity(it.valid_for),
        })
    };
    if of.is_empty() { Value::Null } else { of.iter().map(one).collect() }
}

/// What orders call a term that people call something: in which whatever a code cannot hold is an
/// underscore.
fn key(name: &Name) -> Result<Code, Error> {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '_' };
    let key: String = name.as_str().chars().map(plain).take(40).collect();
    key.parse().map_err(Error::internal)
}

/// What people call a term.
pub(super) fn called(it: &Term) -> &str {
    it.name.as_ref().map_or(it.key.as_str(), |it| it.original().as_str())
}

/// The term of an offer that is said by its name, or by how long it is where it has none (`itemTerm`).
///
/// # Errors
/// 400 if its length cannot be read.
pub(super) fn named(of: &Offer, said: &Tree) -> Result<Option<Code>, Invalid> {
    let name = said.get("name").and_then(Value::as_str).unwrap_or_default().trim();
    let is = |it: &&Term| {
        it.key.as_str().eq_ignore_ascii_case(name) || called(it).eq_ignore_ascii_case(name)
    };
    let found = of.content.terms.iter().find(is);
    let found = match length(said)? {
        Some(length) if name.is_empty() => of.term_lasting(length, |_| true),
        Some(_) | None => found,
    };
    Ok(found.map(|it| it.key.clone()))
}

/// How long something that was said lasts (`duration`), if that is said.
pub(super) fn length(said: &Tree) -> Result<Option<Span>, Invalid> {
    let Some(said) = said.get("duration").filter(|it| it.is_object()) else { return Ok(None) };
    let count = said.get("amount").and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok());
    let count = count
        .filter(|it| *it > 0)
        .ok_or_else(|| Invalid::one("duration/amount", "range", "must be a whole number from 1"))?;
    let word = said.get("units").and_then(Value::as_str).unwrap_or_default();
    let unit = match word.to_ascii_lowercase().trim_end_matches('s') {
        "day" => SpanUnit::Day,
        "week" => SpanUnit::Week,
        "month" => SpanUnit::Month,
        "year" => SpanUnit::Year,
        _ => {
            let message = format!("`{word}` is none of `day`, `week`, `month`, `year`");
            return Err(Invalid::one("duration/units", "enum", message));
        }
    };
    Ok(Some(Span { count, unit }))
}

fn one(said: &Tree, before: &[Term]) -> Result<Term, Error> {
    let name: Name = must(said, "name")?;
    // What this contract does not say of a term stays as it is.
    let term = match before.iter().find(|it| called(it) == name.as_str()) {
        Some(it) => it.clone(),
        None => {
            let code = text::<Code>(said, "code")?;
            Term::of(code.map_or_else(|| key(&name), Ok)?, None)
        }
    };
    let name = match &term.name {
        Some(before) if !said.contains_key(language::NAMES) => worded(before, name),
        Some(_) | None => language::name(said)?,
    };
    let description = match said.contains_key(language::DESCRIPTIONS) {
        true => language::description(said)?,
        false => described(term.description.as_ref(), said)?,
    };
    Ok(Term {
        name: Some(name),
        description,
        is_default: term.is_default || said.get("isDefault") == Some(&json!(true)),
        length: length(said)?,
        valid_for: validity("validFor", said.get("validFor"))?,
        ..term
    })
}

/// The terms that were said; the first is that of who chooses none, unless another one is already.
///
/// # Errors
/// 400 with the place of what cannot be read.
pub(super) fn read(said: &Tree, before: &[Term]) -> Result<Vec<Term>, Error> {
    let mut terms = Vec::new();
    for (place, it) in said.get(NAME).and_then(Value::as_array).into_iter().flatten().enumerate() {
        let at = format!("{NAME}/{place}/");
        let read = one(&tree(it.clone()), before);
        terms.push(read.map_err(|error| {
            if let Error::Invalid(it) = error { it.below(&at).into() } else { error }
        })?);
    }
    if !terms.iter().any(|it| it.is_default)
        && let Some(first) = terms.first_mut()
    {
        first.is_default = true;
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_as_they_are_shown() {
        let said = json!([
            { "name": "24 months", "duration": { "amount": 24, "units": "month" } },
            { "name": "Open" },
        ]);
        let read = read(&tree(json!({ NAME: said })), &[]).expect("right");
        assert_eq!(read.iter().map(|it| it.is_default).collect::<Vec<_>>(), [true, false]);
        assert_eq!(read[0].key.as_str(), "24_months");
        let shown = shown(&read);
        assert_eq!(shown[0]["duration"], said[0]["duration"]);
        assert_eq!((&shown[1]["name"], &shown[1]["duration"]), (&json!("Open"), &Value::Null));
        let odd =
            tree(json!({ NAME: [{ "name": "x", "duration": { "amount": 1, "units": "eon" } }] }));
        assert!(super::read(&odd, &[]).is_err());
    }
}
