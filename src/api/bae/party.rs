//! `/DSPartyManagement`: persons and organizations, who are our parties.
//!
//! A party is made with the account of who signs up and goes with it, so that there is neither `POST` nor
//! `DELETE`. Everybody changes its own party alone, and reads those that it may see. Of who sells what one
//! sees the name is for everybody, because offerings lead there, and nothing else.

use axum::http::Method;
use serde_json::{Value, json};

use super::carried;
use super::contact::{
    ENDS, as_said, attributes, day, media, merged, shown_attributes, shown_day, shown_media,
    shown_validity, validity,
};
use super::error::NOT_YOURS;
use super::form::{must, text};
use super::list::{self, Whole};
use super::party_details as details;
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::country;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{Id, PartyId};
use crate::domain::operator::{Permission, User};
use crate::domain::page::PageRequest;
use crate::domain::party::individual::{Individual, PersonName};
use crate::domain::party::lifecycle::Trigger;
use crate::domain::party::organization::Organization;
use crate::domain::party::{Nature, Party, Profile};
use crate::domain::stamp::Contract;
use crate::domain::text::{Country, Name};
use crate::services::{Act, Cx, Error, party};

const INDIVIDUALS: &str = "/DSPartyManagement/api/partyManagement/v2/individual";
const ORGANIZATIONS: &str = "/DSPartyManagement/api/partyManagement/v2/organization";
const INDIVIDUAL: &str = "/DSPartyManagement/api/partyManagement/v2/individual/{id}";
const ORGANIZATION: &str = "/DSPartyManagement/api/partyManagement/v2/organization/{id}";

const READS: Needs = Needs::Permission(Permission::PartyRead);
const WRITES: Needs = Needs::Permission(Permission::PartyWrite);

/// What can be asked of parties.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, INDIVIDUALS, READS, |it| listed(it, Sort::Individual)),
    Row::new(Method::GET, INDIVIDUAL, Needs::Nothing, |it| one(it, Sort::Individual)),
    Row::new(Method::PATCH, INDIVIDUAL, WRITES, |it| change(it, Sort::Individual, How::Patch)),
    Row::new(Method::PUT, INDIVIDUAL, WRITES, |it| change(it, Sort::Individual, How::Put)),
    Row::new(Method::GET, ORGANIZATIONS, READS, |it| listed(it, Sort::Organization)),
    Row::new(Method::GET, ORGANIZATION, Needs::Nothing, |it| one(it, Sort::Organization)),
    Row::new(Method::PATCH, ORGANIZATION, WRITES, |it| change(it, Sort::Organization, How::Patch)),
    Row::new(Method::PUT, ORGANIZATION, WRITES, |it| change(it, Sort::Organization, How::Put)),
];

const LISTED: Listed =
    Listed { text: &["fullName", "givenName", "familyName", "tradingName"], ..Listed::PLAIN };

/// Which of the two resources.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Individual,
    Organization,
}

/// Whether what is not said stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Patch,
    Put,
}

impl Sort {
    const fn path(self) -> &'static str {
        match self {
            Self::Individual => INDIVIDUALS,
            Self::Organization => ORGANIZATIONS,
        }
    }

    const fn of(it: &Party) -> Self {
        match it.profile().nature {
            Nature::Individual(_) => Self::Individual,
            Nature::Organization(_) => Self::Organization,
        }
    }
}

/// Where this contract has the papers of a party.
const fn papers_of(it: &Nature) -> &'static str {
    match it {
        Nature::Individual(_) => "individualIdentification",
        Nature::Organization(_) => "organizationIdentification",
    }
}

/// The reference to a party.
pub(super) fn referred(it: &Party, role: &str) -> Value {
    json!({
        "id": it.id.uuid(), "href": format!("{}/{}", Sort::of(it).path(), it.id.uuid()),
        "role": role, "name": it.display_name(),
    })
}

fn word(it: Option<&Name>) -> Option<&str> {
    it.map(Name::as_str)
}

fn known_of_person(person: &Individual) -> Value {
    let name = &person.name;
    json!({
        "givenName": name.given.as_str(),
        "familyName": name.family.as_str(),
        "middleName": word(name.middle.as_ref()),
        "title": word(name.title.as_ref()),
        "fullName": word(name.full.as_ref()),
        "formattedName": word(name.formatted.as_ref()),
        "birthDate": shown_day(person.born_on),
        "deathDate": shown_day(person.died_on),
        "otherName": details::shown_person_names(&person.other_names),
        "gender": word(person.gender.as_ref()),
        "placeOfBirth": word(person.place_of_birth.as_ref()),
        "countryOfBirth": person.country_of_birth.as_ref().map(Country::as_str),
        "nationality": word(person.nationality.as_ref()),
        "location": word(person.location.as_ref()),
    })
}

fn known_of_company(company: &Organization) -> Value {
    json!({
        "tradingName": company.trading_name.as_str(),
        "nameType": word(company.legal_form.as_ref()),
        "type": word(company.kind.as_ref()),
        "isLegalEntity": company.is_legal_entity,
        "existsDuring": shown_validity(company.existence, ENDS),
        "otherName": details::shown_trading_names(&company.other_names),
        "organizationParentRelationship": details::shown_relationships(&company.parents),
        "organizationChildRelationship": details::shown_relationships(&company.children),
    })
}

/// A party as this contract shows it.
fn shown(it: &Party) -> Result<Tree, Error> {
    let (profile, kept) = (it.profile(), carried::read(&it.stamp)?);
    let agrees = |said: &Value| media(Some(said)) == profile.media;
    let ways = as_said(&kept, "contactMedium", shown_media(&profile.media), agrees);
    let mut known = tree(match &profile.nature {
        Nature::Individual(person) => known_of_person(person),
        Nature::Organization(company) => known_of_company(company),
    });
    let papers = details::shown_papers(&profile.identifications);
    known.extend(tree(json!({
        "id": it.id.uuid(),
        "href": format!("{}/{}", Sort::of(it).path(), it.id.uuid()),
        "status": capitalized(it.state_word()),
        "contactMedium": ways,
        "characteristic": shown_attributes(&profile.characteristics),
        "externalReference": details::shown_references(&profile.external_references),
        "relatedParty": details::shown_related(&profile.related),
        papers_of(&profile.nature): papers,
    })));
    let mut all = kept;
    all.extend(known);
    Ok(all)
}

/// A word as this contract writes states.
pub(super) fn capitalized(it: &str) -> String {
    let mut letters = it.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn listed(asked: Asked, sort: Sort) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let list = |page: &PageRequest| party::list(cx, None, page, |it| Sort::of(it) == sort);
        list::listed((&LISTED, &wanted), list, Whole(shown))
    }))
}

/// The party with an id, if it is of the sort that the path says.
fn found(cx: Cx<'_>, id: PartyId, sort: Sort) -> Result<Party, Error> {
    let it: Party = cx.get(id)?;
    if Sort::of(&it) == sort { Ok(it) } else { Err(Error::not_found(id)) }
}

/// How a party is called, which is all that is shown of it to others.
fn named(it: &Party) -> Tree {
    let names = match &it.profile().nature {
        Nature::Individual(person) => json!({
            "givenName": person.name.given.as_str(), "familyName": person.name.family.as_str(),
        }),
        Nature::Organization(company) => json!({ "tradingName": company.trading_name.as_str() }),
    };
    let mut shown = tree(names);
    shown.extend(tree(json!({
        "id": it.id.uuid(), "href": format!("{}/{}", Sort::of(it).path(), it.id.uuid()),
    })));
    shown
}

fn one(asked: Asked, sort: Sort) -> Result<Work, Fault> {
    let id = PartyId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        let shown = match found(cx, id, sort) {
            Err(Error::NotFound { .. }) => {
                let seller = party::of_seller(cx, id)?.filter(|it| Sort::of(it) == sort);
                named(&seller.ok_or_else(|| Error::not_found(id))?)
            }
            found => shown(&found?)?,
        };
        Ok(wire::shown(shown, fields.as_deref()))
    }))
}

/// The party with an id that the caller itself is: as a person, or as the account it acts for.
fn own(act: &Act<'_>, id: PartyId, sort: Sort) -> Result<Party, Error> {
    let it = found(act.cx(), id, sort)?;
    let Some(standing) = act.actor().standing() else { return Ok(it) };
    let user: User = act.load(standing.user)?;
    let account: Account = act.load(standing.account)?;
    let is_own = user.party == Some(id) || account.party() == id;
    if is_own {
        Ok(it)
    } else {
        Err(NOT_YOURS.broken("id", "is not the party that you are").into())
    }
}

fn person(said: &Tree, before: &Individual) -> Result<Individual, Error> {
    let name = PersonName {
        title: text(said, "title")?,
        given: must(said, "givenName")?,
        middle: text(said, "middleName")?,
        family: must(said, "familyName")?,
        suffix: before.name.suffix.clone(),
        full: text(said, "fullName")?,
        formatted: text(said, "formattedName")?,
    };
    let born_in = said.get("countryOfBirth").and_then(Value::as_str);
    Ok(Individual {
        name,
        born_on: day("birthDate", said.get("birthDate"))?,
        died_on: day("deathDate", said.get("deathDate"))?,
        gender: text(said, "gender")?,
        place_of_birth: text(said, "placeOfBirth")?,
        country_of_birth: born_in.and_then(country::read),
        nationality: text(said, "nationality")?,
        location: text(said, "location")?,
        other_names: details::person_names(said.get("otherName")),
    })
}

fn company(said: &Tree) -> Result<Organization, Error> {
    let is_legal_entity = match said.get("isLegalEntity") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(it)) => Some(*it),
        Some(_) => {
            return Err(Invalid::one("isLegalEntity", "type", "must be `true` or `false`").into());
        }
    };
    Ok(Organization {
        trading_name: must(said, "tradingName")?,
        legal_form: text(said, "nameType")?,
        kind: text(said, "type")?,
        is_legal_entity,
        existence: validity("existsDuring", said.get("existsDuring"))?,
        other_names: details::trading_names(said.get("otherName")),
        parents: details::relationships(said.get("organizationParentRelationship")),
        children: details::relationships(said.get("organizationChildRelationship")),
    })
}

fn profile(said: &Tree, before: Profile) -> Result<Profile, Error> {
    let nature = match &before.nature {
        Nature::Individual(before) => Nature::Individual(person(said, before)?),
        Nature::Organization(_) => Nature::Organization(company(said)?),
    };
    Ok(Profile {
        media: media(said.get("contactMedium")),
        characteristics: attributes(said.get("characteristic")),
        identifications: details::papers(said.get(papers_of(&nature))),
        external_references: details::references(said.get("externalReference")),
        related: details::related(said.get("relatedParty")),
        nature,
        ..before
    })
}

/// What is not kept beside a party, because we know it.
const KNOWN: &[&str] = &[
    "status",
    "givenName",
    "familyName",
    "middleName",
    "title",
    "fullName",
    "formattedName",
    "birthDate",
    "deathDate",
    "otherName",
    "gender",
    "placeOfBirth",
    "countryOfBirth",
    "nationality",
    "location",
    "tradingName",
    "nameType",
    "type",
    "isLegalEntity",
    "existsDuring",
    "organizationParentRelationship",
    "organizationChildRelationship",
    "characteristic",
    "externalReference",
    "relatedParty",
    "individualIdentification",
    "organizationIdentification",
];

fn change(mut asked: Asked, sort: Sort, how: How) -> Result<Work, Fault> {
    let id = PartyId::from_uuid(asked.id(0)?);
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let it = own(act, id, sort)?;
        let before = shown(&it)?;
        let said = match how {
            How::Patch => merged(before, said),
            How::Put => merged(Tree::new(), said),
        };
        let after = profile(&said, it.profile().clone())?;
        let it =
            if after == *it.profile() { it } else { party::revise(act, id, None, |_| Ok(after))? };
        let it = moved(act, it, said.get("status").and_then(Value::as_str))?;
        let beyond = carried::written(&carried::beyond(said, KNOWN))?;
        let what = (it.id, Permission::PartyWrite);
        let it: Party = crate::services::carried::keep(act, what, Contract::Bae, beyond)?;
        Ok(wire::shown(shown(&it)?, None))
    }))
}

/// A party in the state that is said.
fn moved(act: &mut Act<'_>, it: Party, wanted: Option<&str>) -> Result<Party, Error> {
    let wanted = wanted.map(|it| it.trim().to_ascii_lowercase());
    let last = match it.profile().nature {
        Nature::Individual(_) => "deceased",
        Nature::Organization(_) => "closed",
    };
    match wanted.as_deref() {
        None => Ok(it),
        Some(word) if word == it.state_word() => Ok(it),
        Some("validated") => {
            let message = "is for whoever checks it to say, and not for the party itself";
            Err(NOT_YOURS.broken("status", message).into())
        }
        Some(word) if word == last => party::on(act, it.id, Trigger::End),
        Some("initialized") => {
            let why = "a party that was checked does not become unchecked again";
            Err(Rejection::new(Code::PartyStateForbids, why).into())
        }
        Some(word) => Err(Invalid::one("status", "enum", format!("`{word}` is no state")).into()),
    }
}
