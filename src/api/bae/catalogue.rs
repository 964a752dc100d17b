//! What the elements of the catalogue have in common: names, states, versions, and whose they are.

use serde_json::{Value, json};

use super::carried;
use super::error::{NOT_OWNER, OWNERS_STAY};
use super::form::{all, must, reference, text};
use super::related_party;
use super::wire::{Tree, tree};
use crate::domain::account::Account;
use crate::domain::catalog::lifecycle::{Life, State, Trigger};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{AccountId, Id};
use crate::domain::localized::Localized;
use crate::domain::operator::Permission;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text::{self, Name, Prose};
use crate::domain::time::{Instant, Validity};
use crate::services::{Act, Cx, Error, account, catalog};

/// Below it lies the catalogue.
pub(super) const BASE: &str = "/DSProductCatalog/api/catalogManagement/v2";

/// What is known of all elements.
const HEAD: &[&str] = &["name", "description", "lifecycleStatus", "validFor", "version"];

/// A state in the words of this contract: `In study`.
pub(super) fn word(of: State) -> String {
    let text = of.word().replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The state that was said, in any case.
fn stated(said: &Tree) -> Result<Option<State>, Invalid> {
    let Some(word) = text::<String>(said, "lifecycleStatus")? else { return Ok(None) };
    let refused = || Invalid::one("lifecycleStatus", "enum", format!("`{word}` is no state"));
    let state = word.trim().to_ascii_lowercase().replace(' ', "_").parse();
    state.map(Some).map_err(|_| refused())
}

/// A period that was said; without a beginning it begins at `from`.
pub(super) fn validity(said: &Value, from: Option<Instant>) -> Result<Validity, Invalid> {
    let Some(period) = said.as_object() else {
        return Ok(Validity::new(from, None).unwrap_or(Validity::ALWAYS));
    };
    let at = |name| text::<Instant>(period, name).map_err(|it| it.below("validFor/"));
    let backwards = || Invalid::one("validFor", "range", "must end after it begins");
    let begins = at("startDateTime")?.or(from);
    Validity::new(begins, at("endDateTime")?).ok_or_else(backwards)
}

/// A period as it is shown; `null` for always.
pub(super) fn shown_validity(it: Validity) -> Value {
    let at = |it: Option<Instant>| it.map(|it| it.to_string());
    let all = [("startDateTime", at(it.from())), ("endDateTime", at(it.until()))];
    let all: Tree =
        all.into_iter().filter_map(|it| Some((it.0.to_owned(), it.1?.into()))).collect();
    if all.is_empty() { Value::Null } else { Value::Object(all) }
}

/// What a seller calls a version.
fn label(said: &Tree) -> Result<Option<text::Code>, Invalid> {
    text(said, "version")
}

/// The life with which something begins, and what is done once all that is said of it is there:
/// nothing is on the market before that.
///
/// # Errors
/// 400 for a word that is no state, or one in which nothing begins.
pub(super) fn begun(said: &Tree, now: Instant) -> Result<(Life, Option<Trigger>), Error> {
    let valid_for = validity(said.get("validFor").unwrap_or(&Value::Null), Some(now))?;
    let state = stated(said)?.unwrap_or(State::InStudy);
    let (state, then) = if state == State::Launched {
        (State::Active, Some(Trigger::Launch))
    } else {
        (state, None)
    };
    let mut life = Life::new(state, valid_for)?;
    life.label = label(said)?;
    Ok((life, then))
}

/// What a life becomes where a change says something of it, but for its state.
///
/// # Errors
/// 400 for what cannot be read.
pub(super) fn lived(mut life: Life, said: &Tree) -> Result<Life, Error> {
    // What counts the changes where the seller calls nothing a version is no name for one.
    let counted = life.version().to_string();
    let is_counted = life.label.is_none() && said.get("version") == Some(&counted.into());
    if said.contains_key("version") && !is_counted {
        life.label = label(said)?;
    }
    if let Some(period) = said.get("validFor") {
        life.valid_for = validity(period, life.valid_for.from())?;
    }
    Ok(life)
}

/// Whether a change says that something is retired.
///
/// # Errors
/// 400 for a word that is no state.
pub(super) fn retires(said: &Tree) -> Result<bool, Error> {
    Ok(stated(said)? == Some(State::Retired))
}

/// What leads to the state that a change says; nothing if it is there.
///
/// # Errors
/// 400 for a word that is no state, or to which nothing leads.
pub(super) fn trigger(said: &Tree, now: State) -> Result<Option<Trigger>, Error> {
    let Some(state) = stated(said)?.filter(|it| *it != now) else { return Ok(None) };
    let none = || {
        let why = format!("nothing leads from `{}` back to `{}`", word(now), word(state));
        Rejection::new(Code::CatalogStateForbids, why)
    };
    Ok(Some(Trigger::towards(state).ok_or_else(none)?))
}

/// A text in the language of the house.
pub(super) fn english<T>(it: T) -> Result<Localized<T>, Error> {
    Ok(Localized::new("en".parse().map_err(Error::internal)?, it))
}

/// The name that was said.
pub(super) fn named(said: &Tree) -> Result<Localized<Name>, Error> {
    english(must::<Name>(said, "name")?)
}

/// A name where a change says something of it: in the language in which it was first written.
pub(super) fn renamed(before: Localized<Name>, said: &Tree) -> Result<Localized<Name>, Error> {
    if !said.contains_key("name") {
        return Ok(before);
    }
    let locale = before.locale().clone();
    Ok(before.with(locale, must(said, "name")?))
}

/// A description where something is said of it.
pub(super) fn described(
    before: Option<Localized<Prose>>,
    said: &Tree,
) -> Result<Option<Localized<Prose>>, Error> {
    if !said.contains_key("description") {
        return Ok(before);
    }
    let now: Option<Prose> = text(said, "description")?;
    match (before, now) {
        (Some(before), Some(now)) => {
            let locale = before.locale().clone();
            Ok(Some(before.with(locale, now)))
        }
        (None, Some(now)) => english(now).map(Some),
        (_, None) => Ok(None),
    }
}

/// What is known of all elements: `at` is where it is.
pub(super) fn known(
    cx: Cx<'_>,
    (at, id): (&str, uuid::Uuid),
    (name, description): (&Localized<Name>, Option<&Localized<Prose>>),
    (life, stamp): (&Life, &Stamp),
) -> Result<Tree, Error> {
    let version =
        life.label.as_ref().map_or_else(|| life.version().to_string(), ToString::to_string);
    Ok(tree(json!({
        "id": id.to_string(),
        "href": format!("{at}/{id}"),
        "name": name.original().as_str(),
        "description": description.map(|it| it.original().as_str()),
        "lifecycleStatus": word(life.state()),
        "validFor": shown_validity(life.valid_for),
        "version": version,
        "lastUpdate": stamp.changed_at.to_string(),
        "relatedParty": [related_party::owner(cx, stamp.seller)?],
    })))
}

/// Whether a related party is said to own something.
fn is_owner(it: &Value) -> bool {
    it.get("role").and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case("owner"))
}

/// For whom something is written: the caller, or the owner that is named where the caller may write
/// for it.
///
/// # Errors
/// 403 if somebody else is named.
pub(super) fn seller(cx: Cx<'_>, said: &Tree) -> Result<SellerNumber, Error> {
    let own = catalog::seller(cx, None)?;
    for it in all(said, "relatedParty").iter().filter(|it| is_owner(it)) {
        let refused = || {
            let id = it.get("id").and_then(Value::as_str).unwrap_or_default();
            NOT_OWNER.broken("relatedParty", format!("names the owner `{id}`, who is not you"))
        };
        if related_party::names_caller(cx, it)? {
            continue;
        }
        let id = reference(it).ok_or_else(refused)?;
        let by_party = account::of_party(cx, Id::from_uuid(id))?;
        let account = match by_party {
            Some(account) => Some(account),
            None => cx.find::<Account>(AccountId::from_uuid(id))?,
        };
        let is_own_user = cx.actor.user().is_some_and(|it| it.uuid() == id);
        let named = account.and_then(|it| it.seller_number());
        match named.or(is_own_user.then_some(own)) {
            Some(seller) if seller == own => {}
            Some(seller) if is_open(cx, seller) => return Ok(seller),
            Some(_) | None => return Err(refused().into()),
        }
    }
    Ok(own)
}

/// Refuses a change of what somebody else sells.
///
/// # Errors
/// 403, of what the caller sees on a shelf as of all else.
pub(super) fn must_be_own(act: &Act<'_>, stamp: &Stamp, name: &Name) -> Result<(), Error> {
    if catalog::is_kept(act.cx(), stamp) == Some(false) {
        return Err(NOT_OWNER.broken("id", format!("`{name}` is not yours")).into());
    }
    act.must(Permission::CatalogWrite, stamp)
}

/// Whether the caller writes the catalogue of a seller.
fn is_open(cx: Cx<'_>, seller: SellerNumber) -> bool {
    catalog::is_kept(cx, &cx.stamp(seller, None)) == Some(true)
}

/// What is kept beside an element after something was said of it, as
/// [`carried::after`] has it: of the related parties those beside the owner, who is ours to say.
///
/// # Errors
/// If what was kept cannot be read.
pub(super) fn kept(stamp: &Stamp, said: &Tree, known: &[&str]) -> Result<Vec<u8>, Error> {
    let mut said = said.clone();
    if said.contains_key("relatedParty") {
        let others: Vec<_> =
            all(&said, "relatedParty").iter().filter(|it| !is_owner(it)).cloned().collect();
        let others = if others.is_empty() { Value::Null } else { others.into() };
        said.insert("relatedParty".to_owned(), others);
    }
    carried::after(stamp, &said, &[HEAD, known].concat())
}

/// Refuses a change of the related parties; their order says nothing.
///
/// # Errors
/// 409 if one is another than before.
pub(super) fn parties_must_stay(said: &Tree, shown: &Tree) -> Result<(), Invalid> {
    let told = |of: &Tree| {
        let text = |it: &Value, name: &str| {
            let text = it.get(name).and_then(Value::as_str).unwrap_or_default();
            text.to_ascii_lowercase()
        };
        let all = all(of, "relatedParty").iter();
        let mut all: Vec<_> = all.map(|it| (text(it, "role"), text(it, "id"))).collect();
        all.sort();
        all
    };
    if !said.contains_key("relatedParty") || told(said) == told(shown) {
        return Ok(());
    }
    Err(OWNERS_STAY.broken("relatedParty", "cannot be changed once it is there"))
}

/// What is kept beside an element over what is known, with all its related parties.
pub(super) fn shown_over(kept: Tree, mut known: Tree) -> Tree {
    let mut shown = kept;
    if let (Some(Value::Array(more)), Some(Value::Array(owners))) =
        (shown.remove("relatedParty"), known.get_mut("relatedParty"))
    {
        owners.extend(more);
    }
    shown.extend(known);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(it: Value) -> Tree {
        tree(it)
    }

    #[test]
    fn a_state_reads_as_it_is_written_in_any_case() {
        for of in State::ALL {
            let said = said(json!({ "lifecycleStatus": word(*of).to_uppercase() }));
            assert_eq!(stated(&said), Ok(Some(*of)));
        }
        assert_eq!(word(State::InStudy), "In study");
        assert!(stated(&said(json!({ "lifecycleStatus": "burnt" }))).is_err());
    }

    #[test]
    fn what_begins_begins_now_and_is_launched_last() {
        let now: Instant = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let (life, then) = begun(&Tree::new(), now).expect("a life");
        assert_eq!((life.state(), then), (State::InStudy, None));
        assert_eq!(shown_validity(life.valid_for), json!({ "startDateTime": now.to_string() }));
        let it = json!({ "lifecycleStatus": "launched", "version": "1.2" });
        let (life, then) = begun(&said(it), now).expect("a life");
        assert_eq!((life.state(), then), (State::Active, Some(Trigger::Launch)));
        assert_eq!(life.label.map(|it| it.to_string()), Some("1.2".to_owned()));
        assert!(begun(&said(json!({ "lifecycleStatus": "Retired" })), now).is_err());
    }

    #[test]
    fn parties_stay_in_whatever_order_they_are_said() {
        let of = |all: &[(&str, &str)]| {
            let all = all.iter().map(|(id, role)| json!({ "id": id, "role": role }));
            said(json!({ "relatedParty": all.collect::<Vec<_>>() }))
        };
        let shown = of(&[("1", "Owner"), ("2", "Broker")]);
        let stays = |it: &Tree| parties_must_stay(it, &shown).is_ok();
        assert!(stays(&Tree::new()));
        assert!(stays(&of(&[("2", "broker"), ("1", "owner")])));
        assert!(!stays(&of(&[("1", "Owner")])));
        assert!(!stays(&of(&[("1", "Owner"), ("3", "Broker")])));
    }
}
