//! `/reviews`: what buyers say of offers, and what sellers answer.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{Decimal, List, NoQuery, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::OfferId;
use crate::domain::operator::Permission;
use crate::domain::review::{self as domain, Reputation, Stars, Visibility};
use crate::services::label::Labels;
use crate::services::review::{self, Said};
use crate::services::{Act, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let browses = Needs::Permission(Permission::OfferBrowse);
    let writes = Needs::Permission(Permission::ReviewWrite);
    let moderates = Needs::Permission(Permission::ReviewModerate);
    let post = Method::POST;
    let (hide, show_again) = ("/reviews/{id}/hide", "/reviews/{id}/show");
    vec![
        read("/offers/{id}/reviews", Needs::Shelf, "List the reviews of an offer", of_offer),
        read("/offers/{id}/rating", Needs::Shelf, "Read the rating of an offer", rating),
        read("/reviews", browses, "List reviews", list),
        write(post.clone(), "/reviews", writes, "Review an offer", set),
        read("/reviews/{id}", browses, "Read a review", show),
        write(Method::DELETE, "/reviews/{id}", writes, "Remove a review", remove),
        write(post.clone(), "/reviews/{id}/answer", moderates, "Answer a review", answer),
        write(
            post.clone(),
            hide,
            moderates,
            "Hide a review from others",
            |act, call, _: Nothing| moderate(act, call, Visibility::Hidden),
        ),
        write(
            post,
            show_again,
            moderates,
            "Show a hidden review again",
            |act, call, _: Nothing| moderate(act, call, Visibility::Shown),
        ),
    ]
}

/// What a buyer says of an offer.
#[derive(Debug, Serialize, ToSchema)]
struct Review {
    id: String,
    revision: u32,
    created_at: String,
    changed_at: String,
    offer: String,
    /// What the offer is called; left out of events.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_name: Option<String>,
    /// The account that says it; for itself and for who sells to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// What that account is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// Whether the caller's own account says it; left out of events.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_own: Option<bool>,
    /// 1 to 5.
    stars: u8,
    /// Why.
    text: Option<String>,
    /// What the seller says to that.
    answer: Option<ReviewAnswer>,
    /// `shown` or `hidden`: whether others read it.
    visibility: &'static str,
}

impl Wire for Review {}

/// What a seller says to a review.
#[derive(Debug, Serialize, ToSchema)]
struct ReviewAnswer {
    text: String,
    at: String,
}

impl Review {
    fn of(it: &domain::Review) -> Self {
        let answer = it.answered();
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            offer: it.offer().to_string(),
            offer_name: None,
            account: None,
            account_name: None,
            is_own: None,
            stars: it.stars().get(),
            text: it.text().map(ToString::to_string),
            answer: answer
                .map(|it| ReviewAnswer { text: it.text.to_string(), at: it.at.to_string() }),
            visibility: it.visibility().word(),
        }
    }

    /// The same for a caller: who said it is told to whom it buys from alone.
    fn shown(cx: Cx<'_>, labels: &mut Labels<'_>, it: &domain::Review) -> Result<Self, Error> {
        let owner = it.stamp.owner;
        let name = owner.map(|id| labels.account(id)).transpose()?.flatten();
        let account = owner.filter(|_| name.is_some()).map(|it| it.to_string());
        let own = cx.actor.standing().map(|it| it.account);
        Ok(Self {
            offer_name: labels.offer(it.offer())?,
            account,
            account_name: name,
            is_own: Some(own.is_some() && own == owner),
            ..Self::of(it)
        })
    }
}

/// A review as an event tells of it.
pub(super) fn told(it: &domain::Review) -> impl Wire + use<> {
    Review::of(it)
}

fn tagged(cx: Cx<'_>, it: &domain::Review) -> Result<Reply<Review>, Error> {
    let shown = Review::shown(cx, &mut Labels::new(cx), it)?;
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

/// What all buyers together think of an offer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Rating {
    /// How many reviews there are; hidden ones do not count.
    count: u64,
    /// The stars of an average one, to two digits; `null` where there is none.
    average: Option<Decimal>,
    /// How many give one star, two, and so on to five.
    counts: Vec<u64>,
}

impl Wire for Rating {}

impl Rating {
    /// What is thought of an offer; nothing if nobody has said anything.
    pub(super) fn of_any(cx: Cx<'_>, offer: OfferId) -> Result<Option<Self>, Error> {
        let reputation = review::reputation(cx, offer)?;
        Ok(Some(reputation).filter(|it| it.count() > 0).map(Self::from))
    }
}

impl From<Reputation> for Rating {
    fn from(it: Reputation) -> Self {
        let average = it.average().map(|it| it.normalize());
        let average = average.as_ref().map(Decimal::from);
        Self { count: it.count(), average, counts: it.counts.to_vec() }
    }
}

fn of_offer(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Review>>, Error> {
    let page = review::of_offer(cx, call.id("id")?, &call.page)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| Review::shown(cx, &mut labels, &it))?))
}

fn rating(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Rating>, Error> {
    let offer = crate::services::offer::get(cx, call.id("id")?)?;
    Ok(Reply::ok(review::reputation(cx, offer.id)?.into()))
}

/// Which reviews are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReviewQuery {
    /// Those of an offer.
    offer: Option<String>,
    /// `shown` or `hidden`.
    visibility: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: ReviewQuery) -> Result<Reply<List<Review>>, Error> {
    let offer: Option<OfferId> = parse_optional("offer", query.offer.as_deref())?;
    let visibility: Option<Visibility> = word("visibility", query.visibility.as_deref())?;
    let page = review::list(cx, &call.page, |it| {
        offer.is_none_or(|offer| it.offer() == offer)
            && visibility.is_none_or(|visibility| it.visibility() == visibility)
    })?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| Review::shown(cx, &mut labels, &it))?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Review>, Error> {
    tagged(cx, &review::get(cx, call.id("id")?)?)
}

/// What somebody thinks of an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReview {
    /// What one bought.
    offer: String,
    /// 1 to 5.
    stars: u8,
    /// Why.
    text: Option<String>,
}

fn set(act: &mut Act<'_>, _: &Call, body: NewReview) -> Result<Reply<Review>, Error> {
    let refused = || Invalid::one("/stars", "range", "must be 1 to 5");
    let said = Said {
        stars: Stars::new(body.stars).ok_or_else(refused)?,
        text: parse_optional("/text", body.text.as_deref())?,
    };
    let it = review::set(act, ("/offer", parse("/offer", &body.offer)?), said)?;
    let shown = Review::shown(act.cx(), &mut Labels::new(act.cx()), &it)?;
    let reply = match it.stamp.revision {
        1 => Reply::created(format!("/api/v1/reviews/{}", it.id), shown),
        _ => Reply::ok(shown),
    };
    Ok(reply.tagged(it.stamp.revision))
}

fn remove(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    review::remove(act, call.id("id")?)?;
    Ok(Reply::no_content())
}

/// What a seller says to a review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAnswer {
    text: String,
}

fn answer(act: &mut Act<'_>, call: &Call, body: NewAnswer) -> Result<Reply<Review>, Error> {
    let it = review::answer(act, call.id("id")?, parse("/text", &body.text)?)?;
    tagged(act.cx(), &it)
}

fn moderate(act: &mut Act<'_>, call: &Call, to: Visibility) -> Result<Reply<Review>, Error> {
    let it = review::moderate(act, call.id("id")?, to)?;
    tagged(act.cx(), &it)
}
