//! Whether an order could be placed, for who asks before anybody orders: by the order's own check.

use std::collections::BTreeSet;

use super::{buyer, covered, estimate, must_be_seen, must_buy, priced, resolve, stamp, through};
use crate::domain::account::Account;
use crate::domain::catalog::choice::{self, Fault};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::specification::Specification;
use crate::domain::error::{Code, Refusal, Rejection};
use crate::domain::money::Currency;
use crate::domain::operator::{Decision, Permission};
use crate::domain::order::PlaceOrder;
use crate::domain::order::item::Item;
use crate::domain::time::Zone;
use crate::services::{Act, Cx, Error, offer};
use crate::store::Records;

/// Why an order could not be placed now, whether or not terms of use were accepted; nothing if it could.
/// Who may not order itself for the account, learns whether its account could. Nothing is placed.
///
/// # Errors
/// If the account is not there, or the store fails.
pub fn objection(act: &mut Act<'_>, placed: PlaceOrder) -> Result<Option<Refusal>, Error> {
    let account: Account = act.load(placed.account())?;
    let stamp = stamp(act.cx(), &account);
    let tried = match act.actor().may(Permission::OrderPlace, &stamp) {
        Decision::Yes => act.suppose(|act| tried(act, placed)),
        Decision::SeesOnly | Decision::Hidden => judged(act, &account, &placed),
    };
    match tried {
        Ok(()) => Ok(None),
        Err(Error::Invalid(it)) => Ok(Some(it.into())),
        Err(Error::Rejected(it)) => Ok(Some(it.into())),
        Err(other) => Err(other),
    }
}

/// Places an order and works on it, to be taken back.
fn tried(act: &mut Act<'_>, placed: PlaceOrder) -> Result<(), Error> {
    let account = buyer(act.cx(), "/account", placed.account())?;
    covered::must_be(act, &account, |act| estimate::supposed(act, placed.clone()).map(drop))?;
    estimate::supposed(act, placed).map(drop)
}

/// Refuses an order of which an account cannot have something, or at no price.
fn judged(act: &Act<'_>, account: &Account, placed: &PlaceOrder) -> Result<(), Error> {
    must_buy(account)?;
    let channel = through(act.cx(), account, placed.request.channel.as_ref())?;
    for (place, item) in placed.items().iter().enumerate() {
        must_be_seen(act, account, (place, item))?;
    }
    for it in &resolve(act, account, (placed.items(), channel.as_ref()))? {
        priced(act, account, (placed.request.billing_account, it))?;
    }
    Ok(())
}

/// Why nobody could order something as the only item; nothing where that depends on who does.
///
/// # Errors
/// If the offer is not there, or the store fails.
pub fn objection_to_all(cx: Cx<'_>, item: &Item) -> Result<Option<Refusal>, Error> {
    let Some(id) = item.wish.offer else { return Ok(None) };
    let offer = offer::get(cx, id)?;
    let specification = offer.content.specification;
    let of = specification.map(|id| cx.view.find::<Specification>(id)).transpose()?.flatten();
    let known = of.as_ref().map_or(&[][..], |it| &it.content.characteristics);
    let wanted = (&item.wish.characteristics, cx.now);
    let (characteristics, faults) = choice::settle(known, &offer.content.characteristics, wanted);
    if let Some(Fault { name, message, .. }) = faults.first() {
        let why = format!("`/items/0/characteristics/{name}` {message}");
        return Ok(Some(Rejection::new(Code::OfferNotAvailable, why).into()));
    }
    let term = offer.content.term(item.wish.term.as_ref(), cx.now).map(|it| &it.key);
    let plan = item.wish.plan.as_ref();
    let chosen = offer::Chosen { term, plan, characteristics: &characteristics };
    Ok(unpriced(cx, &offer, chosen)?.map(Refusal::from))
}

/// Why an offer has no price for what was chosen, in whichever currency; nothing if it has one, or costs
/// nothing by itself.
fn unpriced(
    cx: Cx<'_>,
    offer: &Offer,
    chosen: offer::Chosen<'_>,
) -> Result<Option<Rejection>, Error> {
    let currencies: BTreeSet<Currency> =
        offer::prices(cx, offer.id)?.iter().map(|it| it.currency).collect();
    let (today, mut why) = (Zone::UTC.date_of(cx.now), None);
    for currency in currencies {
        match offer::taken_prices(cx, offer, chosen, (currency, today)) {
            Ok(_) => return Ok(None),
            Err(Error::Rejected(it)) => why = why.or(Some(it)),
            Err(other) => return Err(other),
        }
    }
    Ok(why)
}
