//! What may be written of a party, and when.

use uuid::Uuid;

use super::*;
use crate::domain::attribute::AttributeValue;
use crate::domain::id::Id;
use crate::domain::stamp::{Contract, SellerNumber};
use crate::domain::time::{Date, Instant};

fn name(text: &str) -> Name {
    text.parse().expect(text)
}

fn ann() -> Profile {
    let name = PersonName::new(name("Ann"), name("Lee"));
    Profile::of(Nature::Individual(Individual::named(name)))
}

fn company() -> Profile {
    Profile::of(Nature::Organization(Organization::named(name("1st APS"))))
}

fn register(profile: Profile) -> Result<(Party, Verb), Invalid> {
    let now = Instant::from_micros(0).expect("in range");
    let stamp = Stamp::new(SellerNumber::PROVIDER, None, now);
    Party::register(RegisterParty { id: PartyId::from_uuid(Uuid::nil()), stamp, profile })
}

fn registered(profile: Profile) -> Party {
    register(profile).expect("a right profile").0
}

fn fields(refused: Invalid) -> Vec<String> {
    refused.violations.into_iter().map(|it| it.field).collect()
}

#[test]
fn a_party_begins_unchecked() {
    let (party, verb) = register(company()).expect("a right profile");
    assert_eq!((party.state(), verb), (State::Initialized, Verb::Created));
    assert_eq!(party.display_name(), "1st APS");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let mut profile = ann();
    let hobby =
        Attribute { name: "hobby".parse().expect("a code"), value: AttributeValue::Flag(true) };
    profile.characteristics = vec![hobby.clone(), hobby];
    let number = TaxRegistration::unverified(name("DE1"), None);
    profile.tax_registrations = vec![number; Profile::LIST_MAX + 1];
    if let Nature::Individual(person) = &mut profile.nature {
        person.born_on = Date::new(2000, 1, 1);
        person.died_on = Date::new(1999, 1, 1);
    }
    let expected = ["/tax_registrations", "/characteristics/1/name", "/died_on"];
    assert_eq!(register(profile).map_err(fields), Err(expected.map(str::to_owned).to_vec()));
}

#[test]
fn a_person_does_not_become_an_organization() {
    let refused = registered(ann()).revise(company()).map_err(|it| it.to_string());
    assert_eq!(refused, Err("`/nature` must stay what it is: a person is no organization".into()));
    let mut renamed = ann();
    renamed.external_references =
        vec![ExternalReference { kind: name("network"), name: name("ann") }];
    let (party, verb) = registered(ann()).revise(renamed.clone()).expect("still a person");
    assert_eq!((party.profile(), verb), (&renamed, Verb::Changed));
}

#[test]
fn what_has_ended_no_longer_changes() {
    let ended = |it: Party| it.on(Trigger::End).expect("from the first state").0;
    let words = [ended(registered(ann())), ended(registered(company()))].map(|it| it.state_word());
    assert_eq!(words, ["deceased", "closed"]);
    let refused = ended(registered(ann())).revise(ann()).map_err(|it| it.to_string());
    assert_eq!(refused, Err("cannot change a party that is deceased".to_owned()));
    let refused = ended(registered(company())).on(Trigger::Validate);
    assert_eq!(refused.map_err(|it| it.code), Err(Code::PartyStateForbids));
}

#[test]
fn who_is_erased_leaves_no_trace_but_the_id() {
    let mut party = registered(ann());
    party.stamp.carried.insert(Contract::Tmf, b"{\"maritalStatus\":\"married\"}".to_vec());
    let (blank, verb) = party.clone().erase();
    assert_eq!(
        (blank.id, verb, blank.display_name().as_str()),
        (party.id, Verb::Removed, "erased erased")
    );
    assert!(!format!("{blank:?}").contains("Ann") && blank.stamp.carried.is_empty());
}
