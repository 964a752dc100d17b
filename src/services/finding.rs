//! By what things are found without looking at each of them.
//!
//! An index answers ids, the oldest first. Whether the caller may see what they are of is not asked
//! here: who loads it asks.

use super::{Cx, Error, account};
use crate::domain::account::Account;
use crate::domain::account::class::CustomerClass;
use crate::domain::account::lifecycle::State as AccountState;
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{AccountId, ClassId, Id, OfferId, OrderId, SubscriptionId, UserId};
use crate::domain::operator::{Scope, User};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::lifecycle::State as SubscriptionState;
use crate::store::account::{
    ACCOUNT_BY_CLASS, ACCOUNT_BY_NAME, ACCOUNT_BY_PARENT, ACCOUNT_BY_STATE,
};
use crate::store::catalog::OFFER_BY_NAME;
use crate::store::subscription::{
    SUBSCRIPTION_BY_NAME, SUBSCRIPTION_BY_OFFER, SUBSCRIPTION_BY_ORDER, SUBSCRIPTION_BY_PARENT,
    SUBSCRIPTION_BY_STATE,
};
use crate::store::{Along, Key, Record, Records, Table};

/// Which names are looked for, all of them in one case.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// What each of them begins with.
    pub beginning: &'a str,
    /// Whether one is among them.
    pub accepts: &'a dyn Fn(&str) -> bool,
}

/// By what accounts are found.
#[derive(Clone, Copy)]
pub enum AccountsBy<'a> {
    /// The account above them.
    Parent(AccountId),
    /// Their class.
    Class(ClassId),
    /// How far their life has come.
    State(AccountState),
    /// A class that they give to their customers.
    OwnClass(ClassId),
    /// A user who belongs to them.
    User(UserId),
    /// Their name.
    Names(Names<'a>),
}

/// By what subscriptions are found.
#[derive(Clone, Copy)]
pub enum SubscriptionsBy<'a> {
    /// What they are to.
    Offer(OfferId),
    /// Who sold them.
    Vendor(AccountId),
    /// What they belong to.
    Parent(SubscriptionId),
    /// What brought them about.
    Order(OrderId),
    /// How far their life has come.
    State(SubscriptionState),
    /// Their name, or that of what they are to: who has none of its own goes by it.
    Names(Names<'a>),
}

/// The accounts that are found by something.
///
/// # Errors
/// If the store fails.
pub fn accounts(cx: Cx<'_>, by: AccountsBy<'_>) -> Result<Vec<AccountId>, Error> {
    match by {
        AccountsBy::Parent(id) => along::<Account>(cx, ACCOUNT_BY_PARENT, Key::new().id(id)),
        AccountsBy::Class(id) => along::<Account>(cx, ACCOUNT_BY_CLASS, Key::new().id(id)),
        AccountsBy::State(state) => {
            along::<Account>(cx, ACCOUNT_BY_STATE, Key::new().u8(state as u8))
        }
        AccountsBy::OwnClass(id) => {
            let class = cx.view.find::<CustomerClass>(id)?;
            let vendor = class.map(|it| account::of_seller(cx, it.stamp.seller)).transpose()?;
            Ok(vendor.into_iter().map(|it| it.id).collect())
        }
        AccountsBy::User(id) => {
            let user = cx.view.find::<User>(id)?;
            Ok(user.and_then(|it| it.stamp.owner).into_iter().collect())
        }
        AccountsBy::Names(names) => named::<Account>(cx, ACCOUNT_BY_NAME, names),
    }
}

/// The subscriptions that are found by something.
///
/// # Errors
/// If the store fails.
pub fn subscriptions(cx: Cx<'_>, by: SubscriptionsBy<'_>) -> Result<Vec<SubscriptionId>, Error> {
    let key = Key::new();
    match by {
        SubscriptionsBy::Offer(id) => along::<Subscription>(cx, SUBSCRIPTION_BY_OFFER, key.id(id)),
        SubscriptionsBy::Vendor(id) => {
            let account = cx.view.find::<Account>(id)?;
            let Some(seller) = account.and_then(|it| it.seller_number()) else {
                return Ok(Vec::new());
            };
            along::<Subscription>(cx, Subscription::INDICES[0].table, key.u32(seller.0))
        }
        SubscriptionsBy::Parent(id) => {
            along::<Subscription>(cx, SUBSCRIPTION_BY_PARENT, key.id(id))
        }
        SubscriptionsBy::Order(id) => along::<Subscription>(cx, SUBSCRIPTION_BY_ORDER, key.id(id)),
        SubscriptionsBy::State(state) => {
            along::<Subscription>(cx, SUBSCRIPTION_BY_STATE, key.u8(state as u8))
        }
        SubscriptionsBy::Names(names) => {
            let mut ids = named::<Subscription>(cx, SUBSCRIPTION_BY_NAME, names)?;
            for offer in named::<Offer>(cx, OFFER_BY_NAME, names)? {
                let to = Key::new().id(offer);
                ids.extend(along::<Subscription>(cx, SUBSCRIPTION_BY_OFFER, to)?);
            }
            ids.sort_unstable();
            ids.dedup();
            Ok(ids)
        }
    }
}

/// The offers that have a name in one language or another.
///
/// # Errors
/// If the store fails.
pub fn offers(cx: Cx<'_>, names: Names<'_>) -> Result<Vec<OfferId>, Error> {
    let mut ids = named::<Offer>(cx, OFFER_BY_NAME, names)?;
    ids.dedup();
    Ok(ids)
}

/// The things of a kind with a number: one, or one for each seller.
///
/// # Errors
/// If the store fails.
pub fn by_number<R: Record>(cx: Cx<'_>, number: u64) -> Result<Vec<R::Id>, Error> {
    along::<R>(cx, R::INDICES[2].table, Key::new().u64(number))
}

/// The things of a kind whose number is accepted. No thing is read.
///
/// # Errors
/// If the store fails.
pub fn by_numbers<R: Record>(
    cx: Cx<'_>,
    accepts: impl Fn(u64) -> bool,
) -> Result<Vec<R::Id>, Error> {
    let mut accept =
        |rest: &[u8]| <[u8; 8]>::try_from(rest).is_ok_and(|it| accepts(u64::from_be_bytes(it)));
    Ok(cx.view.ids_along::<R>(R::INDICES[2].table, Key::new(), &mut accept)?)
}

/// The things of a kind that an account has.
///
/// # Errors
/// If the store fails.
pub fn by_owner<R: Record>(cx: Cx<'_>, owner: AccountId) -> Result<Vec<R::Id>, Error> {
    along::<R>(cx, R::INDICES[1].table, Key::new().id(owner))
}

/// How many things of a kind the caller sees, if that is known without looking at each.
///
/// # Errors
/// If the store fails.
pub fn count<R: Record>(cx: Cx<'_>) -> Result<Option<usize>, Error> {
    match cx.actor.scope(R::Id::KIND) {
        Scope::Nothing => Ok(Some(0)),
        Scope::Everything => Ok(usize::try_from(cx.view.count(R::TABLE)?).ok()),
        Scope::Sellers(branch) => {
            let each = branch.iter().map(|it| {
                along::<R>(cx, R::INDICES[0].table, Key::new().u32(it.0)).map(|it| it.len())
            });
            each.sum::<Result<_, _>>().map(Some)
        }
        // Some see nothing of their account but what is their own.
        Scope::Owner(_) => Ok(None),
    }
}

/// The same where a vendor sees what it has itself beside what is in its branch.
///
/// # Errors
/// If the store fails.
pub fn count_with_own<R: Record>(cx: Cx<'_>) -> Result<Option<usize>, Error> {
    let (Scope::Sellers(branch), Some(standing)) =
        (cx.actor.scope(R::Id::KIND), cx.actor.standing())
    else {
        return count::<R>(cx);
    };
    let own = cx.every::<R>(&Along::Owner(standing.account))?;
    let outside = own.iter().filter(|it| !branch.contains(&it.stamp().seller)).count();
    Ok(count::<R>(cx)?.map(|it| it + outside))
}

fn along<R: Record>(cx: Cx<'_>, index: Table, prefix: Key) -> Result<Vec<R::Id>, Error> {
    Ok(cx.view.ids_along::<R>(index, prefix, &mut |_| true)?)
}

/// Along an index whose keys are a name in one case, a zero and an id.
fn named<R: Record>(cx: Cx<'_>, index: Table, names: Names<'_>) -> Result<Vec<R::Id>, Error> {
    let mut name = names.beginning.to_owned();
    let mut accept = |rest: &[u8]| {
        let Some(rest) = rest.split_last().and_then(|it| std::str::from_utf8(it.1).ok()) else {
            return false;
        };
        name.truncate(names.beginning.len());
        name.push_str(rest);
        (names.accepts)(&name)
    };
    let prefix = Key::new().beginning(names.beginning);
    Ok(cx.view.ids_along::<R>(index, prefix, &mut accept)?)
}
