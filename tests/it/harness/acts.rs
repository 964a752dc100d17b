//! A stream of acts as the house does them, drawn by chance: the same seed does the same acts on
//! any store, so that two stores can be compared.

use tillbox::domain::event::{Cause, Fact, Verb};
use tillbox::domain::id::{AccountId, Id, PartyId};
use tillbox::domain::party::organization::Organization;
use tillbox::domain::party::{Nature, Party, Profile, RegisterParty};
use tillbox::domain::stamp::{Contract, SellerNumber, Stamp};
use tillbox::domain::time::Instant;
use tillbox::store::alias::Alias;
use tillbox::store::fact::Facts;
use tillbox::store::idempotency::Kept;
use tillbox::store::meta::ClockState;
use tillbox::store::{Batch, Change, Commit, Store, StoreError};
use uuid::Uuid;

use super::chance::Chance;

/// How many different things the acts are about: few, so that they meet again.
const THINGS: u64 = 40;

/// Acts that share a commit, by the seed they are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acts {
    pub(crate) seed: u64,
}

impl Acts {
    /// Does them in one transaction.
    pub(crate) fn commit(self, store: &Store) -> Result<(), StoreError> {
        store.transact(|mut batch| {
            self.write(&mut batch)?;
            Ok(((), Commit::Durable))
        })
    }

    /// Does them in a transaction that somebody else ends.
    pub(crate) fn write(self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let mut chance = Chance::seeded(self.seed);
        for _ in 0..=chance.below(6) {
            let mark = batch.mark();
            for _ in 0..=chance.below(4) {
                write_one(batch, &mut chance)?;
            }
            // Some are refused after they have written.
            if chance.hits(1, 6) {
                batch.roll_back(mark)?;
            }
        }
        Ok(())
    }
}

fn write_one(batch: &mut Batch<'_>, chance: &mut Chance) -> Result<(), StoreError> {
    match chance.below(10) {
        0..=4 => put_party(batch, chance),
        5 => delete_party(batch, chance),
        6 => keep_answer(batch, chance),
        7 => batch.forget_answers(instant(chance), 5).map(|_| ()),
        8 => {
            let heard = chance.below(batch.last_fact()? + 1);
            batch.put_cursor(chance.pick(&["search", "mail", "webhook"]), heard)
        }
        _ => {
            let high_water = Some(instant(chance));
            batch.put_setting(&ClockState { high_water, ..ClockState::LIVE })?;
            batch.take_numbers(chance.pick(&["order", "invoice/7"]), chance.below(3)).map(|_| ())
        }
    }
}

/// Registers a party, or changes it: its owner and its seller may be others afterwards.
fn put_party(batch: &mut Batch<'_>, chance: &mut Chance) -> Result<(), StoreError> {
    let (id, at) = (party_id(chance), instant(chance));
    let seller = SellerNumber(u32::try_from(1 + chance.below(3)).expect("small"));
    let owner = AccountId::from_uuid(Uuid::from_u128(chance.below(THINGS).into()));
    let stamp = Stamp::new(seller, chance.hits(2, 3).then_some(owner), at);
    let stamp = stamp.numbered(batch.next_number("party")?);
    let name = format!("Party {}", chance.draw());
    let nature = Nature::Organization(Organization::named(name.parse().expect("a name")));
    let register = RegisterParty { id, stamp, profile: Profile::of(nature) };
    let (mut party, verb) = Party::register(register).expect("nothing is wrong with it");
    party.stamp.carried.insert(Contract::Tmf, payload(chance));
    let change = batch.put(&party)?;
    batch.put_alias(&alias(id), id.subject())?;
    batch.append_fact(fact(&party, verb, change)).map(|_| ())
}

fn delete_party(batch: &mut Batch<'_>, chance: &mut Chance) -> Result<(), StoreError> {
    let id = party_id(chance);
    batch.delete_alias(&alias(id))?;
    batch.delete::<Party>(id).map(|_| ())
}

fn party_id(chance: &mut Chance) -> PartyId {
    PartyId::from_uuid(Uuid::from_u128(chance.below(THINGS).into()))
}

fn alias(id: PartyId) -> Alias {
    Alias { contract: Contract::Ibm, kind: "customer".to_owned(), external: id.to_string() }
}

fn fact(party: &Party, verb: Verb, change: Change) -> Fact {
    Fact {
        sequence: 0,
        at: party.stamp.changed_at,
        cause: Cause::Duty("chance".to_owned()),
        request: String::new(),
        subject: party.id.subject(),
        verb,
        seller: party.stamp.seller,
        owner: party.stamp.owner,
        before: change.before,
        after: change.after,
        beside: Vec::new(),
    }
}

fn keep_answer(batch: &mut Batch<'_>, chance: &mut Chance) -> Result<(), StoreError> {
    let mut key = [0; 32];
    key.copy_from_slice(&chance.bytes(32));
    let answer = payload(chance);
    batch.keep_answer(&key, &Kept { request: [7; 32], until: instant(chance), answer })
}

/// Mostly small; now and then so big that it takes pages of its own.
fn payload(chance: &mut Chance) -> Vec<u8> {
    let count = if chance.hits(1, 100) { chance.below(12_000) } else { chance.below(60) };
    chance.bytes(count)
}

fn instant(chance: &mut Chance) -> Instant {
    let micros = 1_700_000_000_000_000 + chance.below(1 << 40);
    Instant::from_micros(micros.cast_signed()).expect("a year of this century")
}
