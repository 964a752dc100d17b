//! `/DSRevenueSharing/rss/{providers,aggregators,algorithms}`: between whom revenue is shared, and how.
//!
//! A provider is an account that sells, the aggregator the one at the root, which is the platform.

use axum::http::Method;
use serde_json::{Value, json};

use super::form::{must, text};
use super::list;
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::account::profile::Profile;
use crate::domain::account::{Account, Nature};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, Id};
use crate::domain::operator::Permission;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::services::account::{self, OpenAccount, Wanted};
use crate::services::{Cx, Error, catalog};

const PROVIDERS: &str = "/DSRevenueSharing/rss/providers";
const AGGREGATORS: &str = "/DSRevenueSharing/rss/aggregators";
const ALGORITHMS: &str = "/DSRevenueSharing/rss/algorithms";

/// How all parts are worked out here.
pub(super) const ALGORITHM: &str = "FIXED_PERCENTAGE";

const SHARES: Needs = Needs::Permission(Permission::ShareRead);

/// What can be asked of those between whom revenue is shared.
pub(super) static ROWS: &[Row] = &[
    Row::unica(Method::GET, PROVIDERS, SHARES, providers),
    Row::unica(Method::POST, PROVIDERS, Needs::Permission(Permission::AccountRegister), provide),
    Row::unica(Method::GET, AGGREGATORS, Needs::SignIn, aggregators),
    Row::unica(Method::GET, ALGORITHMS, Needs::SignIn, algorithms),
];

const LISTED: Listed = Listed { text: &["providerName"], date: "providerId", ..Listed::PLAIN };

/// A list that is given as a whole.
pub(super) fn listed(
    mut asked: Asked,
    all: impl FnOnce(Cx<'_>) -> Result<Vec<Tree>, Error> + Send + 'static,
) -> Result<Work, Fault> {
    // Models and reports are asked for by whose they are under other names.
    let mut take = |name: &str| asked.query.take(name);
    let (app_provider, provider) = (take("appProviderId"), take("providerId"));
    let of = app_provider.or(provider);
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let mut items = all(cx)?;
        let is = |it: &Tree, name: &str| it.get(name).and_then(Value::as_str) == of.as_deref();
        let names = ["providerId", "ownerProviderId", "appProvider"];
        items.retain(|it| of.is_none() || names.iter().any(|name| is(it, name)));
        list::listed_all((&LISTED, &wanted), items)
    }))
}

/// The account that sells and has an id, as far as the caller keeps its books.
///
/// # Errors
/// If it is not there, or does not sell.
pub(super) fn seller(cx: Cx<'_>, id: &str) -> Result<SellerNumber, Error> {
    let missing = || Error::not_found(id.chars().take(80).collect::<String>());
    let id: AccountId = id.parse().map_err(|_| missing())?;
    let found: Account = cx.find(id)?.ok_or_else(missing)?;
    found.seller_number().ok_or_else(missing)
}

/// The seller whom a body names, or the one that the caller acts for.
///
/// # Errors
/// As [`seller`].
pub(super) fn seller_of(cx: Cx<'_>, said: &Tree, field: &str) -> Result<SellerNumber, Error> {
    match text::<Name>(said, field)? {
        Some(id) => seller(cx, id.as_str()),
        None => catalog::seller(cx, None),
    }
}

fn platform(cx: Cx<'_>) -> Result<Account, Error> {
    account::provider(cx)
}

fn providers(asked: Asked) -> Result<Work, Fault> {
    listed(asked, |cx| {
        let platform = platform(cx)?.id.uuid();
        let mut page = crate::domain::page::PageRequest::oldest(1000);
        let shown = |it: &Account| {
            tree(json!({
                "aggregatorId": platform, "providerId": it.id.uuid(),
                "providerName": it.profile().name.as_str(),
            }))
        };
        let own = cx.actor.standing().map(|it| it.account);
        let own = own.map(|id| cx.find::<Account>(id)).transpose()?.flatten();
        let own = own.filter(|it| it.seller_number().is_some());
        let mut all: Vec<_> = own.iter().map(shown).collect();
        let own = own.map(|it| it.id);
        loop {
            let sells = |it: &Account| it.seller_number().is_some() && Some(it.id) != own;
            let found = account::list(cx, (None, None), &page, sells)?;
            all.extend(found.items.iter().map(shown));
            page.after = found.next;
            if page.after.is_none() {
                return Ok(all);
            }
        }
    })
}

fn provide(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let name: Name = must(&said, "providerName")?;
    Ok(Work::writes(move |act| {
        if let Some(id) = text::<Name>(&said, "providerId")?
            && seller(act.cx(), id.as_str()).is_ok()
        {
            let why = format!("the provider `{id}` is here already");
            return Err(Rejection::new(Code::Duplicate, why).into());
        }
        let locale = "en".parse().map_err(Error::internal)?;
        let command =
            OpenAccount::plain(Wanted::Reseller, Profile::named(Nature::Company, name, locale));
        let made = account::open(act, command)?.account;
        let platform = platform(act.cx())?.id.uuid();
        Ok(wire::created(tree(json!({
            "href": format!("{PROVIDERS}?providerId={}", made.id.uuid()),
            "aggregatorId": platform, "providerId": made.id.uuid(),
            "providerName": made.profile().name.as_str(),
        }))))
    }))
}

fn aggregators(asked: Asked) -> Result<Work, Fault> {
    listed(asked, |cx| {
        let it = platform(cx)?;
        Ok(vec![tree(json!({
            "aggregatorId": it.id.uuid(), "aggregatorName": it.profile().name.as_str(),
            "defaultAggregator": true,
        }))])
    })
}

fn algorithms(asked: Asked) -> Result<Work, Fault> {
    listed(asked, |_| {
        let description = "Each party gets a percentage, which is laid down beforehand";
        Ok(vec![tree(json!({ "algorithmId": ALGORITHM, "description": description }))])
    })
}
