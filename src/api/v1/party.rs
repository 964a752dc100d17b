//! `/parties`: persons and organizations as such.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attribute::{self, Attributes};
use super::contact::Medium;
use super::merge::MergePatch;
use super::route::{Needs, Route, Writes, read, write};
use super::wire::{List, NoQuery, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::AccountId;
use crate::domain::operator::Permission;
use crate::domain::party::identity::{ExternalReference, Identification};
use crate::domain::party::individual::{Individual, PersonName};
use crate::domain::party::lifecycle::Trigger;
use crate::domain::party::organization::Organization;
use crate::domain::party::{self as domain, Nature, Profile};
use crate::domain::text::Name;
use crate::domain::time::{Date, Validity};
use crate::domain::typed::Typed;
use crate::services::{Act, Cx, Error, party};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::PartyRead);
    let writes = Needs::Permission(Permission::PartyWrite);
    let post = |path, summary, handler: Writes<Nothing, Party>| {
        write(Method::POST, path, writes, summary, handler)
    };
    vec![
        read("/parties", reads, "List persons and organizations", list),
        write(Method::POST, "/parties", writes, "Register a person or organization", register),
        read("/parties/{id}", reads, "Read a person or organization", show),
        write(Method::PATCH, "/parties/{id}", writes, "Change a person or organization", revise),
        post("/parties/{id}/validate", "Say that it is who it claims to be", |act, call, _| {
            on(act, call, Trigger::Validate)
        }),
        post("/parties/{id}/end", "Say that it is no more", |act, call, _| {
            on(act, call, Trigger::End)
        }),
    ]
}

/// A person or an organization.
#[derive(Debug, Serialize, ToSchema)]
struct Party {
    id: String,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// The account whose own it is.
    account: Option<String>,
    /// All of its name on one line.
    name: String,
    /// `initialized`, `validated`, and at the end `deceased` or `closed`.
    state: &'static str,
    #[serde(flatten)]
    form: PartyForm,
}

impl Wire for Party {}

/// What may be written of a party: either a person or an organization.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PartyForm {
    /// Who it is, if it is a person.
    person: Option<PersonForm>,
    /// What it is, if it is an organization.
    organization: Option<OrganizationForm>,
    /// How to reach it.
    #[serde(default)]
    media: Vec<Medium>,
    /// What proves who it is.
    #[serde(default)]
    identifications: Vec<IdentificationForm>,
    /// Where else it is known.
    #[serde(default)]
    external_references: Vec<ExternalReferenceForm>,
    /// Custom attributes by name.
    #[serde(default)]
    attributes: Attributes,
}

/// A person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonForm {
    /// What stands before the name: `Dr.`.
    title: Option<String>,
    given_name: String,
    middle_name: Option<String>,
    family_name: String,
    /// What stands after the name: `Jr.`.
    suffix: Option<String>,
    /// All of it as the person writes it, where the parts would not give that.
    full_name: Option<String>,
    /// In the person's own word.
    gender: Option<String>,
    born_on: Option<String>,
    died_on: Option<String>,
    place_of_birth: Option<String>,
    country_of_birth: Option<String>,
    nationality: Option<String>,
}

impl PersonForm {
    fn of(it: &Individual) -> Self {
        let name = |it: &Option<Name>| it.as_ref().map(ToString::to_string);
        Self {
            title: name(&it.name.title),
            given_name: it.name.given.to_string(),
            middle_name: name(&it.name.middle),
            family_name: it.name.family.to_string(),
            suffix: name(&it.name.suffix),
            full_name: name(&it.name.full),
            gender: name(&it.gender),
            born_on: it.born_on.map(|it| it.to_string()),
            died_on: it.died_on.map(|it| it.to_string()),
            place_of_birth: name(&it.place_of_birth),
            country_of_birth: it.country_of_birth.as_ref().map(ToString::to_string),
            nationality: name(&it.nationality),
        }
    }

    fn read(&self, was: Individual) -> Result<Individual, Invalid> {
        let name = |field: &str, text: &Option<String>| {
            parse_optional::<Name>(&format!("/person/{field}"), text.as_deref())
        };
        let date = |field: &str, text: &Option<String>| {
            parse_optional::<Date>(&format!("/person/{field}"), text.as_deref())
        };
        let country = self.country_of_birth.as_deref();
        Ok(Individual {
            name: PersonName {
                title: name("title", &self.title)?,
                given: parse("/person/given_name", &self.given_name)?,
                middle: name("middle_name", &self.middle_name)?,
                family: parse("/person/family_name", &self.family_name)?,
                suffix: name("suffix", &self.suffix)?,
                full: name("full_name", &self.full_name)?,
                formatted: was.name.formatted.clone(),
            },
            gender: name("gender", &self.gender)?,
            born_on: date("born_on", &self.born_on)?,
            died_on: date("died_on", &self.died_on)?,
            place_of_birth: name("place_of_birth", &self.place_of_birth)?,
            country_of_birth: parse_optional("/person/country_of_birth", country)?,
            nationality: name("nationality", &self.nationality)?,
            ..was
        })
    }

    fn blank(&self) -> Result<Individual, Invalid> {
        let given = parse("/person/given_name", &self.given_name)?;
        let family = parse("/person/family_name", &self.family_name)?;
        Ok(Individual::named(PersonName::new(given, family)))
    }
}

/// An organization.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrganizationForm {
    /// The name under which it trades.
    trading_name: String,
    /// The legal form: `GmbH`, `Inc.`.
    legal_form: Option<String>,
    /// What it is: `company`, `department`.
    kind: Option<String>,
    /// Whether a register knows it as a legal person.
    legal_entity: Option<bool>,
}

impl OrganizationForm {
    fn of(it: &Organization) -> Self {
        Self {
            trading_name: it.trading_name.to_string(),
            legal_form: it.legal_form.as_ref().map(ToString::to_string),
            kind: it.kind.as_ref().map(ToString::to_string),
            legal_entity: it.is_legal_entity,
        }
    }

    fn read(&self, was: Organization) -> Result<Organization, Invalid> {
        let legal_form = self.legal_form.as_deref();
        Ok(Organization {
            trading_name: parse("/organization/trading_name", &self.trading_name)?,
            legal_form: parse_optional("/organization/legal_form", legal_form)?,
            kind: parse_optional("/organization/kind", self.kind.as_deref())?,
            is_legal_entity: self.legal_entity,
            ..was
        })
    }

    fn blank(&self) -> Result<Organization, Invalid> {
        Ok(Organization::named(parse("/organization/trading_name", &self.trading_name)?))
    }
}

/// A paper or a register that proves who somebody is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentificationForm {
    /// What it is: `passport`, `commercial register`.
    kind: String,
    /// The number on it.
    number: String,
    /// Who issued it.
    issuing_authority: Option<String>,
    /// When it was issued.
    issued_on: Option<String>,
}

impl IdentificationForm {
    fn of(it: &Identification) -> Self {
        Self {
            kind: it.kind.to_string(),
            number: it.number.to_string(),
            issuing_authority: it.issuing_authority.as_ref().map(ToString::to_string),
            issued_on: it.issued_on.map(|it| it.to_string()),
        }
    }

    fn read(&self, place: usize) -> Result<Identification, Invalid> {
        let at = |field: &str| format!("/identifications/{place}/{field}");
        let authority = self.issuing_authority.as_deref();
        Ok(Identification {
            kind: parse(&at("kind"), &self.kind)?,
            number: parse(&at("number"), &self.number)?,
            issuing_authority: parse_optional(&at("issuing_authority"), authority)?,
            issued_on: parse_optional(&at("issued_on"), self.issued_on.as_deref())?,
            validity: Validity::ALWAYS,
        })
    }
}

/// Where else somebody is known, and under what name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExternalReferenceForm {
    /// Where.
    kind: String,
    /// Under what name.
    name: String,
}

impl ExternalReferenceForm {
    fn of(it: &ExternalReference) -> Self {
        Self { kind: it.kind.to_string(), name: it.name.to_string() }
    }

    fn read(&self, place: usize) -> Result<ExternalReference, Invalid> {
        let at = |field: &str| format!("/external_references/{place}/{field}");
        let (kind, name) = (parse(&at("kind"), &self.kind)?, parse(&at("name"), &self.name)?);
        Ok(ExternalReference { kind, name })
    }
}

impl PartyForm {
    fn of(it: &Profile) -> Self {
        let (person, organization) = match &it.nature {
            Nature::Individual(person) => (Some(PersonForm::of(person)), None),
            Nature::Organization(company) => (None, Some(OrganizationForm::of(company))),
        };
        Self {
            person,
            organization,
            media: it.media.iter().map(Medium::from).collect(),
            identifications: it.identifications.iter().map(IdentificationForm::of).collect(),
            external_references: it
                .external_references
                .iter()
                .map(ExternalReferenceForm::of)
                .collect(),
            attributes: attribute::show(&it.characteristics),
        }
    }

    /// Who or what it is, with what the form does not have as it was.
    fn nature(&self, was: Option<Nature>) -> Result<Nature, Error> {
        Ok(match (&self.person, &self.organization, was) {
            (Some(form), None, Some(Nature::Individual(was))) => {
                Nature::Individual(form.read(was)?)
            }
            (Some(form), None, _) => Nature::Individual(form.read(form.blank()?)?),
            (None, Some(form), Some(Nature::Organization(was))) => {
                Nature::Organization(form.read(was)?)
            }
            (None, Some(form), _) => Nature::Organization(form.read(form.blank()?)?),
            (None, None, _) | (Some(_), Some(_), _) => {
                let message = "either `person` or `organization` must be given";
                return Err(Invalid::one("/person", "required", message).into());
            }
        })
    }

    fn profile(&self, was: Option<Profile>) -> Result<Profile, Error> {
        let nature = self.nature(was.as_ref().map(|it| it.nature.clone()))?;
        let was = was.unwrap_or_else(|| Profile::of(nature.clone()));
        let (media, papers) = (self.media.iter().enumerate(), self.identifications.iter());
        let media = media.map(|(place, it)| it.read(&format!("/media/{place}")));
        let papers = papers.enumerate().map(|(place, it)| it.read(place));
        let references = self.external_references.iter().enumerate();
        let references = references.map(|(place, it)| it.read(place));
        Ok(Profile {
            nature,
            media: media.collect::<Result<_, _>>()?,
            identifications: papers.collect::<Result<_, _>>()?,
            external_references: references.collect::<Result<_, _>>()?,
            characteristics: attribute::read(&self.attributes, &was.characteristics)?,
            ..was
        })
    }
}

/// A party as an event tells of it.
pub(super) fn told(it: &domain::Party) -> impl Wire + use<> {
    wire(it)
}

fn wire(it: &domain::Party) -> Party {
    Party {
        id: it.id.to_string(),
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        changed_at: it.stamp.changed_at.to_string(),
        account: it.stamp.owner.map(|it| it.to_string()),
        name: it.display_name(),
        state: it.state_word(),
        form: PartyForm::of(it.profile()),
    }
}

fn tagged(it: &domain::Party) -> Reply<Party> {
    Reply::ok(wire(it)).tagged(it.stamp.revision)
}

/// Which parties are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PartyQuery {
    /// The account whose own they are.
    account: Option<String>,
    /// How words of the name begin, in any case.
    q: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: PartyQuery) -> Result<Reply<List<Party>>, Error> {
    let account = parse_optional::<AccountId>("account", query.account.as_deref())?;
    let typed = Typed::of(query.q.as_deref());
    let page = party::list(cx, account, &call.page, |it| typed.finds([it.display_name()]))?;
    Ok(Reply::ok(List::of(page, |it| wire(&it))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Party>, Error> {
    let it: domain::Party = cx.get(call.id("id")?)?;
    Ok(tagged(&it))
}

/// A party to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewParty {
    /// The account whose own it is; the caller's own if nothing is said.
    account: Option<String>,
    /// Who it is, if it is a person.
    person: Option<PersonForm>,
    /// What it is, if it is an organization.
    organization: Option<OrganizationForm>,
    /// How to reach it.
    #[serde(default)]
    media: Vec<Medium>,
    /// What proves who it is.
    #[serde(default)]
    identifications: Vec<IdentificationForm>,
    /// Where else it is known.
    #[serde(default)]
    external_references: Vec<ExternalReferenceForm>,
    /// Custom attributes by name.
    #[serde(default)]
    attributes: Attributes,
}

fn register(act: &mut Act<'_>, _: &Call, body: NewParty) -> Result<Reply<Party>, Error> {
    let account = parse_optional::<AccountId>("/account", body.account.as_deref())?;
    let form = PartyForm {
        person: body.person,
        organization: body.organization,
        media: body.media,
        identifications: body.identifications,
        external_references: body.external_references,
        attributes: body.attributes,
    };
    let it = party::register_for(act, account, form.profile(None)?)?;
    Ok(Reply::created(format!("/api/v1/parties/{}", it.id), wire(&it)).tagged(it.stamp.revision))
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    patch: MergePatch<PartyForm>,
) -> Result<Reply<Party>, Error> {
    let it = party::revise(act, call.id("id")?, call.if_match, |was| {
        patch.onto(&PartyForm::of(&was))?.profile(Some(was))
    })?;
    Ok(tagged(&it))
}

fn on(act: &mut Act<'_>, call: &Call, trigger: Trigger) -> Result<Reply<Party>, Error> {
    Ok(tagged(&party::on(act, call.id("id")?, trigger)?))
}
