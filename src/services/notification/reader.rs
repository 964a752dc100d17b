//! Readers: who a mail is written to, in which language and by which clock.

use super::after;
use super::value::{Reader, seller};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::Matter;
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::Invoice;
use crate::domain::dunning::case::Dunning;
use crate::domain::event::Fact;
use crate::domain::id::{BillingAccountId, Kind};
use crate::domain::notification::{Letter, Recipient};
use crate::domain::operator::{User, UserState};
use crate::domain::payment::Payment;
use crate::domain::payment::plan::PaymentPlan;
use crate::domain::payment::refund::Refund;
use crate::domain::subscription::seat::Seat;
use crate::domain::text::{Email, Locale};
use crate::domain::time::Zone;
use crate::services::{Cx, Error, billing_account, event};
use crate::store::{Along, Records};

/// Who reads a mail, if anybody can be found.
pub(super) fn reader(
    cx: Cx<'_>,
    fact: &Fact,
    recipient: Recipient,
) -> Result<Option<Reader>, Error> {
    let owner = fact.owner.map(|it| cx.view.find::<Account>(it)).transpose()?.flatten();
    let (account, matter) = match recipient {
        Recipient::Person => {
            let of = owner.map(|it| it.profile().locale.clone());
            let who = whose(cx, fact)?;
            return Ok(who.map(|it| person(&it, of)));
        }
        Recipient::FormerAddress => {
            let of = owner.map(|it| it.profile().locale.clone());
            let before = fact.before.as_deref().map(event::read::<User>).transpose()?;
            return Ok(before.map(|it| person(&it, of)));
        }
        Recipient::Contact(Matter::Billing) => return payer(cx, fact, owner),
        Recipient::Contact(matter) => (owner, matter),
        Recipient::Seller(matter) => (seller(cx, fact.seller)?, matter),
    };
    account.map_or(Ok(None), |it| reader_for(cx, &it, matter))
}

/// Who reads what is billed: whom the billing account names, or else whoever reads for its account.
fn payer(cx: Cx<'_>, fact: &Fact, owner: Option<Account>) -> Result<Option<Reader>, Error> {
    let Some(owner) = owner else { return Ok(None) };
    let billed = match billing_account_of(fact)? {
        Some(id) => cx.view.find::<BillingAccount>(id)?,
        None => usual(cx, &owner)?,
    };
    payer_for(cx, &owner, billed.as_ref())
}

fn payer_for(
    cx: Cx<'_>,
    account: &Account,
    billed: Option<&BillingAccount>,
) -> Result<Option<Reader>, Error> {
    let locale = billed.and_then(|it| it.profile().locale.clone());
    let named = billed.and_then(|it| it.profile().mail(cx.now));
    let Some((name, email)) = named else {
        let found = reader_for(cx, account, Matter::Billing)?;
        return Ok(found.map(|it| Reader { locale: locale.unwrap_or(it.locale), ..it }));
    };
    let profile = account.profile();
    Ok(Some(Reader {
        locale: locale.unwrap_or_else(|| profile.locale.clone()),
        zone: Zone::UTC,
        name: name.unwrap_or(&profile.name).to_string(),
        email: email.to_string(),
        secret: Letter::SECRET,
        signs_in: may_sign_in(&people(cx, account)?),
    }))
}

/// Reads from a fact where what it is about is billed.
type Billed = fn(&Fact) -> Result<BillingAccountId, Error>;

/// What says itself where it is billed.
const BILLED: &[(Kind, Billed)] = &[
    (Kind::BillingAccount, |it| Ok(after::<BillingAccount>(it)?.id)),
    (Kind::CreditNote, |it| Ok(after::<CreditNote>(it)?.content().billing_account)),
    (Kind::Dunning, |it| Ok(after::<Dunning>(it)?.billing_account)),
    (Kind::Invoice, |it| Ok(after::<Invoice>(it)?.content().billing_account)),
    (Kind::Payment, |it| Ok(after::<Payment>(it)?.billing_account)),
    (Kind::PaymentPlan, |it| Ok(after::<PaymentPlan>(it)?.billing_account)),
    (Kind::Refund, |it| Ok(after::<Refund>(it)?.billing_account)),
];

/// Where what a fact is about is billed, if it says so.
fn billing_account_of(fact: &Fact) -> Result<Option<BillingAccountId>, Error> {
    let read = BILLED.iter().find(|it| it.0 == fact.subject.kind);
    read.map(|it| (it.1)(fact)).transpose()
}

/// Where an account is billed if nothing else is said.
fn usual(cx: Cx<'_>, of: &Account) -> Result<Option<BillingAccount>, Error> {
    Ok(billing_account::of(cx, of.id)?.into_iter().find(BillingAccount::is_default))
}

fn people(cx: Cx<'_>, account: &Account) -> Result<Vec<User>, Error> {
    cx.every::<User>(&Along::Owner(account.id))
}

/// Whether anybody of some people can sign in, or will be able to.
fn may_sign_in(people: &[User]) -> bool {
    people.iter().any(|it| matches!(it.state(), UserState::Active | UserState::Invited))
}

/// Who reads what an account is written about a matter: its contact for that, or else somebody who
/// administers it, if need be one that was invited and has not come yet, or whoever reads its mail.
fn reader_for(cx: Cx<'_>, account: &Account, matter: Matter) -> Result<Option<Reader>, Error> {
    let people = people(cx, account)?;
    let signs_in = may_sign_in(&people);
    let (profile, locale) = (account.profile(), account.profile().locale.clone());
    let at = |name: String, email: &Email| Reader {
        locale: locale.clone(),
        zone: Zone::UTC,
        name,
        email: email.to_string(),
        secret: Letter::SECRET,
        signs_in,
    };
    if let Some(contact) = profile.contact(matter) {
        // Who has no name is addressed by that of the account.
        let name = contact.display_name().unwrap_or_else(|| profile.name.to_string());
        return Ok(Some(at(name, &contact.email)));
    }
    let administrator =
        |in_state| people.iter().find(|it| it.state() == in_state && it.is_administrator());
    if let Some(active) = administrator(UserState::Active) {
        return Ok(Some(person(active, Some(locale))));
    }
    if let Some(invited) = administrator(UserState::Invited) {
        let invited = invited.profile();
        return Ok(Some(at(invited.name.display(), &invited.email)));
    }
    Ok(profile.mail(matter).map(|it| at(profile.name.to_string(), it)))
}

/// Whether there is anybody to whom an account is written about what it owes.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn reaches_payer(cx: Cx<'_>, account: &Account) -> Result<bool, Error> {
    Ok(payer_for(cx, account, usual(cx, account)?.as_ref())?.is_some())
}

/// The person whose own the thing is that a fact is about. Who has a seat is told of it as long as it
/// can sign in.
fn whose(cx: Cx<'_>, fact: &Fact) -> Result<Option<User>, Error> {
    if fact.subject.kind != Kind::Seat {
        return Ok(Some(after(fact)?));
    }
    let found = cx.view.find::<User>(after::<Seat>(fact)?.user())?;
    Ok(found.filter(|it| it.state() == UserState::Active))
}

fn person(it: &User, of_account: Option<Locale>) -> Reader {
    let profile = it.profile();
    let english = || "en".parse().expect("a locale");
    Reader {
        locale: profile.locale.clone().or(of_account).unwrap_or_else(english),
        zone: Zone::UTC,
        name: profile.name.display(),
        email: profile.email.to_string(),
        secret: Letter::SECRET,
        signs_in: true,
    }
}
