//! `/DSBillingManagement/…/settlementNoteAdvice`: what is passed on to partners, which are our settlement
//! notes. They follow from what was shared: nobody makes one here.

use axum::http::Method;
use serde_json::{Value, json};

use super::contact::{PERIOD_ENDS, bare};
use super::list::{self, Whole};
use super::number;
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::id::{Id, SettlementId};
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::PageRequest;
use crate::domain::settlement::note::{NoteItem, SettlementNote};
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Date, Zone};
use crate::services::{Bss, Cx, Error, account, settlement};

const ALL: &str = "/DSBillingManagement/api/billingManagement/v2/settlementNoteAdvice";
const ONE: &str = "/DSBillingManagement/api/billingManagement/v2/settlementNoteAdvice/{id}";

const READS: Needs = Needs::Permission(Permission::SettlementRead);

/// What can be asked of notes.
pub(super) static ROWS: &[Row] =
    &[Row::new(Method::GET, ALL, READS, listed), Row::new(Method::GET, ONE, READS, one)];

const LISTED: Listed = Listed { text: &["description"], date: "date", ..Listed::PLAIN };

fn moment(on: Date) -> String {
    Zone::UTC.start_of(on).to_string()
}

fn item((place, it): (usize, &NoteItem)) -> Result<Value, Error> {
    let period = it
        .period
        .map(|it| json!({ PERIOD_ENDS[0]: moment(it.start()), PERIOD_ENDS[1]: moment(it.end()) }));
    Ok(bare(json!({
        "itemNumber": place + 1,
        "itemId": format!("{}-{}", it.invoice, place + 1),
        "itemLabel": it.name.as_str(),
        "quantity": number::of(&it.quantity.decimal()),
        "taxExcludedUnitPrice": number::of_money(it.unit_price),
        "taxExcludedAmount": number::of_money(it.amount),
        "taxIncludedAmount": number::of_money(it.amount.plus(it.tax)?),
        "period": period,
        "productSpecification": {
            "productNumber": it.product_number.map(|it| it.to_string()), "name": it.name.as_str(),
        },
    })))
}

fn shown(cx: Cx<'_>, it: &SettlementNote) -> Result<Tree, Error> {
    let items: Result<Vec<_>, _> = it.items.iter().enumerate().map(item).collect();
    let tax = it.terms.tax.as_ref().map(|(name, rate)| {
        json!([{
            "taxCategory": name.as_str(), "taxRate": number::of(&rate.decimal().normalize()),
            "taxAmount": number::of_money(it.totals.tax),
        }])
    });
    let method = it.terms.method.as_ref();
    let method =
        method.map(|(code, label)| json!({ "code": code.as_str(), "label": label.as_str() }));
    let registered = [&it.issuer, &it.receiver_as].into_iter();
    let registered = registered.filter_map(|it| it.tax_registration.as_ref());
    let registered: Vec<_> = registered.map(|it| json!({ "number": it.as_str() })).collect();
    Ok(tree(json!({
        "id": it.id.uuid(),
        "href": format!("{ALL}/{}", it.id.uuid()),
        "date": moment(it.issued_on),
        "description": it.terms.description.as_ref().map_or(it.number.as_str(), Prose::as_str),
        "paymentDueDate": moment(it.due_on),
        "taxDate": moment(it.issued_on),
        "currencyCode": it.totals.net.currency().code(),
        "taxExcludedAmount": number::of_money(it.totals.net),
        "taxIncludedAmount": number::of_money(it.totals.gross),
        "taxItem": tax,
        "settlementMethod": method,
        "receiver": { "id": it.receiver.uuid(), "name": it.receiver_as.name.as_str() },
        "issuer": {
            "id": account::of_seller(cx, it.stamp.seller)?.id.uuid(),
            "name": Name::as_str(&it.issuer.name),
        },
        "taxRegistration": registered,
        "settlementNoteItem": items?,
    })))
}

fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let list = |page: &PageRequest| settlement::list(cx, (None, None), page);
        list::listed((&LISTED, &wanted), list, Whole(|it: &_| shown(cx, it)))
    }))
}

/// The papers of a note, with how large they are.
fn images(bss: &Bss, actor: &Actor, id: SettlementId) -> Result<Value, Error> {
    let (number, pdf) = settlement::paper(bss, actor, id)?;
    let (_, csv) = bss.read(actor, |cx| settlement::sheet(cx, id))?;
    let image = |format: &str, size: usize| {
        json!({
            "imageFormat": format, "imageSize": size, "imageFileName": format!("{number}.{format}"),
            "imageFileUrl": format!("/api/v1/settlements/{id}/{format}"),
        })
    };
    Ok(json!([image("pdf", pdf.len()), image("csv", csv.len())]))
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let id = SettlementId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::works(move |bss, author| {
        let mut it = bss.read(&author.actor, |cx| shown(cx, &cx.get(id)?))?;
        it.insert("settlementNoteImage".to_owned(), images(bss, &author.actor, id)?);
        Ok(wire::shown(it, fields.as_deref()))
    }))
}
