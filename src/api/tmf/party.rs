//! Persons and organizations as such: our parties (TMF632).

use serde_json::{Value, json};

use super::behind::Change;
use super::carried;
use super::entity::{Entity, Gone, must, text, tree};
use super::party_details as details;
use super::party_form as form;
use super::resource::Tree;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::Kind;
use crate::domain::operator::Permission;
use crate::domain::party::individual::{Individual, PersonName};
use crate::domain::party::lifecycle::{State, Trigger};
use crate::domain::party::organization::Organization;
use crate::domain::party::{Nature, Party, Profile};
use crate::domain::text::{Country, Name};
use crate::services::{Act, Cx, Error, account, catalog, party};

/// Persons.
pub(super) struct Individuals;
/// Organizations.
pub(super) struct Organizations;

/// A profile with what was said of how to reach somebody, and of what else there is.
fn told(profile: Profile, said: &Tree) -> Profile {
    Profile {
        media: form::media(said.get("contactMedium")),
        characteristics: form::attributes(said.get("partyCharacteristic")),
        identifications: details::papers(said.get(papers_of(&profile.nature))),
        external_references: details::references(said.get("externalReference")),
        related: details::related(said.get("relatedParty")),
        ..profile
    }
}

/// Where this contract has the papers of a party.
const fn papers_of(it: &Nature) -> &'static str {
    match it {
        Nature::Individual(_) => "individualIdentification",
        Nature::Organization(_) => "organizationIdentification",
    }
}

/// What of a party both sorts have.
fn shared(it: &Party) -> Tree {
    let profile = it.profile();
    let mut shown = tree(json!({
        "contactMedium": form::shown_media(&profile.media),
        "partyCharacteristic": form::shown_attributes(&profile.characteristics),
        "externalReference": details::shown_references(&profile.external_references),
        "relatedParty": details::shown_related(&profile.related),
        "status": it.state_word(),
    }));
    let papers = details::shown_papers(&profile.identifications);
    shown.insert(papers_of(&profile.nature).to_owned(), papers);
    shown
}

/// A party with the number for taxes of the account that it is, among its papers: for who sees that account,
/// where no paper says it.
fn with_tax_number(cx: Cx<'_>, it: &Party, mut shown: Tree) -> Result<Tree, Error> {
    let account = account::of_party(cx, it.id)?;
    let account = account.filter(|it| cx.actor.sees(Kind::Account, &it.stamp));
    let number = account.as_ref().and_then(|it| it.profile().tax_registration.as_ref());
    let Some(number) = number.map(|it| it.number.to_string()) else { return Ok(shown) };
    let papers = shown.entry(papers_of(&it.profile().nature)).or_insert_with(|| json!([]));
    if let Some(papers) = papers.as_array_mut()
        && papers.iter().all(|it| it["identificationId"] != number)
    {
        papers.push(json!({ "identificationType": "VAT", "identificationId": number }));
    }
    Ok(shown)
}

/// Whether what was said of an attribute comes to what is known.
fn agrees(it: &Party, name: &str, (said, known): (&Value, &Value)) -> bool {
    match name {
        "birthDate" | "deathDate" => {
            let day = |it: &Value| form::day(name, Some(it)).ok().flatten();
            day(said) == day(known)
        }
        "contactMedium" => form::media(Some(said)) == it.profile().media,
        "partyCharacteristic" => form::attributes(Some(said)) == it.profile().characteristics,
        "individualIdentification" | "organizationIdentification" => {
            details::papers(Some(said)) == it.profile().identifications
        }
        "externalReference" => details::references(Some(said)) == it.profile().external_references,
        "relatedParty" => details::related(Some(said)) == it.profile().related,
        _ => agrees_of_its_sort(it, name, (said, known)),
    }
}

/// The same of what only persons have, or organizations.
fn agrees_of_its_sort(it: &Party, name: &str, (said, known): (&Value, &Value)) -> bool {
    match (name, &it.profile().nature) {
        ("otherName", Nature::Individual(it)) => {
            details::person_names(Some(said)) == it.other_names
        }
        ("otherName", Nature::Organization(it)) => {
            details::trading_names(Some(said)) == it.other_names
        }
        ("organizationParentRelationship", Nature::Organization(it)) => {
            details::relationships(Some(said)) == it.parents
        }
        ("organizationChildRelationship", Nature::Organization(it)) => {
            details::relationships(Some(said)) == it.children
        }
        (_, Nature::Individual(_) | Nature::Organization(_)) => carried::agrees(said, known),
    }
}

/// A party that begins where it is said, or where all do.
fn registered(act: &mut Act<'_>, profile: Profile, said: &Tree) -> Result<Party, Error> {
    let seller = catalog::seller(act.cx(), None)?;
    let made = party::register(act, seller, None, profile)?;
    moved(act, made, said)
}

/// A party in the state that is said.
fn moved(act: &mut Act<'_>, it: Party, said: &Tree) -> Result<Party, Error> {
    let Some(wanted) = said.get("status").and_then(Value::as_str) else { return Ok(it) };
    let wanted = wanted.trim().to_ascii_lowercase();
    // The definitions misspell one of the words.
    let wanted = if wanted == "deceaded" { "deceased" } else { &wanted };
    if wanted == it.state_word() {
        return Ok(it);
    }
    let last = match it.profile().nature {
        Nature::Individual(_) => "deceased",
        Nature::Organization(_) => "closed",
    };
    match wanted {
        "validated" => party::on(act, it.id, Trigger::Validate),
        word if word == last => party::on(act, it.id, Trigger::End),
        "initialized" if it.state() != State::Initialized => {
            let why = "a party that was checked does not become unchecked again";
            Err(Rejection::new(Code::PartyStateForbids, why).into())
        }
        _ => Err(Invalid::one("status", "enum", format!("`{wanted}` is no state")).into()),
    }
}

/// A party with another profile, if it is another, and in the state that is said.
fn revised(
    act: &mut Act<'_>,
    it: Party,
    (nature, change): (Nature, &Change),
) -> Result<Party, Error> {
    let before = it.profile().clone();
    let mut after = Profile { nature, ..before.clone() };
    // What was not said anew stays, also what nobody could say here.
    let told = told(after.clone(), &change.after);
    let differs = |name: &str| change.before.get(name) != change.after.get(name);
    if differs("contactMedium") {
        after.media = told.media;
    }
    if differs("partyCharacteristic") {
        after.characteristics = told.characteristics;
    }
    if differs(papers_of(&before.nature)) {
        after.identifications = told.identifications;
    }
    if differs("externalReference") {
        after.external_references = told.external_references;
    }
    if differs("relatedParty") {
        after.related = told.related;
    }
    let it = if after == before { it } else { party::revise(act, it.id, None, |_| Ok(after))? };
    if change.before.get("status") == change.after.get("status") {
        return Ok(it);
    }
    moved(act, it, &change.after)
}

fn removed(act: &mut Act<'_>, it: &Party) -> Result<Gone, Error> {
    party::remove(act, it.id)?;
    Ok(Gone::Removed)
}

fn person(said: &Tree) -> Result<Individual, Error> {
    let name = PersonName {
        title: text(said, "title")?,
        given: must(said, "givenName")?,
        middle: text(said, "middleName")?,
        family: must(said, "familyName")?,
        suffix: text(said, "generation")?,
        full: text(said, "fullName")?,
        formatted: text(said, "formattedName")?,
    };
    // A country in words is kept as it was said, and means nothing to us.
    let country = said.get("countryOfBirth").and_then(Value::as_str);
    Ok(Individual {
        name,
        born_on: form::day("birthDate", said.get("birthDate"))?,
        died_on: form::day("deathDate", said.get("deathDate"))?,
        gender: text(said, "gender")?,
        place_of_birth: text(said, "placeOfBirth")?,
        country_of_birth: country.and_then(|it| it.parse::<Country>().ok()),
        nationality: text(said, "nationality")?,
        location: text(said, "location")?,
        other_names: details::person_names(said.get("otherName")),
    })
}

fn word(it: Option<&Name>) -> Option<&str> {
    it.map(Name::as_str)
}

impl Entity for Individuals {
    type Thing = Party;
    const READING: Permission = Permission::PartyRead;
    const WRITING: Permission = Permission::PartyWrite;
    const FREE: &[&str] = &[
        "contactMedium",
        "countryOfBirth",
        "externalReference",
        "individualIdentification",
        "otherName",
        "partyCharacteristic",
        "relatedParty",
    ];

    fn is(&self, it: &Party) -> bool {
        matches!(it.profile().nature, Nature::Individual(_))
    }

    fn known(&self, _: Cx<'_>, it: &Party) -> Result<Tree, Error> {
        let Nature::Individual(person) = &it.profile().nature else { return Ok(Tree::new()) };
        let name = &person.name;
        let mut shown = shared(it);
        shown.extend(tree(json!({
            "givenName": name.given.as_str(),
            "familyName": name.family.as_str(),
            "middleName": word(name.middle.as_ref()),
            "title": word(name.title.as_ref()),
            "generation": word(name.suffix.as_ref()),
            "fullName": word(name.full.as_ref()),
            "formattedName": word(name.formatted.as_ref()),
            "birthDate": form::shown_day(person.born_on),
            "deathDate": form::shown_day(person.died_on),
            "otherName": details::shown_person_names(&person.other_names),
            "gender": word(person.gender.as_ref()),
            "placeOfBirth": word(person.place_of_birth.as_ref()),
            "countryOfBirth": person.country_of_birth.as_ref().map(Country::as_str),
            "nationality": word(person.nationality.as_ref()),
            "location": word(person.location.as_ref()),
        })));
        Ok(shown)
    }

    fn adorned(&self, cx: Cx<'_>, it: &Party, shown: Tree) -> Result<Tree, Error> {
        with_tax_number(cx, it, shown)
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Party, Error> {
        let nature = Nature::Individual(person(said)?);
        registered(act, told(Profile::of(nature), said), said)
    }

    fn change(&self, act: &mut Act<'_>, it: Party, change: &Change) -> Result<Party, Error> {
        let nature = Nature::Individual(person(&change.after)?);
        revised(act, it, (nature, change))
    }

    fn remove(&self, act: &mut Act<'_>, it: Party) -> Result<Gone, Error> {
        removed(act, &it)
    }

    fn agrees(&self, it: &Party, name: &str, values: (&Value, &Value)) -> bool {
        agrees(it, name, values)
    }
}

fn organization(said: &Tree) -> Result<Organization, Error> {
    let trading_name: Name = must(said, "tradingName")?;
    let is_legal_entity = match said.get("isLegalEntity") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(it)) => Some(*it),
        Some(_) => {
            return Err(Invalid::one("isLegalEntity", "type", "must be `true` or `false`").into());
        }
    };
    Ok(Organization {
        trading_name,
        legal_form: text(said, "nameType")?,
        kind: text(said, "organizationType")?,
        is_legal_entity,
        existence: form::validity("existsDuring", said.get("existsDuring"))?,
        other_names: details::trading_names(said.get("otherName")),
        parents: details::relationships(said.get("organizationParentRelationship")),
        children: details::relationships(said.get("organizationChildRelationship")),
    })
}

impl Entity for Organizations {
    type Thing = Party;
    const READING: Permission = Permission::PartyRead;
    const WRITING: Permission = Permission::PartyWrite;
    const FREE: &[&str] = &[
        "contactMedium",
        "externalReference",
        "organizationChildRelationship",
        "organizationIdentification",
        "organizationParentRelationship",
        "otherName",
        "partyCharacteristic",
        "relatedParty",
    ];

    fn is(&self, it: &Party) -> bool {
        matches!(it.profile().nature, Nature::Organization(_))
    }

    fn known(&self, _: Cx<'_>, it: &Party) -> Result<Tree, Error> {
        let Nature::Organization(company) = &it.profile().nature else { return Ok(Tree::new()) };
        let mut shown = shared(it);
        shown.extend(tree(json!({
            "tradingName": company.trading_name.as_str(),
            "nameType": company.legal_form.as_ref().map(Name::as_str),
            "organizationType": company.kind.as_ref().map(Name::as_str),
            "isLegalEntity": company.is_legal_entity,
            "existsDuring": form::shown_validity(company.existence),
            "otherName": details::shown_trading_names(&company.other_names),
            "organizationParentRelationship": details::shown_relationship(&company.parents),
            "organizationChildRelationship": details::shown_relationships(&company.children),
        })));
        Ok(shown)
    }

    fn adorned(&self, cx: Cx<'_>, it: &Party, shown: Tree) -> Result<Tree, Error> {
        with_tax_number(cx, it, shown)
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Party, Error> {
        let nature = Nature::Organization(organization(said)?);
        registered(act, told(Profile::of(nature), said), said)
    }

    fn change(&self, act: &mut Act<'_>, it: Party, change: &Change) -> Result<Party, Error> {
        let mut now = organization(&change.after)?;
        let parents = "organizationParentRelationship";
        if let Nature::Organization(before) = &it.profile().nature
            && change.before.get(parents) == change.after.get(parents)
        {
            // This contract says one alone.
            now.parents.clone_from(&before.parents);
        }
        let nature = Nature::Organization(now);
        revised(act, it, (nature, change))
    }

    fn remove(&self, act: &mut Act<'_>, it: Party) -> Result<Gone, Error> {
        removed(act, &it)
    }

    fn agrees(&self, it: &Party, name: &str, values: (&Value, &Value)) -> bool {
        agrees(it, name, values)
    }
}
