//! Numbers for value added tax: they are looked up in their register, and what it said is kept.
//!
//! An account's number waits until it was looked up, if its seller has it looked up at all. The
//! register is asked outside of any act; whoever cannot be asked is asked again later, and nothing
//! waits for that but what the seller's settings say.

use super::{Act, Author, Bss, Cx, Error, account, billing};
use crate::domain::account::Account;
use crate::domain::billing::policy::{Policies, VatNumbers};
use crate::domain::id::AccountId;
use crate::domain::operator::Actor;
use crate::domain::page::PageRequest;
use crate::domain::party::identity::{LookUp, Verification};
use crate::domain::party::vat::VatNumber;
use crate::domain::provisioning::task::Backoff;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::domain::time::Zone;
use crate::store::account::ACCOUNT_BY_LOOK_UP;
use crate::store::meta::setting;
use crate::store::{Along, Key};
use crate::world::vies::{self, Answer, Consultation};

/// The duty that looks numbers up, as jobs name it.
const DUTY: &str = "vat_numbers";
/// How many numbers are looked for at once.
const LOOKED_AT: usize = 100;
/// Who could not be asked for a long time is asked so many seconds later again.
const PAUSE_SECONDS: i64 = 24 * 60 * 60;

/// The accounts whose numbers are to be looked up now, those that have waited longest first.
///
/// # Errors
/// If the store fails.
pub fn waiting(bss: &Bss) -> Result<Vec<AccountId>, Error> {
    bss.read(&Actor::duty(DUTY), |cx| {
        let mut found = Vec::new();
        for seller in sellers(cx)? {
            let along = Along::Index(ACCOUNT_BY_LOOK_UP, Key::new().u32(seller.0).bytes());
            let page = PageRequest::oldest(LOOKED_AT);
            let is_due = |it: &Account| it.look_up_at().is_some_and(|at| at <= cx.wall);
            let due = cx.list::<Account>(Some(along), &page, is_due)?;
            found.extend(due.items.iter().map(|it| it.id));
        }
        Ok(found)
    })
}

/// Who has numbers looked up.
fn sellers(cx: Cx<'_>) -> Result<Vec<SellerNumber>, Error> {
    let policies = setting::<Policies>(cx.view)?.unwrap_or_default();
    let asks = policies.0.into_iter().filter(|it| it.1.vat_numbers != VatNumbers::AsGiven);
    Ok(asks.map(|it| it.0).collect())
}

/// Looks up the number of an account. Returns whether there was one to look up.
///
/// # Errors
/// If the store fails; that the register cannot be asked is no error.
pub fn look_up(bss: &Bss, id: AccountId) -> Result<bool, Error> {
    let house = Actor::duty(DUTY);
    let asked = bss.read(&house, |cx| {
        let account: Account = cx.get(id)?;
        let policy = billing::policy(cx, account.stamp.seller)?;
        let is_due = account.look_up_at().is_some_and(|at| at <= cx.wall);
        if !is_due || policy.vat_numbers == VatNumbers::AsGiven {
            return Ok(None);
        }
        let seller = account::of_seller(cx, account.stamp.seller)?;
        Ok(number_of(&account).map(|it| (it, number_of(&seller))))
    })?;
    let Some((number, seller)) = asked else { return Ok(false) };
    let Some(parts) = number.asked() else { return Ok(false) };
    let requester = seller.as_ref().and_then(VatNumber::asked);
    let answer = vies::ask(bss.house.world().web.as_ref(), parts, requester);
    let jitter = u16::from_be_bytes(bss.random());
    let settle = move |act: &mut Act<'_>| settle(act, (id, &number), answer, jitter);
    bss.act(Author::of(house), settle).wait()?;
    Ok(true)
}

/// The number of an account, if it is one for value added tax.
fn number_of(account: &Account) -> Option<VatNumber> {
    let registration = account.profile().tax_registration.as_ref();
    registration.and_then(|it| VatNumber::find(it.number.as_str()))
}

/// Keeps what the register said, unless the account has another number by now.
fn settle(
    act: &mut Act<'_>,
    (id, number): (AccountId, &VatNumber),
    answer: Answer,
    jitter: u16,
) -> Result<(), Error> {
    let account: Account = act.load(id)?;
    if account.look_up_at().is_none() || number_of(&account).as_ref() != Some(number) {
        return Ok(());
    }
    let (verification, consultation) = match answer {
        Answer::Valid(it) => (Verification::Verified, it),
        Answer::Invalid(it) => (Verification::Refused, it),
        Answer::Unavailable(why) => {
            tracing::warn!(account = %id, %why, "a tax number could not be looked up");
            return postpone(act, account, jitter);
        }
    };
    let today = Zone::UTC.date_of(act.now());
    let Consultation { on, number } = consultation;
    let consultation = number.and_then(|it| it.parse::<Name>().ok());
    let look_up = LookUp { on: on.unwrap_or(today), consultation };
    let verified = account.verify_tax(verification, Some(look_up))?;
    act.keep(verified)?;
    Ok(())
}

fn postpone(act: &mut Act<'_>, account: Account, jitter: u16) -> Result<(), Error> {
    let wall = act.wall();
    let account = account.look_up_postponed(|times| {
        let wait = Backoff::DEFAULT.wait_seconds(times, jitter);
        wall.plus_seconds(wait.unwrap_or(PAUSE_SECONDS))
    });
    act.put_quietly(&account)
}
