//! `/settlements`: the notes by which partners are paid out.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, work, write};
use super::stream::file;
use super::wire::{
    Decimal, List, Money, NoQuery, OwnedQuery, SoldBy, Whole, parse, parse_optional,
};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{File, Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::settlement::note::{NoteItem, SettlementNote, State, Terms};
use crate::domain::settlement::share::Portion;
use crate::domain::text::Name;
use crate::services::label::Labels;
use crate::services::settlement::{self, Settle};
use crate::services::{Act, Bss, Cx, Error, catalog};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::SettlementRead);
    let runs = Needs::Permission(Permission::SettlementRun);
    vec![
        read("/settlements", reads, "List settlement notes", list),
        work(
            Method::POST,
            "/settlements",
            runs,
            "Turn open shares into notes",
            (ORDINARY_BYTES_MAX, run),
        ),
        read("/settlements/{id}", reads, "Read a settlement note", show),
        file("/settlements/{id}/csv", reads, ("text/csv", "Read a settlement note as CSV"), sheet),
        file("/settlements/{id}/pdf", reads, ("application/pdf", "Read a settlement note"), paper),
        write(Method::POST, "/settlements/{id}/pay", runs, "Say that a note was paid out", pay),
    ]
}

/// What a seller owes a partner for a time.
#[derive(Debug, Serialize, ToSchema)]
struct Settlement {
    id: String,
    /// The number on it.
    number: String,
    revision: u32,
    created_at: String,
    /// Who sells, and pays.
    #[serde(flatten)]
    sold_by: SoldBy,
    /// Whom it pays out.
    receiver: String,
    /// What the seller is called on it.
    issuer_name: String,
    /// What the receiver is called on it.
    receiver_name: String,
    receiver_tax_registration: Option<String>,
    /// `issued` or `paid`.
    state: String,
    /// The day of the first share on it.
    from: String,
    /// The first day that is not on it.
    until: String,
    issued_on: String,
    /// The day that decides on its tax.
    tax_on: String,
    due_on: String,
    paid_on: Option<String>,
    description: Option<String>,
    /// How it is paid out.
    method: Option<SettlementMethod>,
    currency: String,
    /// Without tax.
    net: Money,
    tax: Money,
    /// What is paid out.
    gross: Money,
    /// One for each rate.
    taxes: Vec<SettlementTax>,
    /// Why there is no tax on it, in the language of the note, where it is the issuer who owes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    untaxed: Option<&'static str>,
    /// What it is for; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<SettlementItem>>,
}

impl Wire for Settlement {}

/// How a note is paid out.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettlementMethod {
    /// For programs.
    code: String,
    /// For people.
    label: String,
}

/// The tax on a note at one rate.
#[derive(Debug, Serialize, ToSchema)]
struct SettlementTax {
    /// What it is called.
    category: String,
    percent: Decimal,
    /// On so much.
    base: Money,
    amount: Money,
}

/// One thing that a note pays for.
#[derive(Debug, Serialize, ToSchema)]
struct SettlementItem {
    /// Its place on the note, from 1.
    number: usize,
    /// The number of the invoice on which it was charged.
    invoice: String,
    name: String,
    /// Which charge of that, in the language of the invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    charge: Option<String>,
    /// The number of the offer.
    product: Option<u64>,
    /// For which time it was charged.
    from: Option<String>,
    /// The first day after that.
    until: Option<String>,
    /// What was charged for it, without tax.
    charged: Money,
    /// How much of what is paid of that is the receiver's, in percent; `null` where it is a fixed amount.
    percent: Option<Decimal>,
    /// So much of each charge, where it is a fixed amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Money>,
    /// What the percentage of all that was charged comes to, where `net` is that rounded: what is missing or
    /// too much is the seller's. Left out where nothing was rounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    before_rounding: Option<Decimal>,
    quantity: Decimal,
    /// Without tax; negative where it went back.
    unit_price: Money,
    /// The quantity times the unit price.
    net: Money,
    tax: Money,
    gross: Money,
}

impl SettlementItem {
    fn of((place, it): (usize, &NoteItem)) -> Result<Self, Error> {
        let (percent, fixed) = match it.portion {
            Some(Portion::Percent(it)) => (Some(Decimal::from(&it.decimal().normalize())), None),
            Some(Portion::Fixed(it)) => (None, Some(it.into())),
            None => (None, None),
        };
        Ok(Self {
            number: place + 1,
            invoice: it.invoice.to_string(),
            name: it.name.to_string(),
            charge: it.charge.as_ref().map(ToString::to_string),
            product: it.product_number,
            from: it.period.map(|it| it.start().to_string()),
            until: it.period.map(|it| it.end().to_string()),
            charged: it.charged.into(),
            percent,
            fixed,
            before_rounding: it.before_rounding().map(|it| Decimal::from(&it)),
            quantity: Decimal::from(&it.quantity),
            unit_price: it.unit_price.into(),
            net: it.amount.into(),
            tax: it.tax.into(),
            gross: it.amount.plus(it.tax)?.into(),
        })
    }
}

/// A settlement note as an event tells of it.
pub(super) fn told(it: &SettlementNote) -> impl Wire + use<> {
    wire(it)
}

fn wire(it: &SettlementNote) -> Settlement {
    let registration = it.receiver_as.tax_registration.as_ref();
    Settlement {
        id: it.id.to_string(),
        number: it.number.to_string(),
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        sold_by: SoldBy::default(),
        receiver: it.receiver.to_string(),
        issuer_name: it.issuer.name.to_string(),
        receiver_name: it.receiver_as.name.to_string(),
        receiver_tax_registration: registration.map(ToString::to_string),
        state: it.state().to_string(),
        from: it.period.start().to_string(),
        until: it.period.end().to_string(),
        issued_on: it.issued_on.to_string(),
        due_on: it.due_on.to_string(),
        paid_on: it.paid_on().map(|it| it.to_string()),
        tax_on: it.issued_on.to_string(),
        description: it.terms.description.as_ref().map(ToString::to_string),
        method: it.terms.method.as_ref().map(|(code, label)| SettlementMethod {
            code: code.to_string(),
            label: label.to_string(),
        }),
        currency: it.totals.net.currency().to_string(),
        net: it.totals.net.into(),
        tax: it.totals.tax.into(),
        gross: it.totals.gross.into(),
        taxes: it.terms.tax.iter().map(|(name, rate)| tax(it, name, *rate)).collect(),
        untaxed: it.untaxed(),
        items: None,
    }
}

fn tax(of: &SettlementNote, name: &Name, rate: Percent) -> SettlementTax {
    SettlementTax {
        category: name.to_string(),
        percent: Decimal::from(&rate.decimal().normalize()),
        base: of.totals.net.into(),
        amount: of.totals.tax.into(),
    }
}

fn labeled(labels: &mut Labels<'_>, it: &SettlementNote) -> Result<Settlement, Error> {
    Ok(Settlement { sold_by: SoldBy::of(labels, &it.stamp)?, ..wire(it) })
}

fn list(cx: Cx<'_>, call: &Call, query: OwnedQuery) -> Result<Reply<List<Settlement>>, Error> {
    let (account, state) = query.read::<State>()?;
    let page = settlement::list(cx, (account, state), &call.page)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| labeled(&mut labels, &it))?))
}

fn whole(cx: Cx<'_>, it: &SettlementNote) -> Result<Reply<Settlement>, Error> {
    let items = it.items.iter().enumerate().map(SettlementItem::of);
    let items = items.collect::<Result<_, Error>>()?;
    let shown = Settlement { items: Some(items), ..labeled(&mut Labels::new(cx), it)? };
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Settlement>, Error> {
    whole(cx, &cx.get(call.id("id")?)?)
}

/// What is to be settled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettlementRun {
    /// The provider or a reseller; the caller's own account if left out.
    seller: Option<String>,
    /// With whom; with all partners if left out.
    account: Option<String>,
    /// What was recorded before this day; before today if left out.
    until: Option<String>,
    /// So many days later it is to be paid out; 30 if left out.
    due_days: Option<u16>,
    /// What each note is, for people.
    description: Option<String>,
    /// How they are paid out.
    method: Option<SettlementMethod>,
    /// At which rate what partners earn is taxed; not at all if left out.
    tax: Option<SettlementTaxRate>,
}

/// A tax and its rate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettlementTaxRate {
    /// What it is called.
    category: String,
    percent: Decimal,
}

impl SettlementTaxRate {
    fn read(&self) -> Result<(Name, Percent), Invalid> {
        let percent: Quantity = self.percent.read("/tax/percent")?;
        if percent.is_negative() || percent.decimal() > Percent::WHOLE.decimal() {
            return Err(Invalid::one("/tax/percent", "range", "must be from 0 to 100"));
        }
        Ok((parse("/tax/category", &self.category)?, Percent::new(percent.decimal())))
    }
}

impl SettlementRun {
    fn terms(&self) -> Result<Terms, Invalid> {
        let method = self.method.as_ref().map(|it| {
            Ok::<_, Invalid>((parse("/method/code", &it.code)?, parse("/method/label", &it.label)?))
        });
        Ok(Terms {
            description: parse_optional("/description", self.description.as_deref())?,
            method: method.transpose()?,
            tax: self.tax.as_ref().map(SettlementTaxRate::read).transpose()?,
        })
    }
}

fn run(
    bss: &Arc<Bss>,
    call: &Call,
    body: SettlementRun,
) -> Result<Reply<Whole<Settlement>>, Error> {
    let seller = parse_optional("/seller", body.seller.as_deref())?;
    let seller = bss.read(&call.actor, |cx| catalog::seller(cx, seller))?;
    let command = Settle {
        partner: parse_optional("/account", body.account.as_deref())?,
        until: parse_optional("/until", body.until.as_deref())?,
        due_days: body.due_days,
        terms: body.terms()?,
        callback: None,
    };
    let notes = settlement::settle(bss, &call.author(), (seller, command))?;
    let notes = bss.read(&call.actor, |cx| {
        let mut labels = Labels::new(cx);
        notes.iter().map(|it| labeled(&mut labels, it)).collect::<Result<Vec<_>, Error>>()
    })?;
    Ok(Reply::ok(Whole::of(notes)))
}

fn pay(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Settlement>, Error> {
    let it = settlement::pay(act, call.id("id")?)?;
    whole(act.cx(), &it)
}

fn paper(bss: &Bss, call: &Call) -> Result<File, Error> {
    let (number, bytes) = settlement::paper(bss, &call.actor, call.id("id")?)?;
    Ok(File { name: format!("{number}.pdf"), bytes })
}

fn sheet(bss: &Bss, call: &Call) -> Result<File, Error> {
    let id = call.id("id")?;
    let (number, bytes) = bss.read(&call.actor, |cx| settlement::sheet(cx, id))?;
    Ok(File { name: format!("{number}.csv"), bytes })
}
