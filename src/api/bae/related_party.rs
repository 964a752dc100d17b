//! `relatedParty`: who has to do with a thing, as this contract names them: by their parties.

use serde_json::{Value, json};
use uuid::Uuid;

use super::error::NOT_THE_CALLER;
use super::form;
use super::query::Wanted;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::id::{AccountId, Id};
use crate::domain::operator::User;
use crate::domain::party::relation::Reference;
use crate::domain::party::{Nature, Party};
use crate::domain::stamp::SellerNumber;
use crate::services::{Cx, Error, account};

/// Where lists say whose something is to be.
const ID: &str = "relatedParty.id";

/// An account in a role, with the address of its party.
fn in_role(cx: Cx<'_>, it: &Account, role: &str) -> Result<Value, Error> {
    let party = cx.shared::<Party>(it.party())?;
    let is_person = party.is_some_and(|it| matches!(it.profile().nature, Nature::Individual(_)));
    let kind = if is_person { "individual" } else { "organization" };
    let id = it.party().uuid();
    Ok(json!({
        "id": id,
        "href": format!("/DSPartyManagement/api/partyManagement/v2/{kind}/{id}"),
        "role": role,
        "name": it.profile().name.as_str(),
    }))
}

/// Who buys.
pub(super) fn customer(cx: Cx<'_>, id: AccountId) -> Result<Option<Value>, Error> {
    let found = cx.shared::<Account>(id)?;
    found.map(|it| in_role(cx, &it, "Customer")).transpose()
}

/// Who delivers something for its seller, which is a seller in this contract, too.
pub(super) fn supplier(cx: Cx<'_>, id: AccountId) -> Result<Option<Value>, Error> {
    let found = cx.shared::<Account>(id)?;
    found.map(|it| in_role(cx, &it, "Seller")).transpose()
}

/// Whose an element of the catalogue is.
pub(super) fn owner(cx: Cx<'_>, number: SellerNumber) -> Result<Value, Error> {
    in_role(cx, &account::of_seller(cx, number)?, "Owner")
}

/// Who sells.
pub(super) fn seller(cx: Cx<'_>, number: SellerNumber) -> Result<Value, Error> {
    in_role(cx, &account::of_seller(cx, number)?, "Seller")
}

/// Whether an id is that of the caller: its account, the party of that, or the person itself.
pub(super) fn is_caller(cx: Cx<'_>, id: Uuid) -> Result<bool, Error> {
    let Some(standing) = cx.actor.standing() else { return Ok(false) };
    let account = cx.shared::<Account>(standing.account)?;
    let person = cx.shared::<User>(standing.user)?;
    let own = account.iter().flat_map(|it| [it.id.uuid(), it.party().uuid()]);
    let own = own.chain(person.iter().map(|it| it.id.uuid()));
    let mut own = own.chain(person.iter().filter_map(|it| it.party).map(|it| it.uuid()));
    Ok(own.any(|it| it == id))
}

/// Whether a text is by what the caller signs in: clients of the original name people so, in place of ids.
pub(super) fn is_called(cx: Cx<'_>, said: &str) -> Result<bool, Error> {
    let Some(standing) = cx.actor.standing() else { return Ok(false) };
    let person = cx.shared::<User>(standing.user)?;
    Ok(person.is_some_and(|it| it.profile().logins().contains(&said.trim().to_lowercase())))
}

/// Whether a related party is the caller, by an id of it or by what it signs in.
pub(super) fn names_caller(cx: Cx<'_>, said: &Value) -> Result<bool, Error> {
    match (form::reference(said), said.get("id").and_then(Value::as_str)) {
        (Some(id), _) => is_caller(cx, id),
        (None, Some(name)) => is_called(cx, name),
        (None, None) => Ok(false),
    }
}

/// What is wanted of a list, with the caller's party where it is named by what the caller signs in.
pub(super) fn by_name(cx: Cx<'_>, wanted: Wanted) -> Result<Wanted, Error> {
    let Some(said) = wanted.only(ID).map(str::to_owned) else { return Ok(wanted) };
    if !is_called(cx, &said)? {
        return Ok(wanted);
    }
    let own = cx.actor.standing().map(|it| cx.shared::<Account>(it.account));
    Ok(match own.transpose()?.flatten() {
        Some(account) => wanted.saying(ID, &account.party().uuid().to_string()),
        None => wanted,
    })
}

/// Whether the caller is who receives the bills of a billing account: whoever was named for that, or else
/// whose it is.
pub(super) fn receives_bills(cx: Cx<'_>, of: &BillingAccount) -> Result<bool, Error> {
    let related = of.profile().related.iter();
    let mut receivers = related.filter(|it| it.role.as_str().eq_ignore_ascii_case("bill receiver"));
    let named = receivers.next();
    let Some(first) = named else { return is_caller(cx, of.account().uuid()) };
    for it in std::iter::once(first).chain(receivers) {
        if let Reference::Known(subject) = &it.party
            && is_caller(cx, subject.uuid)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses parties of which none is the caller in the role of the customer.
pub(super) fn must_have_caller(cx: Cx<'_>, at: &str, parties: &[Value]) -> Result<(), Error> {
    let is_customer = |it: &&Value| {
        it.get("role").and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case("customer"))
    };
    let mut customers = parties.iter().filter(is_customer).peekable();
    if customers.peek().is_none() {
        return Err(NOT_THE_CALLER.broken(at, "must name a party with the role `Customer`").into());
    }
    for it in customers {
        if !names_caller(cx, it)? {
            let message = "must name you as the customer, and nobody else";
            return Err(NOT_THE_CALLER.broken(at, message).into());
        }
    }
    Ok(())
}

/// Refuses to list what somebody else has.
pub(super) fn must_be_own(cx: Cx<'_>, wanted: Option<&str>) -> Result<(), Error> {
    let Some(wanted) = wanted else { return Ok(()) };
    let own = Uuid::try_parse(wanted).ok().map(|id| is_caller(cx, id)).transpose()?;
    if own == Some(true) {
        return Ok(());
    }
    let message = format!("`{wanted}` is not you: only what is your own is listed");
    Err(NOT_THE_CALLER.broken("relatedParty.id", message).into())
}
