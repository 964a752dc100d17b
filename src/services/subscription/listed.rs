//! Lists of subscriptions: whose they are to whoever asks.

use crate::domain::account::Account;
use crate::domain::id::{AccountId, Kind, OfferId};
use crate::domain::operator::Scope;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::Subscription;
use crate::services::{Cx, Error};
use crate::store::subscription::SUBSCRIPTION_BY_OFFER;
use crate::store::{Along, Key, Records};

/// A page of the caller's own subscriptions and those of its own customers: of a reseller those that
/// it has bought and those that buy from itself, of everybody else all that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn list_own(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Subscription>, Error> {
    let along =
        own_seller(cx)?.map(|(own, account)| Along::Branch(own.into_iter().collect(), account));
    cx.list(along, page, |_| true)
}

/// A page of the subscriptions that the caller may see, with those that it has bought itself.
///
/// # Errors
/// If the store fails.
pub fn list_with_own(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Subscription>, Error> {
    cx.list_with_own(page, |_| true)
}

/// Whether a subscription is the caller's own, or of its own customers; see [`list_own`].
///
/// # Errors
/// If the store fails.
pub fn is_own(cx: Cx<'_>, it: &Subscription) -> Result<bool, Error> {
    Ok(own_seller(cx)?
        .is_none_or(|(own, account)| own == Some(it.stamp.seller) || it.account() == account))
}

/// As whom a reseller sells, and its account; `None` of everybody else.
fn own_seller(cx: Cx<'_>) -> Result<Option<(Option<SellerNumber>, AccountId)>, Error> {
    match (cx.actor.scope(Kind::Subscription), cx.actor.standing()) {
        (Scope::Sellers(_), Some(standing)) => {
            let own = cx.view.find::<Account>(standing.account)?;
            Ok(Some((own.and_then(|it| it.seller_number()), standing.account)))
        }
        (Scope::Everything | Scope::Sellers(_) | Scope::Owner(_) | Scope::Nothing, _) => Ok(None),
    }
}

/// A page of the subscriptions that the caller may see: of one account or to one offer if that is
/// named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    (account, offer): (Option<AccountId>, Option<OfferId>),
    page: &PageRequest,
    accept: impl FnMut(&Subscription) -> bool,
) -> Result<Page<Subscription>, Error> {
    let to = |id| Along::Index(SUBSCRIPTION_BY_OFFER, Key::new().id(id).bytes());
    cx.list(account.map(Along::Owner).or(offer.map(to)), page, accept)
}
