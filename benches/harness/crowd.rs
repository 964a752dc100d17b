//! A crowd: one customer with all that belongs to it, copied until there are many.

use serde_json::Value;
use tillbox::domain::account::Account;
use tillbox::domain::account::billing_account::BillingAccount;
use tillbox::domain::id::{AccountId, BillingAccountId, Id, SubscriptionId};
use tillbox::domain::operator::Actor;
use tillbox::domain::subscription::Subscription;
use tillbox::services::{Act, Error};
use tillbox::store::Record;
use tillbox::store::record::{decode, encode};
use uuid::Uuid;

use super::appliance::{Appliance, text};

/// Copies a customer with its billing account and its only subscription, until there are so many;
/// answers their subscriptions.
pub(crate) fn multiply(it: &Appliance, customer: &Value, count: usize) -> Vec<SubscriptionId> {
    let pattern = Pattern::of(it, customer);
    let mut ids = vec![SubscriptionId::from_uuid(pattern.ids[2])];
    for first in (1..count).step_by(2_000) {
        let numbers = first as u64..count.min(first + 2_000) as u64;
        let pattern = pattern.clone();
        let made = it.bss.bulk(Appliance::author(), move |act| {
            numbers.map(|number| pattern.copy(act, 1_000 + number)).collect::<Result<Vec<_>, _>>()
        });
        ids.extend(made.wait().unwrap());
    }
    ids
}

/// The customer that is copied, with all that belongs to it, as it lies in the store.
#[derive(Clone)]
struct Pattern {
    ids: [Uuid; 3],
    account: Vec<u8>,
    billing_account: Vec<u8>,
    subscription: Vec<u8>,
}

impl Pattern {
    fn of(it: &Appliance, customer: &Value) -> Self {
        let account: AccountId = text(&customer["id"]).parse().unwrap();
        let billing: BillingAccountId = text(&customer["billing_account"]).parse().unwrap();
        let found = it.get(&format!("/subscriptions?account={account}"));
        let subscription: SubscriptionId = text(&found["items"][0]["id"]).parse().unwrap();
        let pattern = it.bss.read(&Actor::duty("bench"), |cx| {
            Ok(Self {
                ids: [account.uuid(), billing.uuid(), subscription.uuid()],
                account: encode(&cx.get::<Account>(account)?),
                billing_account: encode(&cx.get::<BillingAccount>(billing)?),
                subscription: encode(&cx.get::<Subscription>(subscription)?),
            })
        });
        pattern.unwrap()
    }

    fn copy(&self, act: &mut Act<'_>, number: u64) -> Result<SubscriptionId, Error> {
        let account = act.new_id::<AccountId>().uuid();
        let billing = act.new_id::<BillingAccountId>().uuid();
        let subscription = act.new_id::<SubscriptionId>();
        let new = [account, billing, subscription.uuid()];
        let names: Vec<_> = self.ids.into_iter().zip(new).collect();
        act.put_quietly(&copied::<Account>(&self.account, &names, number))?;
        act.put_quietly(&copied::<BillingAccount>(&self.billing_account, &names, number))?;
        act.put_quietly(&copied::<Subscription>(&self.subscription, &names, number))?;
        Ok(subscription)
    }
}

/// A record under other ids and another number. Ids lie in its bytes as they are.
fn copied<R: Record>(bytes: &[u8], names: &[(Uuid, Uuid)], number: u64) -> R {
    let mut bytes = bytes.to_vec();
    for (from, to) in names {
        let places: Vec<_> = (0..bytes.len() - 15)
            .filter(|place| bytes[*place..].starts_with(from.as_bytes()))
            .collect();
        for place in places {
            bytes[place..place + 16].copy_from_slice(to.as_bytes());
        }
    }
    let mut record: R = decode(&bytes).unwrap();
    record.stamp_mut().number = number;
    record
}
