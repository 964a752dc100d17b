//! On and off the shelf, and gone: the life of an offer as who sells it goes about it.

use super::{must_be_launchable, prices};
use crate::domain::catalog::lifecycle::{State, Trigger};
use crate::domain::catalog::offer::Offer;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::OfferId;
use crate::domain::operator::Permission;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::lifecycle::State as Running;
use crate::services::{Act, Error};
use crate::store::subscription::SUBSCRIPTION_BY_OFFER;
use crate::store::{Along, Key};

/// Puts an offer on sale from now on, from whatever state it has before that or from being taken
/// off.
///
/// # Errors
/// If something keeps it from the shelf, it was retired, or the caller may not.
pub fn publish(act: &mut Act<'_>, id: OfferId) -> Result<Offer, Error> {
    let mut offer: Offer = act.get(id)?;
    act.must(Permission::CatalogPublish, &offer.stamp)?;
    must_be_launchable(act.cx(), &offer)?;
    let mut verb = Verb::Changed;
    while offer.life.state() != State::Launched {
        let trigger = towards_launch(offer.life.state());
        (offer, verb) = offer.on(trigger, 0)?;
    }
    let life = offer.life.opened(act.now());
    act.keep((Offer { life, ..offer }, verb))
}

/// The step towards the market, or the one that is refused where there is none.
const fn towards_launch(state: State) -> Trigger {
    match state {
        State::InStudy => Trigger::Design,
        State::InDesign => Trigger::Test,
        State::InTest => Trigger::Activate,
        State::Active | State::Launched | State::Retired | State::Obsolete | State::Rejected => {
            Trigger::Launch
        }
    }
}

/// Takes an offer off the shelf, so that it can be put there again; who has it keeps it.
///
/// # Errors
/// If the caller may not.
pub fn unpublish(act: &mut Act<'_>, id: OfferId) -> Result<Offer, Error> {
    let offer: Offer = act.get(id)?;
    act.must(Permission::CatalogPublish, &offer.stamp)?;
    if !offer.life.is_on_sale(act.now()) {
        return Ok(offer);
    }
    let life = offer.life.closed(act.now());
    act.keep((Offer { life, ..offer }, Verb::Changed))
}

/// Removes an offer: a draft is gone with its prices, what was on the market becomes obsolete.
///
/// # Errors
/// If somebody holds it, another offer names it, or the caller may not.
pub fn remove(act: &mut Act<'_>, id: OfferId) -> Result<(), Error> {
    let offer: Offer = act.get(id)?;
    act.must(Permission::CatalogWrite, &offer.stamp)?;
    if offer.life.was_on_market() {
        return make_obsolete(act, offer);
    }
    must_not_be_named(act, &offer)?;
    for price in prices(act.cx(), id)? {
        act.delete(&price)?;
    }
    act.delete(&offer)
}

fn make_obsolete(act: &mut Act<'_>, offer: Offer) -> Result<(), Error> {
    act.must(Permission::CatalogPublish, &offer.stamp)?;
    let along = Along::Index(SUBSCRIPTION_BY_OFFER, Key::new().id(offer.id).bytes());
    let held = act.cx().every::<Subscription>(&along)?;
    let lives = |it: &&Subscription| it.state().is_living() || it.state() == Running::Terminating;
    let holders = held.iter().filter(lives).count() as u64;
    let retired = match offer.life.state() {
        State::Launched => offer.on(Trigger::Retire, holders)?.0,
        State::InStudy
        | State::InDesign
        | State::InTest
        | State::Active
        | State::Retired
        | State::Obsolete
        | State::Rejected => offer,
    };
    let gone = retired.on(Trigger::Withdraw, holders)?;
    act.keep(gone).map(|_| ())
}

fn must_not_be_named(act: &Act<'_>, offer: &Offer) -> Result<(), Error> {
    let names = |it: &Offer| {
        let content = &it.content;
        content.parts.iter().any(|it| it.offer == offer.id)
            || content.switches.iter().any(|it| it.to == offer.id)
            || content.adds_to == Some(offer.id)
            || content.copy_of == Some(offer.id)
    };
    let all = act.cx().every::<Offer>(&Along::All)?;
    match all.iter().find(|it| it.id != offer.id && names(it)) {
        None => Ok(()),
        Some(other) => {
            let why = format!("`{}` is named by the offer `{}`", offer.id, other.id);
            Err(Rejection::new(Code::InUse, why).into())
        }
    }
}
