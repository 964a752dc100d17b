//! Payment methods on file: how an account pays, kept so that it need not be said each time.
//!
//! One of them is taken where nothing else is said. What a gateway or bank must have to charge it is
//! sealed and shown to nobody; the number of a card is not even taken.

use super::{Act, Bss, Cx, Error, gateway};
use crate::domain::account::Account;
use crate::domain::error::Invalid;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, Id, PaymentMethodId};
use crate::domain::operator::Permission;
use crate::domain::payment::gateway::Gateway;
use crate::domain::payment::method::{
    KeepMethod, MethodDetails, MethodKind, PaymentMethod, SaidDetails, has_card_number,
};
use crate::domain::sealed::Sealed;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Iban, Name};
use crate::domain::time::{Date, Zone};
use crate::store::{Along, Records};

/// How many methods an account keeps at most.
const METHODS_MAX: usize = 50;
/// The field under which tokens and numbers of bank accounts are sealed.
const SECRET_FIELD: &str = "secret";

/// A payment method to be kept.
#[derive(Clone)]
pub struct NewMethod {
    /// What its holder calls it; after its details if nothing is said.
    pub name: Option<Name>,
    /// Its details.
    pub details: SaidDetails,
    /// Whether it is to be taken where nothing else is said. The first one is in any case.
    pub is_default: bool,
}

/// In which way a payment came in, as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Nothing was said: as the account usually pays, or by bank transfer.
    Usual,
    /// In this way.
    Kind(MethodKind),
    /// With this method.
    Kept(PaymentMethodId),
}

/// The payment methods of an account that nobody took away, the oldest first.
///
/// # Errors
/// If the account is not there, or the caller may not.
pub fn list(cx: Cx<'_>, account: AccountId) -> Result<Vec<PaymentMethod>, Error> {
    let account: Account = cx.get(account)?;
    cx.must(Permission::PaymentMethodRead, &stamp_of(cx, &account))?;
    kept(cx, account.id)
}

/// The gateways at whose pages an account can pay: those of who sells to it.
///
/// # Errors
/// As [`list`].
pub fn pages(cx: Cx<'_>, account: AccountId) -> Result<Vec<Gateway>, Error> {
    let account: Account = cx.get(account)?;
    cx.must(Permission::PaymentMethodRead, &stamp_of(cx, &account))?;
    gateway::of(cx, account.stamp.seller)
}

/// The payment method with an id, unless it was taken away.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(cx: Cx<'_>, id: PaymentMethodId) -> Result<PaymentMethod, Error> {
    let found = cx.find::<PaymentMethod>(id)?.filter(|it| !it.is_removed());
    found.ok_or_else(|| Error::not_found(id))
}

/// The day by which methods expire.
#[must_use]
pub fn today(cx: Cx<'_>) -> Date {
    Zone::UTC.date_of(cx.now)
}

fn stamp_of(cx: Cx<'_>, account: &Account) -> Stamp {
    cx.stamp(account.stamp.seller, Some(account.id))
}

fn kept(cx: Cx<'_>, account: AccountId) -> Result<Vec<PaymentMethod>, Error> {
    let all: Vec<PaymentMethod> = cx.every(&Along::Owner(account))?;
    Ok(all.into_iter().filter(|it| !it.is_removed()).collect())
}

/// Keeps a payment method of an account.
///
/// # Errors
/// If its details break a rule, there are too many, or the caller may not.
pub fn add(act: &mut Act<'_>, account: AccountId, new: NewMethod) -> Result<PaymentMethod, Error> {
    let account: Account = act.get(account)?;
    let stamp = stamp_of(act.cx(), &account);
    act.must(Permission::PaymentMethodWrite, &stamp)?;
    new.details.check(today(act.cx()))?;
    if new.name.as_ref().is_some_and(|it| has_card_number(it.as_str())) {
        return Err(Invalid::one("/name", "card_number", "must not be the number of a card").into());
    }
    let others = kept(act.cx(), account.id)?;
    if others.len() >= METHODS_MAX {
        let why = format!("an account keeps at most {METHODS_MAX} payment methods: remove one");
        return Err(Rejection::new(Code::InUse, why).into());
    }
    let id: PaymentMethodId = act.new_id();
    let is_first = others.iter().all(|it| !it.is_default);
    let name = new.name.unwrap_or_else(|| new.details.name());
    let seal = |it: &str| act.seal(it.as_bytes(), id.subject(), SECRET_FIELD);
    let details = new.details.sealed(seal);
    let command =
        KeepMethod { id, stamp, account: account.id, name, is_default: is_first, details };
    let method = act.keep_new(PaymentMethod::kept(command, act.now()))?;
    if new.is_default { make_default(act, id) } else { Ok(method) }
}

/// Makes a method the one that is taken where nothing else is said.
///
/// # Errors
/// If it is not there or its time is over, or the caller may not.
pub fn make_default(act: &mut Act<'_>, id: PaymentMethodId) -> Result<PaymentMethod, Error> {
    let method = get(act.cx(), id)?;
    act.must(Permission::PaymentMethodWrite, &method.stamp)?;
    if method.is_default {
        return Ok(method);
    }
    let made = method.made_default(today(act.cx()))?;
    for other in kept(act.cx(), made.0.account)? {
        if other.is_default {
            act.keep(other.no_default())?;
        }
    }
    act.keep(made)
}

/// Takes a method away. If it was the usual one, the oldest that is left is from now on.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn remove(act: &mut Act<'_>, id: PaymentMethodId) -> Result<(), Error> {
    let method = get(act.cx(), id)?;
    act.must(Permission::PaymentMethodWrite, &method.stamp)?;
    let (account, was_default) = (method.account, method.is_default);
    act.keep(method.removed(act.now()))?;
    let today = today(act.cx());
    let next = kept(act.cx(), account)?.into_iter().find(|it| it.usable_on(today).is_ok());
    if let Some(next) = next.filter(|_| was_default) {
        act.keep(next.made_default(today)?)?;
    }
    Ok(())
}

/// Takes the mandates of an account away that goes to another seller: they were given to this one.
///
/// # Errors
/// If the store fails.
pub(super) fn end_mandates(act: &mut Act<'_>, of: &Along) -> Result<(), Error> {
    for method in act.every::<PaymentMethod>(of)? {
        if method.mandate().is_some() && !method.is_removed() {
            act.keep(method.removed(act.now()))?;
        }
    }
    Ok(())
}

/// A kept method of an account, which it can pay by now.
///
/// # Errors
/// If it is not the account's, or its time is over.
pub(super) fn usable(
    cx: Cx<'_>,
    account: AccountId,
    id: PaymentMethodId,
) -> Result<PaymentMethod, Error> {
    let missing = || Invalid::one("/payment_method", "reference", "is not the account's");
    let found = cx.find::<PaymentMethod>(id)?.filter(|it| it.account == account);
    let found = found.filter(|it| !it.is_removed()).ok_or_else(missing)?;
    found.usable_on(today(cx))?;
    Ok(found)
}

/// In which way an account pays that said so much, and with which kept method.
///
/// # Errors
/// If the method that was named is not the account's or cannot be used.
pub(super) fn taken(
    cx: Cx<'_>,
    account: AccountId,
    way: Way,
) -> Result<(MethodKind, Option<PaymentMethodId>), Error> {
    let named = match way {
        Way::Kind(kind) => return Ok((kind, None)),
        Way::Usual => usual(cx, account)?,
        Way::Kept(id) => Some(usable(cx, account, id)?),
    };
    Ok(named.map_or((MethodKind::BankTransfer, None), |it| (it.details.kind(), Some(it.id))))
}

/// The method that an account pays by where nothing else is said, if it can be used.
///
/// # Errors
/// If the store fails.
pub(super) fn usual(cx: Cx<'_>, account: AccountId) -> Result<Option<PaymentMethod>, Error> {
    let usable = |it: &PaymentMethod| it.is_default && it.usable_on(today(cx)).is_ok();
    Ok(kept(cx, account)?.into_iter().find(usable))
}

/// The number of the bank account behind a mandate, whoever asks.
///
/// # Errors
/// If the method is no mandate, or its secret cannot be opened.
pub(super) fn account_of(bss: &Bss, cx: Cx<'_>, id: PaymentMethodId) -> Result<Iban, Error> {
    let found = cx.view.find::<PaymentMethod>(id)?.ok_or_else(|| Error::not_found(id))?;
    match &found.details {
        MethodDetails::DirectDebit { iban, .. } => {
            opened(bss, id, iban)?.parse().map_err(Error::internal)
        }
        MethodDetails::Plain(_) | MethodDetails::Card { .. } | MethodDetails::Wallet { .. } => {
            Err(Error::internal(format!("`{id}` is no mandate")))
        }
    }
}

/// What a gateway calls a method.
///
/// # Errors
/// If the secret cannot be opened.
pub(super) fn opened(bss: &Bss, id: PaymentMethodId, token: &Sealed) -> Result<String, Error> {
    let opened = bss.unseal(token, id.subject(), SECRET_FIELD)?;
    let text = opened.as_text().ok_or_else(|| Error::internal("a token is a text"))?;
    Ok(text.to_owned())
}
