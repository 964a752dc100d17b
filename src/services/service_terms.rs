//! Service terms: what follows the end of a term. What waits for them falls due by them as they are now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Act, Author, Bss, Cx, Error, catalog, duty, subscription};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::service_terms::ServiceTerms;
use crate::domain::id::{Id, OfferId, ServiceTermsId, SubscriptionId};
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::PageRequest;
use crate::domain::subscription::Subscription;
use crate::store::meta::{Following, Unreckoned, setting};
use crate::store::subscription::SUBSCRIPTION_BY_OFFER;
use crate::store::{Along, Key, Records};

/// Changes service terms, whoever waits for the end of a grace or a hold by them.
///
/// # Errors
/// If they are not there, have changed since, or the caller may not.
pub fn revise(
    act: &mut Act<'_>,
    what: (ServiceTermsId, Option<u32>),
    change: impl FnOnce(ServiceTerms) -> ServiceTerms,
) -> Result<ServiceTerms, Error> {
    let before: ServiceTerms = act.get(what.0)?;
    let change = |it| Ok::<_, Error>(change(it));
    let it = catalog::revise(act, what, Permission::CatalogWrite, change)?;
    if (it.paid, it.trial) != (before.paid, before.trial) {
        let offers = act.every::<Offer>(&Along::All)?.into_iter();
        follow(act, offers.filter(|of| of.content.service_terms == Some(it.id)).map(|of| of.id))?;
    }
    Ok(it)
}

/// Lets the subscriptions to some offers fall due by the service terms that these have now, piece by
/// piece.
///
/// # Errors
/// If the store fails.
pub(super) fn follow(
    act: &mut Act<'_>,
    offers: impl IntoIterator<Item = OfferId>,
) -> Result<(), Error> {
    let mut offers = offers.into_iter().map(|it| (it, None)).peekable();
    if offers.peek().is_none() {
        return Ok(());
    }
    let mut all = waiting(act.cx())?;
    all.extend(offers);
    Ok(act.batch().put_setting(&Following(all))?)
}

/// The offers whose subscriptions do not follow their service terms yet, each with the place up to which
/// they do.
fn waiting(cx: Cx<'_>) -> Result<BTreeMap<OfferId, Option<Vec<u8>>>, Error> {
    Ok(setting::<Following>(cx.view)?.map_or_else(BTreeMap::new, |it| it.0))
}

/// The subscriptions whose time could not be reckoned when they were to follow their service terms.
fn unreckoned(cx: Cx<'_>) -> Result<BTreeSet<SubscriptionId>, Error> {
    Ok(setting::<Unreckoned>(cx.view)?.map_or_else(BTreeSet::new, |it| it.0))
}

/// So many subscriptions follow their service terms in one act.
const FOLLOWED_AT_ONCE: usize = 100;

/// Lets the next subscriptions follow their service terms; says how many there were. One whose time cannot
/// be reckoned stops nobody else: it is told, put aside, and tried again.
///
/// # Errors
/// If the store fails.
pub fn follow_on(bss: &Arc<Bss>, duty: &'static str) -> Result<u64, Error> {
    let actor = Actor::duty(duty);
    let aside = bss.jobs.aside(duty, bss.moment().now);
    let (is_behind, again) =
        bss.read(&actor, |cx| Ok((!waiting(cx)?.is_empty(), unreckoned(cx)?)))?;
    let mut done = 0;
    for id in again.into_iter().filter(|it| !aside.contains(&it.subject())) {
        match bss.act(Author::of(actor.clone()), move |act| reckon(act, id)).wait() {
            Ok(()) => done += 1,
            Err(failure) if failure.is_of_the_store() => return Err(failure),
            Err(failure) => duty::put_aside(bss, duty, id.subject(), &failure),
        }
    }
    if is_behind {
        let refused = bss.act(Author::of(actor), follow_page).wait()?;
        for (id, failure) in refused {
            duty::put_aside(bss, duty, id.subject(), &failure);
        }
        done += 1;
    }
    Ok(done)
}

/// Lets one that could not be reckoned before follow its service terms.
fn reckon(act: &mut Act<'_>, id: SubscriptionId) -> Result<(), Error> {
    if let Some(it) = act.cx().view.find::<Subscription>(id)? {
        subscription::time_anew(act, it)?;
    }
    let mut left = unreckoned(act.cx())?;
    left.remove(&id);
    Ok(act.batch().put_setting(&Unreckoned(left))?)
}

/// Lets those on the next page follow their service terms; answers those that could not.
fn follow_page(act: &mut Act<'_>) -> Result<Vec<(SubscriptionId, Error)>, Error> {
    let mut all = waiting(act.cx())?;
    let Some((offer, after)) = all.pop_first() else { return Ok(Vec::new()) };
    let request = PageRequest { after, ..PageRequest::oldest(FOLLOWED_AT_ONCE) };
    let along = (SUBSCRIPTION_BY_OFFER, Key::new().id(offer));
    let page = act.cx().view.ids_page::<Subscription>(along, &request)?;
    let mut refused = Vec::new();
    for id in page.items {
        let found = act.cx().view.find::<Subscription>(id).map_err(Error::from);
        let timed = match found {
            Ok(Some(it)) => subscription::time_anew(act, it).map(drop),
            Ok(None) => Ok(()),
            Err(failure) => Err(failure),
        };
        match timed {
            Ok(()) => {}
            Err(failure) if failure.is_of_the_store() => return Err(failure),
            Err(failure) => refused.push((id, failure)),
        }
    }
    if !refused.is_empty() {
        let mut left = unreckoned(act.cx())?;
        left.extend(refused.iter().map(|it| it.0));
        act.batch().put_setting(&Unreckoned(left))?;
    }
    all.extend(page.next.map(|next| (offer, Some(next))));
    act.batch().put_setting(&Following(all))?;
    Ok(refused)
}
