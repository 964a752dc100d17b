//! What something would cost (TMF648): our quotes. One that cannot be priced, because what it names is
//! not here or cannot be had, is kept as it was said, rejected, like such an
//! [order](super::product_order).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::behind::Change;
use super::beside::Beside;
use super::by_use;
use super::carried::without_nulls;
use super::customer;
use super::entity::{Entity, Gone, Of, text, tree};
use super::money;
use super::order_item::{Saying, items};
use super::price_rhythm;
use super::product_order::{Buyer, buyer, refused, shown_items, word};
use super::quoted;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use super::terms_of_use;
use crate::domain::account::Account;
use crate::domain::error::Refusal;
use crate::domain::id::{Id, OfferId};
use crate::domain::operator::Permission;
use crate::domain::order::item::Item;
use crate::domain::order::quote::{Inquiry, Quote, State, Step};
use crate::domain::order::total::{Charged, Total};
use crate::domain::order::{PlaceOrder, Request};
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Date, Validity, Zone};
use crate::services::{Act, Cx, Error, offer, quote};

/// Quotes that were priced.
pub(super) struct Quotes;

/// Quotes, with those that could not be priced.
pub(super) const QUOTES: Beside<Quotes> = Beside {
    documents: Registered("quote"),
    entities: Of(Quotes),
    make: |it, act, of, said| asked(it, act, of, said),
};

/// The order that is asked about, as far as what it names is here.
fn read(cx: Cx<'_>, said: &Tree) -> Result<Result<PlaceOrder, Refusal>, Error> {
    let items = match items(cx, said, (ITEMS, Saying::Some))? {
        Ok(items) => items,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Buyer { account, billing_account } = match buyer(cx, said)? {
        Ok(buyer) => buyer,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let request = Request { billing_account, ..Request::plain() };
    Ok(PlaceOrder::new(account.id, items, request).map_err(Refusal::from))
}

/// Asks for a quote, or keeps it as one that could not be priced.
fn asked(it: &Beside<Quotes>, act: &mut Act<'_>, of: &Resource, said: Tree) -> Result<Tree, Error> {
    let inquiry = Inquiry {
        description: text(&said, "description")?,
        category: text(&said, "category")?,
        external_id: text(&said, "externalId")?,
        ..Inquiry::default()
    };
    let refusal = match read(act.cx(), &said)? {
        Ok(placed) => match quote::ask_or_refuse(act, placed, inquiry)? {
            Ok(made) => return it.entities.made(act, of, (made, said)),
            Err(refusal) => refusal,
        },
        Err(refusal) => refusal,
    };
    refused(act, &it.documents, (of, "quoteDate", said), refusal)
}

/// Whether a change asks about something else than before: what is noted of an item does not.
fn asks_anew(cx: Cx<'_>, change: &Change) -> Result<bool, Error> {
    if change.before.get(ITEMS) == change.after.get(ITEMS) {
        return Ok(false);
    }
    let before = items(cx, &change.before, (ITEMS, Saying::All))?;
    Ok(before.ok() != Some(items(cx, &change.after, (ITEMS, Saying::All))??))
}

/// A quote about what is said now, priced anew and billed where that is said.
fn revised(act: &mut Act<'_>, it: Quote, said: &Tree) -> Result<Quote, Error> {
    let items = items(act.cx(), said, (ITEMS, Saying::All))??;
    let billing_account = quoted::billed_to(act.cx(), &it, said.get("billingAccount"))?;
    let request = Request { billing_account, ..Request::plain() };
    quote::revise(act, it.id, PlaceOrder::new(it.account(), items, request)?)
}

/// The attribute that says what a quote is about.
const ITEMS: &str = "quoteItem";

/// What is called what is charged once for the days before the first whole period.
const FIRST_PART: &str = "Until the first whole period";

/// In which period the prices of some offers recur, if that is one.
pub(super) fn period(
    cx: Cx<'_>,
    of: impl IntoIterator<Item = OfferId>,
) -> Result<Option<String>, Error> {
    let mut found = BTreeSet::new();
    for id in of {
        found.extend(offer::prices(cx, id)?.iter().filter_map(price_rhythm::recurs));
    }
    Ok(found.pop_first().filter(|_| found.is_empty()))
}

/// What something comes to: what recurs does so in a period, if that is one.
pub(super) fn totals(of: &[Total], period: Option<&str>) -> Value {
    let one = |it: &Total| {
        let (name, kind, period) = match it.charged() {
            Charged::Once => (None, "oneTime", None),
            Charged::EachPeriod => (None, "recurring", period),
            Charged::FirstPart => (Some(FIRST_PART), "oneTime", None),
        };
        without_nulls(json!({
            "name": name,
            "priceType": kind,
            "recurringChargePeriod": period,
            "price": {
                "dutyFreeAmount": money::shown(it.net()),
                "taxIncludedAmount": money::shown(it.gross()),
            },
        }))
    };
    of.iter().map(one).collect()
}

/// What items come to, with what is charged by use beside it, as that was on a day.
fn with_use<'a>(
    cx: Cx<'_>,
    (sums, period): (&[Total], Option<&str>),
    (of, on): (impl IntoIterator<Item = &'a Item>, Date),
) -> Result<Value, Error> {
    let of = of.into_iter().map(|it| (&it.wish, it.totals.as_slice()));
    let by_use = by_use::prices_of_all(cx, of, on)?;
    let sums = totals(sums, period).as_array().cloned().unwrap_or_default();
    Ok(sums.into_iter().chain(by_use).collect())
}

impl Entity for Quotes {
    type Thing = Quote;
    const READING: Permission = Permission::QuoteRead;
    const WRITING: Permission = Permission::QuoteAsk;
    const REFERENCES: &[&str] = &["billingAccount", "relatedParty"];
    const MERGED: &[&str] = &["quoteItem"];
    const FREE: &[&str] = &["category", "description", "externalId"];

    fn is(&self, _: &Quote) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Quote) -> Result<Tree, Error> {
        let account = cx.shared::<Account>(it.account())?;
        let of_all = period(cx, it.items().iter().filter_map(|it| it.wish.offer))?;
        let on = Zone::UTC.date_of(it.asked_at());
        let mut items = shown_items(cx, it.items())?;
        for (shown, item) in items.iter_mut().zip(it.items()) {
            let period = period(cx, item.wish.offer)?;
            let prices = with_use(cx, (item.totals.as_slice(), period.as_deref()), ([item], on))?;
            shown.insert("quoteItemPrice".to_owned(), prices);
        }
        let text = |it: &Option<Name>| it.as_ref().map(|it| it.as_str().to_owned());
        let inquiry = &it.inquiry;
        Ok(tree(json!({
            "state": word(it.state().word()),
            "version": it.version().to_string(),
            "quoteDate": it.asked_at().to_string(),
            "effectiveQuoteCompletionDate": it.answered_at().map(|it| it.to_string()),
            "description": inquiry.description.as_ref().map(Prose::as_str),
            "category": text(&inquiry.category),
            "externalId": text(&inquiry.external_id),
            "quoteItem": items,
            "productOrder": it.order().map(|it| {
                json!([{ "id": it.uuid(), "@referredType": "ProductOrder" }])
            }),
            "quoteTotalPrice": with_use(cx, (it.totals(), of_all.as_deref()), (it.items(), on))?,
            "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
        })))
    }

    fn states(&self) -> Vec<String> {
        State::ALL.iter().map(|it| word(it.word())).collect()
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Quote, Error> {
        Err(Error::internal("a quote is priced, or kept as one that could not be"))
    }

    fn change(&self, act: &mut Act<'_>, it: Quote, change: &Change) -> Result<Quote, Error> {
        let said = change.after.get("state");
        let said = said.filter(|it| change.before.get("state") != Some(*it));
        let said = said.and_then(Value::as_str).map(str::to_ascii_lowercase);
        let is_begun_anew = it.state() == State::Rejected && said.as_deref() == Some("inprogress");
        let it = match is_begun_anew || asks_anew(act.cx(), change)? {
            true => revised(act, it, &change.after)?,
            false => it,
        };
        match (said.as_deref(), it.state()) {
            (Some("approved"), _) => quote::approve(act, it.id, Validity::ALWAYS),
            (Some("accepted"), _) => {
                let billed = change.after.get("billingAccount");
                let billed = quoted::billed_to(act.cx(), &it, billed)?;
                let said = ("quoteItem", it.items());
                let accepted = terms_of_use::accepted(act.cx(), &change.after, said);
                quote::accept(act, it.id, (billed, accepted))
            }
            (Some("rejected"), _) => quote::on(act, it.id, Step::Reject),
            (Some("cancelled"), _) => quote::on(act, it.id, Step::Cancel),
            (Some("pending"), _) => quote::on(act, it.id, Step::Ask),
            (Some("inprogress"), _) if is_begun_anew => Ok(it),
            (Some("inprogress"), _) => quote::on(act, it.id, Step::Resume),
            (_, _) => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Quote) -> Result<Gone, Error> {
        quote::remove(act, it.id)?;
        Ok(Gone::Removed)
    }
}
