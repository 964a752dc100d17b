//! Shares: whatever is paid of an invoice, or goes back, is recorded for who has a part in it, and owed
//! to partners by the same act.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::domain::billing::invoice::Invoice;
use crate::domain::catalog::category::{Category, DEPTH_MAX};
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{AccountId, CategoryId, InvoiceId, OfferId, PaymentId, ShareModelId};
use crate::domain::journal;
use crate::domain::money::Money;
use crate::domain::page::PageRequest;
use crate::domain::quantity::Quantity;
use crate::domain::settlement::earned::{earned, movements};
use crate::domain::settlement::note::NoteItem;
use crate::domain::settlement::record::{ShareRecord, State};
use crate::domain::settlement::share::{Part, Role, Scope, ShareModel, in_force};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Locale;
use crate::domain::time::Date;
use crate::services::billing::{self, book};
use crate::services::{Act, Cx, Error, invoice, marketplace};
use crate::store::settlement::{SHARE_BY_INVOICE, SHARE_MODEL_BY_SCOPE, of_scope};
use crate::store::{Along, Key, Records};

/// What was recorded of a line, and as what.
type Recorded = BTreeMap<AccountId, (Money, Role, ShareModelId)>;

/// Records what follows for partners from what an invoice of a seller has come to: nothing where no
/// model holds.
///
/// # Errors
/// If an amount is too large; if the store fails.
pub(in crate::services) fn follow(
    act: &mut Act<'_>,
    (seller, id): (SellerNumber, InvoiceId),
    by: Option<PaymentId>,
) -> Result<(), Error> {
    if act.first::<ShareModel>(&Along::Sellers(vec![seller]))?.is_none() {
        return Ok(());
    }
    let it: Invoice = act.load(id)?;
    let Some(issue) = it.issue() else { return Ok(()) };
    let mut models = Models::of(seller, issue.issued_on);
    let rounding = billing::policy(act.cx(), seller)?.rounding;
    let earned = earned(&it, &invoice::credits_of(act.cx(), id)?, rounding)?;
    let mut recorded = recorded(act, id)?;
    for ((line, place), earned) in it.content().lines.iter().zip(0_u32..).zip(earned) {
        let before = recorded.remove(&place).unwrap_or_default();
        // A charge keeps to the model by which something was recorded of it first.
        let kept = before.values().next().map(|it| it.2);
        let model = match (kept, line.offer) {
            (Some(kept), _) => act.cx().shared::<ShareModel>(kept)?,
            (None, Some(offer)) => models.of_offer(act.cx(), offer)?,
            (None, None) => None,
        };
        let model = model.as_deref();
        let had = before.iter().map(|(account, it)| (*account, it.0)).collect();
        for (account, amount) in movements(model.map(|it| &it.shares), (earned, rounding), &had)? {
            let parts = model.map(|it| (it.shares.as_slice(), it.id));
            let Some(of) = role_of(account, parts, &before) else { continue };
            record(act, (&it, place, by), (account, amount), of)?;
        }
    }
    Ok(())
}

/// In which role and by which model somebody has a part, or had.
fn role_of(
    account: AccountId,
    parts: Option<(&[Part], ShareModelId)>,
    before: &Recorded,
) -> Option<(Role, ShareModelId)> {
    let now = parts.and_then(|(parts, model)| {
        parts.iter().find(|it| it.account == account).map(|it| (it.role, model))
    });
    now.or_else(|| before.get(&account).map(|it| (it.1, it.2)))
}

/// The models that hold for what a seller sells, each looked up once.
struct Models {
    seller: SellerNumber,
    on: Date,
    of_offers: BTreeMap<OfferId, Option<Arc<ShareModel>>>,
}

impl Models {
    const fn of(seller: SellerNumber, on: Date) -> Self {
        Self { seller, on, of_offers: BTreeMap::new() }
    }

    fn of_offer(&mut self, cx: Cx<'_>, offer: OfferId) -> Result<Option<Arc<ShareModel>>, Error> {
        if let Some(known) = self.of_offers.get(&offer) {
            return Ok(known.clone());
        }
        let (mut categories, mut supplier) = (BTreeMap::new(), None);
        if let Some(found) = cx.shared::<Offer>(offer)? {
            for id in &found.content.categories {
                climb(cx, *id, &mut categories)?;
            }
            let deliverer = marketplace::deliverer(cx, self.seller, &found)?;
            supplier = deliverer.or(found.content.supplier);
        }
        let scopes = categories.keys().map(|it| Scope::Category(*it));
        let scopes = scopes.chain(supplier.map(Scope::Supplier));
        let mut models = Vec::new();
        for scope in scopes.chain([Scope::Offer(offer), Scope::Seller]) {
            models.extend(self.latest(cx, scope)?);
        }
        let found = in_force(&models, (offer, supplier), &categories, self.on);
        let found = found.cloned().map(Arc::new);
        self.of_offers.insert(offer, found.clone());
        Ok(found)
    }

    /// The model that holds of those that are said of one thing.
    fn latest(&self, cx: Cx<'_>, scope: Scope) -> Result<Option<ShareModel>, Error> {
        let along = Along::Index(SHARE_MODEL_BY_SCOPE, of_scope(self.seller, scope).bytes());
        let mut request = PageRequest::first(1);
        loop {
            let begun = &mut |it: &ShareModel| it.valid_from <= self.on;
            let page = cx.view.list::<ShareModel>(&along, &request, begun)?;
            if let Some(found) = page.items.into_iter().next() {
                return Ok(Some(found));
            }
            request.after = page.next;
            if request.after.is_none() {
                return Ok(None);
            }
        }
    }
}

/// The model that holds for an offer of a seller on a day.
///
/// # Errors
/// If the store fails.
pub fn in_force_on(
    cx: Cx<'_>,
    (seller, on): (SellerNumber, Date),
    offer: OfferId,
) -> Result<Option<Arc<ShareModel>>, Error> {
    Models::of(seller, on).of_offer(cx, offer)
}

/// Notes a category and all above it, each with how far up it is by the shortest way.
fn climb(
    cx: Cx<'_>,
    from: CategoryId,
    known: &mut BTreeMap<CategoryId, usize>,
) -> Result<(), Error> {
    let mut next = Some(from);
    for up in 0..=DEPTH_MAX {
        let Some(id) = next else { break };
        let least = known.entry(id).or_insert(up);
        *least = up.min(*least);
        next = cx.shared::<Category>(id)?.and_then(|it| it.parent());
    }
    Ok(())
}

/// What was recorded of an invoice so far, line by line.
fn recorded(act: &Act<'_>, of: InvoiceId) -> Result<BTreeMap<u32, Recorded>, Error> {
    let along = Along::Index(SHARE_BY_INVOICE, Key::new().id(of).bytes());
    let mut lines: BTreeMap<u32, Recorded> = BTreeMap::new();
    for it in act.every::<ShareRecord>(&along)? {
        let nothing = (Money::zero(it.amount.currency()), it.role, it.model);
        let sum = lines.entry(it.line).or_default().entry(it.account).or_insert(nothing);
        *sum = (sum.0.plus(it.amount)?, it.role, it.model);
    }
    Ok(lines)
}

fn record(
    act: &mut Act<'_>,
    (invoice, line, payment): (&Invoice, u32, Option<PaymentId>),
    (account, amount): (AccountId, Money),
    (role, model): (Role, ShareModelId),
) -> Result<(), Error> {
    let seller = invoice.stamp.seller;
    let mut it = ShareRecord {
        id: act.new_id(),
        stamp: act.cx().stamp(seller, Some(account)),
        account,
        role,
        model,
        invoice: invoice.id,
        line,
        payment,
        amount,
        recorded_at: act.now(),
        state: State::Open,
        note: None,
    };
    act.put(&mut it)?;
    if it.is_owed() {
        book(act, seller, it.id, journal::share_owed(account, amount)?)?;
    }
    Ok(())
}

/// What things on a note are called in the language of who reads it, each looked up once.
pub(super) struct Named<'a> {
    locale: &'a Locale,
    invoices: BTreeMap<InvoiceId, Invoice>,
}

impl<'a> Named<'a> {
    pub(super) const fn of(locale: &'a Locale) -> Self {
        Self { locale, invoices: BTreeMap::new() }
    }
}

/// A share as it stands on a note. What is sold is called as its seller calls it: what the buyer calls
/// its own is none of a partner's business.
pub(super) fn name_of(
    cx: Cx<'_>,
    named: &mut Named<'_>,
    it: &ShareRecord,
) -> Result<NoteItem, Error> {
    let invoice = match named.invoices.entry(it.invoice) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => {
            let found = cx.view.find::<Invoice>(it.invoice)?;
            place.insert(found.ok_or_else(|| Error::not_found(it.invoice))?)
        }
    };
    let missing = || Error::internal(format!("{} has no line {}", it.invoice, it.line));
    let issue = invoice.issue().ok_or_else(missing)?;
    let line = usize::try_from(it.line).map_err(Error::internal)?;
    let line = invoice.content().lines.get(line).ok_or_else(missing)?;
    let model = cx.shared::<ShareModel>(it.model)?;
    let parts = model.as_deref().map(|it| it.shares.as_slice()).unwrap_or_default();
    let offer = line.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
    let name = offer.as_ref().map_or(&line.label, |it| it.content.name.text(named.locale)).clone();
    Ok(NoteItem {
        invoice: issue.number.clone(),
        charge: Some(&line.label).filter(|it| **it != name).cloned(),
        name,
        product_number: offer.as_ref().map(|it| it.stamp.number),
        period: line.service_period,
        charged: line.net,
        portion: parts.iter().find(|part| part.account == it.account).map(|part| part.portion),
        quantity: Quantity::ONE,
        unit_price: it.amount,
        amount: it.amount,
        tax: Money::zero(it.amount.currency()),
    })
}
