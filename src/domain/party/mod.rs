//! Parties: persons and organizations as such.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | party | contacts of an account | Organization, Person | Individual, Organization (632) |
//!
//! This module owns who somebody is. What a party buys or sells here it does in the role of an
//! [`account`](super::account); who may sign in is an [`operator`](super::operator)'s matter.

pub mod identity;
pub mod individual;
pub mod lifecycle;
pub mod medium;
pub mod organization;
pub mod relation;
pub mod vat;

use serde::{Deserialize, Serialize};

use self::identity::{ExternalReference, Identification, TaxRegistration};
use self::individual::{Individual, PersonName};
use self::lifecycle::{State, Trigger};
use self::medium::{ContactMedium, Medium, PostalAddress};
use self::organization::Organization;
use self::relation::RelatedParty;
use super::attribute::{self, Attribute};
use super::error::{Code, Invalid, Refusal, Rejection, Violation};
use super::event::Verb;
use super::id::PartyId;
use super::stamp::{Carried, Stamp};
use super::text::Name;
use super::time::Instant;

/// A person or an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nature {
    /// A physical person.
    Individual(Individual),
    /// A company or another group of people.
    Organization(Organization),
}

/// What is known of a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Person or organization, and what only one of them has.
    pub nature: Nature,
    /// How to reach it.
    pub media: Vec<ContactMedium>,
    /// What proves who it is.
    pub identifications: Vec<Identification>,
    /// Who has to do with it.
    pub related: Vec<RelatedParty>,
    /// Under which numbers tax offices know it.
    pub tax_registrations: Vec<TaxRegistration>,
    /// Where else it is known.
    pub external_references: Vec<ExternalReference>,
    /// What else is said of it: hobbies, industry, number of employees.
    pub characteristics: Vec<Attribute>,
}

impl Profile {
    /// A party of which nothing else is known.
    #[must_use]
    pub const fn of(nature: Nature) -> Self {
        Self {
            nature,
            media: Vec::new(),
            identifications: Vec::new(),
            related: Vec::new(),
            tax_registrations: Vec::new(),
            external_references: Vec::new(),
            characteristics: Vec::new(),
        }
    }

    /// The number for value added tax that it is known by, if that holds at an instant: one that is given as
    /// such, or else a paper of that kind.
    #[must_use]
    pub fn tax_registration(&self, at: Instant) -> Option<TaxRegistration> {
        let paper =
            self.identifications.iter().find(|it| it.is_tax_number() && it.validity.contains(at));
        let of_paper = || paper.map(|it| TaxRegistration::unverified(it.number.clone(), None));
        self.tax_registrations.first().cloned().or_else(of_paper)
    }

    /// Where it is: the first address that is known.
    #[must_use]
    pub fn address(&self) -> Option<&PostalAddress> {
        self.media.iter().find_map(|it| match &it.medium {
            Medium::Post(address) => Some(address),
            Medium::Mail(_) | Medium::Phone(..) | Medium::Network(..) => None,
        })
    }

    /// The profile with another address in place of the first that is known.
    #[must_use]
    pub fn at_address(mut self, address: PostalAddress) -> Self {
        let known = self.media.iter_mut().find(|it| matches!(it.medium, Medium::Post(_)));
        match known {
            Some(known) => known.medium = Medium::Post(address),
            None => self.media.push(ContactMedium::of(Medium::Post(address))),
        }
        self
    }

    /// No list of a party is longer than this.
    pub const LIST_MAX: usize = 100;

    fn check(&self) -> Result<(), Invalid> {
        let lists = [
            ("/media", self.media.len()),
            ("/identifications", self.identifications.len()),
            ("/related", self.related.len()),
            ("/tax_registrations", self.tax_registrations.len()),
            ("/external_references", self.external_references.len()),
        ];
        let mut found: Vec<_> = lists.into_iter().filter_map(|it| overlong(it.0, it.1)).collect();
        found.extend(attribute::violations(&self.characteristics, "/characteristics"));
        match &self.nature {
            Nature::Individual(person) => found.extend(person.violations()),
            Nature::Organization(_) => {}
        }
        Invalid::unless_empty(found)
    }
}

/// What everybody is called who has the right to be forgotten.
pub(crate) fn erased() -> Name {
    "erased".parse().expect("the word is a name")
}

/// What is wrong with a list of `length` entries, if it is too long.
pub(crate) fn overlong(field: &str, length: usize) -> Option<Violation> {
    let message = format!("must have at most {} entries", Profile::LIST_MAX);
    (length > Profile::LIST_MAX).then(|| Violation::new(field, "range", message))
}

/// A person or an organization that this house knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Its identity.
    pub id: PartyId,
    /// Whose it is, and since when.
    pub stamp: Stamp,
    state: State,
    profile: Profile,
}

/// Writes down a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterParty {
    /// The identity it gets.
    pub id: PartyId,
    /// Whose it will be.
    pub stamp: Stamp,
    /// What is known of it.
    pub profile: Profile,
}

impl Party {
    /// A new party, not yet checked.
    pub fn register(command: RegisterParty) -> Result<(Self, Verb), Invalid> {
        let RegisterParty { id, stamp, profile } = command;
        profile.check()?;
        Ok((Self { id, stamp, state: State::Initialized, profile }, Verb::Created))
    }

    /// The same party with what is known of it said anew, as a whole.
    ///
    /// A person does not become an organization.
    pub fn revise(self, profile: Profile) -> Result<(Self, Verb), Refusal> {
        if self.state == State::Ended {
            let why = format!("cannot change a party that is {}", self.state_word());
            return Err(Rejection::new(Code::PartyStateForbids, why).into());
        }
        let is_same = match (&self.profile.nature, &profile.nature) {
            (Nature::Individual(_), Nature::Individual(_))
            | (Nature::Organization(_), Nature::Organization(_)) => true,
            (Nature::Individual(_), Nature::Organization(_))
            | (Nature::Organization(_), Nature::Individual(_)) => false,
        };
        if !is_same {
            let message = "must stay what it is: a person is no organization";
            return Err(Invalid::one("/nature", "fixed", message).into());
        }
        profile.check()?;
        Ok((Self { profile, ..self }, Verb::Changed))
    }

    /// The party after `trigger`.
    pub fn on(self, trigger: Trigger) -> Result<(Self, Verb), Rejection> {
        let Some(state) = lifecycle::next(self.state, trigger) else {
            let why = format!("cannot {trigger} a party that is {}", self.state_word());
            return Err(Rejection::new(Code::PartyStateForbids, why));
        };
        let verb = match trigger {
            Trigger::Validate => Verb::Changed,
            Trigger::End => Verb::Terminated,
        };
        Ok((Self { state, ..self }, verb))
    }

    /// The party with everything that is known of it forgotten, for who has the right to be.
    #[must_use]
    pub fn erase(self) -> (Self, Verb) {
        let nature = match self.profile.nature {
            Nature::Individual(_) => {
                Nature::Individual(Individual::named(PersonName::new(erased(), erased())))
            }
            Nature::Organization(_) => Nature::Organization(Organization::named(erased())),
        };
        let stamp = Stamp { carried: Carried::new(), ..self.stamp };
        let profile = Profile::of(nature);
        (Self { stamp, state: State::Ended, profile, ..self }, Verb::Removed)
    }

    /// How far its life has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// The state in the word that its nature has for it: `deceased`, `closed`.
    #[must_use]
    pub const fn state_word(&self) -> &'static str {
        match (self.state, &self.profile.nature) {
            (State::Ended, Nature::Individual(_)) => "deceased",
            (State::Ended, Nature::Organization(_)) => "closed",
            (State::Initialized | State::Validated, _) => self.state.word(),
        }
    }

    /// What is known of it.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What it is called, on one line.
    #[must_use]
    pub fn display_name(&self) -> String {
        match &self.profile.nature {
            Nature::Individual(person) => person.name.display(),
            Nature::Organization(organization) => organization.display(),
        }
    }
}

#[cfg(test)]
mod tests;
