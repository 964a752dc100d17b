//! `/share_models` and `/share_records`: who gets which part of what is paid.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{Decimal, List, Money, NoQuery, SoldBy, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::InvoiceId;
use crate::domain::operator::Permission;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::settlement::record::{ShareRecord as Record, State};
use crate::domain::settlement::share::{Part, Portion, Role, Scope, ShareModel as Model};
use crate::services::label::Labels;
use crate::services::settlement::{self, ModelChange, NewModel, PartWish};
use crate::services::{Act, Cx, Error, catalog};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::ShareRead);
    let writes = Needs::Permission(Permission::ShareWrite);
    // Who earns sees what it has earned before it is on a note.
    let earns = Needs::Permission(Permission::SettlementRead);
    vec![
        read("/share_models", reads, "List share models", list),
        write(Method::POST, "/share_models", writes, "Create a share model", lay_down),
        read("/share_models/{id}", reads, "Read a share model", show),
        write(Method::PATCH, "/share_models/{id}", writes, "Change a share model", revise),
        write(Method::DELETE, "/share_models/{id}", writes, "Take a share model away", take_away),
        read("/share_records", earns, "List share records", records),
    ]
}

/// Who gets which part of what is paid for some offers of a seller.
#[derive(Debug, Serialize, ToSchema)]
struct ShareModel {
    id: String,
    number: u64,
    revision: u32,
    created_at: String,
    /// Who sells.
    #[serde(flatten)]
    sold_by: SoldBy,
    name: String,
    /// The one offer for which it holds.
    offer: Option<String>,
    /// The category for whose offers it holds.
    category: Option<String>,
    /// The account for all that this delivers it holds. Without any of these it holds for all offers of the
    /// seller.
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<String>,
    /// What that account is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier_name: Option<String>,
    /// It holds for what is invoiced from this day on.
    valid_from: String,
    parts: Vec<SharePart>,
}

impl Wire for ShareModel {}

/// Who gets how much.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SharePart {
    /// `owner` (the seller), `platform` (who runs the installation) or `partner`.
    role: String,
    /// Who; of a partner it must be said.
    account: Option<String>,
    /// So many hundredths of what is left after the fixed parts; all of them sum to 100.
    percent: Option<Decimal>,
    /// So much of each charge, before any percentage.
    fixed: Option<Money>,
}

impl From<&Part> for SharePart {
    fn from(it: &Part) -> Self {
        let (percent, fixed) = match it.portion {
            Portion::Percent(it) => (Some(Decimal::from(&it.decimal().normalize())), None),
            Portion::Fixed(it) => (None, Some(it.into())),
        };
        Self { role: it.role.to_string(), account: Some(it.account.to_string()), percent, fixed }
    }
}

impl SharePart {
    fn read(&self, place: usize) -> Result<PartWish, Invalid> {
        let at = |field: &str| format!("/parts/{place}/{field}");
        let portion = match (&self.percent, &self.fixed) {
            (Some(percent), None) => {
                let percent = percent.read::<Quantity>(&at("percent"))?;
                Portion::Percent(Percent::new(percent.decimal()))
            }
            (None, Some(fixed)) => Portion::Fixed(fixed.read(&at("fixed"))?),
            (None, None) => {
                return Err(Invalid::one(at("percent"), "required", "say `percent` or `fixed`"));
            }
            (Some(_), Some(_)) => {
                let why = "means something else than `percent`: say one of them";
                return Err(Invalid::one(at("fixed"), "conflict", why));
            }
        };
        Ok(PartWish {
            role: parse::<Role>(&at("role"), &self.role)?,
            account: parse_optional(&at("account"), self.account.as_deref())?,
            portion,
        })
    }
}

/// A share model as an event tells of it.
pub(super) fn told(it: &Model) -> impl Wire + use<> {
    wire(it)
}

fn wire(it: &Model) -> ShareModel {
    let (offer, category, supplier) = match it.scope {
        Scope::Seller => (None, None, None),
        Scope::Category(id) => (None, Some(id.to_string()), None),
        Scope::Offer(id) => (Some(id.to_string()), None, None),
        Scope::Supplier(id) => (None, None, Some(id.to_string())),
    };
    ShareModel {
        id: it.id.to_string(),
        number: it.stamp.number,
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        sold_by: SoldBy::default(),
        name: it.name.to_string(),
        offer,
        category,
        supplier,
        supplier_name: None,
        valid_from: it.valid_from.to_string(),
        parts: it.shares.as_slice().iter().map(SharePart::from).collect(),
    }
}

fn labeled(labels: &mut Labels<'_>, it: &Model) -> Result<ShareModel, Error> {
    let supplier_name = match it.scope {
        Scope::Supplier(id) => labels.supplier(id)?,
        Scope::Seller | Scope::Category(_) | Scope::Offer(_) => None,
    };
    Ok(ShareModel { sold_by: SoldBy::of(labels, &it.stamp)?, supplier_name, ..wire(it) })
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<ShareModel>>, Error> {
    let mut labels = Labels::new(cx);
    let page = cx.list(None, &call.page, |_: &Model| true)?;
    Ok(Reply::ok(List::each(page, |it| labeled(&mut labels, &it))?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<ShareModel>, Error> {
    let it: Model = cx.get(call.id("id")?)?;
    Ok(Reply::ok(labeled(&mut Labels::new(cx), &it)?).tagged(it.stamp.revision))
}

/// A share model to be laid down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewShareModel {
    /// The provider or a reseller; the caller's own account if left out.
    seller: Option<String>,
    name: String,
    /// The one offer for which it holds.
    offer: Option<String>,
    /// The category for whose offers it holds.
    category: Option<String>,
    /// The account for all that this delivers it holds.
    supplier: Option<String>,
    /// From which day on; today if left out.
    valid_from: Option<String>,
    parts: Vec<SharePart>,
}

impl NewShareModel {
    fn scope(&self) -> Result<Scope, Invalid> {
        let offer = parse_optional("/offer", self.offer.as_deref())?;
        let category = parse_optional("/category", self.category.as_deref())?;
        let supplier = parse_optional("/supplier", self.supplier.as_deref())?;
        match (offer, category, supplier) {
            (None, None, None) => Ok(Scope::Seller),
            (Some(offer), None, None) => Ok(Scope::Offer(offer)),
            (None, Some(category), None) => Ok(Scope::Category(category)),
            (None, None, Some(supplier)) => Ok(Scope::Supplier(supplier)),
            (Some(_), _, Some(_)) | (None, Some(_), Some(_)) => {
                let why = "says something else than `offer` and `category`: say one of them";
                Err(Invalid::one("/supplier", "conflict", why))
            }
            (Some(_), Some(_), None) => {
                let why = "is more than one `offer`: say one of them";
                Err(Invalid::one("/category", "conflict", why))
            }
        }
    }
}

fn wishes(parts: &[SharePart]) -> Result<Vec<PartWish>, Invalid> {
    parts.iter().enumerate().map(|(place, it)| it.read(place)).collect()
}

fn lay_down(act: &mut Act<'_>, _: &Call, body: NewShareModel) -> Result<Reply<ShareModel>, Error> {
    let seller = parse_optional("/seller", body.seller.as_deref())?;
    let seller = catalog::seller(act.cx(), seller)?;
    let new = NewModel {
        name: parse("/name", &body.name)?,
        scope: body.scope()?,
        valid_from: parse_optional("/valid_from", body.valid_from.as_deref())?,
        parts: wishes(&body.parts)?,
    };
    let it = settlement::lay_down(act, seller, new)?;
    let path = format!("/api/v1/share_models/{}", it.id);
    let shown = labeled(&mut Labels::new(act.cx()), &it)?;
    Ok(Reply::created(path, shown).tagged(it.stamp.revision))
}

/// What is to be different of a share model; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShareModelChange {
    name: Option<String>,
    /// From which day on.
    valid_from: Option<String>,
    /// All parts anew.
    parts: Option<Vec<SharePart>>,
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    body: ShareModelChange,
) -> Result<Reply<ShareModel>, Error> {
    let parts = body.parts.as_deref().map(wishes).transpose()?;
    let change = ModelChange {
        name: parse_optional("/name", body.name.as_deref())?,
        valid_from: parse_optional("/valid_from", body.valid_from.as_deref())?,
        parts,
    };
    let it = settlement::revise(act, call.id("id")?, (call.if_match, change))?;
    Ok(Reply::ok(labeled(&mut Labels::new(act.cx()), &it)?).tagged(it.stamp.revision))
}

fn take_away(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    settlement::take_away(act, call.id("id")?, call.if_match)?;
    Ok(Reply::no_content())
}

/// Who got which part of what was paid, or went back, of one charge.
#[derive(Debug, Serialize, ToSchema)]
struct ShareRecord {
    id: String,
    /// When it came to be.
    recorded_at: String,
    account: String,
    /// What the account is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    role: String,
    model: String,
    /// Whose invoice it is of, and who owes the part.
    seller: String,
    seller_name: String,
    /// What was paid for, as its seller calls it; `null` if no offer.
    offer_name: Option<String>,
    invoice: String,
    /// The place of the charge on the invoice, from 0.
    line: u32,
    /// With which payment it was paid.
    payment: Option<String>,
    /// Negative where it went back.
    amount: Money,
    /// `open`, `noted` or `paid`.
    state: String,
    /// The settlement note on which it is.
    settlement: Option<String>,
}

impl Wire for ShareRecord {}

fn record(labels: &mut Labels<'_>, it: &Record) -> Result<ShareRecord, Error> {
    let seller = labels.seller_in_sight(it.stamp.seller)?;
    Ok(ShareRecord {
        id: it.id.to_string(),
        recorded_at: it.recorded_at.to_string(),
        account: it.account.to_string(),
        account_name: labels.account(it.account)?,
        role: it.role.to_string(),
        model: it.model.to_string(),
        seller: seller.account.to_string(),
        seller_name: seller.name.clone(),
        offer_name: labels.charged((it.invoice, it.line))?,
        invoice: it.invoice.to_string(),
        line: it.line,
        payment: it.payment.map(|it| it.to_string()),
        amount: it.amount.into(),
        state: it.state.to_string(),
        settlement: it.note.map(|it| it.to_string()),
    })
}

/// Which share records are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShareRecordQuery {
    /// Those of this account.
    account: Option<String>,
    /// `open`, `noted` or `paid`.
    state: Option<String>,
    /// Those of one invoice.
    invoice: Option<String>,
}

fn records(
    cx: Cx<'_>,
    call: &Call,
    query: ShareRecordQuery,
) -> Result<Reply<List<ShareRecord>>, Error> {
    let account = parse_optional("account", query.account.as_deref())?;
    let state = word::<State>("state", query.state.as_deref())?;
    let invoice = parse_optional::<InvoiceId>("invoice", query.invoice.as_deref())?;
    let page = settlement::records(cx, account, &call.page, |it| {
        state.is_none_or(|state| it.state == state) && invoice.is_none_or(|id| it.invoice == id)
    })?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| record(&mut labels, &it))?))
}
