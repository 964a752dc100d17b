//! Where an account stands in the tree, and moving it elsewhere.

use super::life::remains;
use super::{OpenAccount, Wanted, keep, provider};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::Terms;
use crate::domain::account::tree::{Ancestor, LEVELS_MAX};
use crate::domain::account::{Account, Remains};
use crate::domain::document::Document;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, Kind};
use crate::domain::journal::Holder;
use crate::domain::operator::{ConsumerKey, Permission, Session, Token, User};
use crate::domain::order::cart::Cart;
use crate::domain::party::Party;
use crate::domain::payment::method::PaymentMethod;
use crate::domain::stamp::SellerNumber;
use crate::services::{Act, Cx, Error, billing_account, class, coupon, listener, payment_method};
use crate::store::account::ACCOUNT_BY_PARENT;
use crate::store::journal::balances;
use crate::store::{Along, Key, Record, Records};

/// The account below which a new one is to stand.
pub(super) fn parent(act: &Act<'_>, command: &OpenAccount) -> Result<Option<Account>, Error> {
    let own = act.actor().standing().map(|it| it.account);
    match (command.wanted, command.parent, own) {
        (Wanted::Provider, _, _) => Ok(None),
        (Wanted::Reseller | Wanted::Customer, Some(id), _) => {
            Ok(Some(act.cx().named("/parent", id)?))
        }
        (Wanted::Reseller | Wanted::Customer, None, Some(own)) => Ok(Some(act.get(own)?)),
        (Wanted::Reseller | Wanted::Customer, None, None) => provider(act.cx()).map(Some),
    }
}

/// The accounts from one up to the root.
pub(super) fn ancestors(cx: Cx<'_>, from: Option<Account>) -> Result<Vec<Ancestor>, Error> {
    let mut line = Vec::new();
    let mut next = from;
    while let Some(account) = next {
        line.push(Ancestor::from(&account));
        next = match account.parent() {
            // Whoever may open an account need not see all that stands above it.
            Some(id) => cx.view.find(id)?,
            None => None,
        };
    }
    Ok(line)
}

/// The accounts directly below one, whoever asks.
pub(super) fn children(cx: Cx<'_>, of: AccountId) -> Result<Vec<Account>, Error> {
    let along = Along::Index(ACCOUNT_BY_PARENT, Key::new().id(of).bytes());
    cx.every(&along)
}

/// Moves an account, with all that stands below it, to another place in the tree.
///
/// Below another seller it becomes that seller's customer, in that seller's default class. What it
/// bought stays where it was bought, so it can only go when nothing of that goes on. The former seller
/// hears nothing of it any more: its listeners, and those of all below it, stop until somebody who may
/// lets them go on.
///
/// # Errors
/// If the tree forbids it, or something goes on with the present seller, or the caller may not.
pub fn relocate(
    act: &mut Act<'_>,
    id: AccountId,
    revision: Option<u32>,
    parent: AccountId,
) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountMove, &account.stamp)?;
    act.expect_revision(&account.stamp, revision)?;
    let parent = act.cx().named::<Account>("/parent", parent)?;
    let line = ancestors(act.cx(), Some(parent))?;
    let levels = levels_below(act.cx(), id)?;
    let before = account.stamp.seller;
    let depth = levels.len();
    let (moved, verb) = account.relocate(depth, &line)?;
    let after = moved.stamp.seller;
    if before == after {
        return keep(act, moved, verb);
    }
    let default = class::default_of(act.cx(), after)?.id;
    for mut below in levels.into_iter().flatten() {
        if below.stamp.seller != before {
            // It stays with its seller, above whom the former one stood.
            listener::resell(act, below.id, (before, after))?;
            continue;
        }
        below.stamp.seller = after;
        let terms = Terms { class: default, ..below.terms().clone() };
        let (below, verb) = below.grant(terms)?;
        resell(act, below.id, (before, after))?;
        keep(act, below, verb)?;
    }
    resell(act, id, (before, after))?;
    let terms = Terms { class: default, ..moved.terms().clone() };
    let (moved, verb) = moved.grant(terms)?;
    keep(act, moved, verb)
}

/// The accounts below one, level by level.
fn levels_below(cx: Cx<'_>, id: AccountId) -> Result<Vec<Vec<Account>>, Error> {
    let mut levels = Vec::new();
    let mut level = children(cx, id)?;
    while !level.is_empty() && levels.len() < LEVELS_MAX {
        let mut next = Vec::new();
        for account in &level {
            next.extend(children(cx, account.id)?);
        }
        levels.push(std::mem::replace(&mut level, next));
    }
    Ok(levels)
}

/// Gives what belongs to an account to another seller's branch, if nothing goes on with the
/// present one.
fn resell(
    act: &mut Act<'_>,
    id: AccountId,
    (from, to): (SellerNumber, SellerNumber),
) -> Result<(), Error> {
    if remains(act.cx(), id)?.with_its_seller() != Remains::default() {
        let why = format!("account `{id}` still has business with its seller: end it first");
        return Err(Rejection::new(Code::InUse, why).into());
    }
    must_be_even(act.cx(), id)?;
    coupon::end_all_of(act, id)?;
    listener::resell(act, id, (from, to))?;
    let own = Along::Owner(id);
    Kind::ALL.iter().try_for_each(|kind| take_along(act, *kind, (&own, to)))
}

/// Gives what an account has of a kind to another seller's branch, if that goes with the account. What
/// was done with the former seller stays there: the account sees it, and its next seller does not.
fn take_along(
    act: &mut Act<'_>,
    kind: Kind,
    (own, to): (&Along, SellerNumber),
) -> Result<(), Error> {
    use Kind as K;
    match kind {
        K::BillingAccount => restamp::<BillingAccount>(act, own, to),
        K::Cart => restamp::<Cart>(act, own, to),
        K::ConsumerKey => restamp::<ConsumerKey>(act, own, to),
        K::Document => restamp::<Document>(act, own, to),
        K::Party => restamp::<Party>(act, own, to),
        K::PaymentMethod => {
            payment_method::end_mandates(act, own)?;
            restamp::<PaymentMethod>(act, own, to)
        }
        K::Session => restamp::<Session>(act, own, to),
        K::Token => restamp::<Token>(act, own, to),
        K::User => restamp::<User>(act, own, to),
        // Each has its own way.
        K::Account | K::Listener | K::Redemption => Ok(()),
        // What was done with the former seller.
        K::Bucket | K::CreditNote | K::Deposit | K::Dunning | K::Invoice | K::Mail => Ok(()),
        K::Order | K::Payment | K::PaymentPlan | K::Quote | K::Refund | K::Review => Ok(()),
        K::Seat | K::Settlement | K::ShareRecord | K::Shipment | K::Sla => Ok(()),
        K::Subscription | K::Task | K::UsageRecord => Ok(()),
        // What sellers have, and the house.
        K::Asset | K::AssetType | K::AttributeDefinition | K::BillingRun => Ok(()),
        K::Catalog | K::Category => Ok(()),
        K::Class | K::Coupon | K::Discount | K::Gateway | K::Letterhead | K::Meter => Ok(()),
        K::NotificationTemplate | K::Offer | K::Price | K::Promotion | K::Resource => Ok(()),
        K::ResourceCategory | K::ServiceTerms | K::ShareModel | K::Specification => Ok(()),
        K::TaxCategory | K::TaxRule | K::TaxZone | K::DebitOrder | K::BankStatement => Ok(()),
    }
}

/// Refuses an account with a balance in the books of its seller: it would stay there, where neither
/// the account nor its next seller sees it.
fn must_be_even(cx: Cx<'_>, id: AccountId) -> Result<(), Error> {
    for of in billing_account::of(cx, id)? {
        let mut all = balances(cx.view, of.stamp.seller, Holder::Customer(of.id))?;
        all.extend(balances(cx.view, of.stamp.seller, Holder::Reserved(of.id))?);
        all.extend(balances(cx.view, of.stamp.seller, Holder::PrepaidReserved(of.id))?);
        if let Some(it) = all.iter().find(|it| !it.amount.is_zero()) {
            let (ledger, amount) = (it.key.ledger.word().replace('_', " "), it.amount);
            let why =
                format!("account `{id}` has a balance of `{amount}` ({ledger}): settle it first");
            return Err(Rejection::new(Code::InUse, why).into());
        }
    }
    Ok(())
}

fn restamp<R: Record>(act: &mut Act<'_>, along: &Along, to: SellerNumber) -> Result<(), Error> {
    for mut it in act.cx().every::<R>(along)? {
        it.stamp_mut().seller = to;
        act.put(&mut it)?;
    }
    Ok(())
}
