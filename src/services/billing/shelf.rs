//! The shelf: what the accounts of a page have in common, each thing loaded once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::issue::{Numbers, Series};
use super::policy;
use super::readable::readable;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::{CreditTerms, CustomerClass};
use crate::domain::account::profile::{AddressUse, Matter};
use crate::domain::billing::invoice::InvoiceParty;
use crate::domain::billing::letterhead::{Imprint, Letterhead};
use crate::domain::billing::policy::{Grouping, Policy};
use crate::domain::billing::taxing::{TaxedBuyer, Taxing};
use crate::domain::billing::vat::VatTerms;
use crate::domain::catalog::category::{Category, DEPTH_MAX, ResourceCategory};
use crate::domain::catalog::discount::Discount;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::tax::{TaxCategory, TaxRule, TaxZone};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{
    CategoryId, ClassId, Id, MeterId, OfferId, PriceId, ResourceCategoryId, ResourceId,
    TaxCategoryId, TaxZoneId,
};
use crate::domain::party::medium::PostalAddress;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Locale;
use crate::domain::usage::meter::Meter;
use crate::services::{Cx, Error, account, discount, letterhead};
use crate::store::{Along, Record};

/// Who sells, and how it is taxed.
#[derive(Clone)]
pub(super) struct Seller {
    pub(super) party: InvoiceParty,
    letterhead: Option<Letterhead>,
    /// The settings by which it bills.
    pub(super) policy: Policy,
    /// How its next invoices are numbered.
    pub(super) invoice_numbers: Numbers,
    zones: Vec<TaxZone>,
    rules: Vec<TaxRule>,
    categories: Vec<TaxCategory>,
}

/// What has been loaded.
#[derive(Default)]
pub(super) struct Shelf {
    offers: BTreeMap<OfferId, Arc<Offer>>,
    prices: BTreeMap<PriceId, Arc<Price>>,
    meters: BTreeMap<MeterId, Arc<Meter>>,
    resources: BTreeMap<ResourceId, Arc<Resource>>,
    categories: BTreeMap<CategoryId, Arc<Category>>,
    resource_categories: BTreeMap<ResourceCategoryId, Arc<ResourceCategory>>,
    classes: BTreeMap<ClassId, CreditTerms>,
    sellers: BTreeMap<SellerNumber, Arc<Seller>>,
    discounts: BTreeMap<SellerNumber, Arc<Vec<Discount>>>,
}

fn loaded<R: Record>(
    kept: &mut BTreeMap<R::Id, Arc<R>>,
    cx: Cx<'_>,
    id: R::Id,
) -> Result<Arc<R>, Error> {
    if let Some(found) = kept.get(&id) {
        return Ok(Arc::clone(found));
    }
    let found = readable(id, cx.shared::<R>(id))?.ok_or_else(|| missing(id))?;
    kept.insert(id, Arc::clone(&found));
    Ok(found)
}

/// What a subscription names and is not there fails its account, and not the page.
fn missing(id: impl Id) -> Error {
    let why = format!("`{id}` is not there, so that nothing can be billed that needs it");
    Rejection::new(Code::BillingInputIncomplete, why).into()
}

impl Shelf {
    pub(super) fn offer(&mut self, cx: Cx<'_>, id: OfferId) -> Result<Arc<Offer>, Error> {
        loaded(&mut self.offers, cx, id)
    }

    pub(super) fn price(&mut self, cx: Cx<'_>, id: PriceId) -> Result<Arc<Price>, Error> {
        loaded(&mut self.prices, cx, id)
    }

    pub(super) fn meter(&mut self, cx: Cx<'_>, id: MeterId) -> Result<Arc<Meter>, Error> {
        loaded(&mut self.meters, cx, id)
    }

    pub(super) fn resource(&mut self, cx: Cx<'_>, id: ResourceId) -> Result<Arc<Resource>, Error> {
        loaded(&mut self.resources, cx, id)
    }

    /// How a seller taxes what a price of an offer is for: as is said of it, which of what it sells for
    /// another is that one's category, and by its own of the same code if it has such a one.
    pub(super) fn tax_category(
        &mut self,
        cx: Cx<'_>,
        seller: SellerNumber,
        what: (&Offer, &Price),
    ) -> Result<Option<TaxCategoryId>, Error> {
        let Some(id) = self.said_tax_category(cx, what)? else { return Ok(None) };
        let seller = self.seller(cx, seller)?;
        if seller.categories.iter().any(|it| it.id == id) {
            return Ok(Some(id));
        }
        let said = cx.shared::<TaxCategory>(id)?;
        let same = |it: &&TaxCategory| said.as_ref().is_some_and(|said| said.code == it.code);
        Ok(Some(seller.categories.iter().find(same).map_or(id, |it| it.id)))
    }

    /// How what a price of an offer is for is taxed: as the price says, else as the group of its
    /// resource does, else as the first of the offer's categories that says so itself or lies below
    /// one that does, else as the offer does.
    fn said_tax_category(
        &mut self,
        cx: Cx<'_>,
        (offer, price): (&Offer, &Price),
    ) -> Result<Option<TaxCategoryId>, Error> {
        if price.tax_category.is_some() {
            return Ok(price.tax_category);
        }
        if let Some(id) = price.resource
            && let Some(group) = self.resource(cx, id)?.content.category
        {
            let group = loaded(&mut self.resource_categories, cx, group)?;
            if group.tax_category.is_some() {
                return Ok(group.tax_category);
            }
        }
        for id in &offer.content.categories {
            let mut next = Some(*id);
            for _ in 0..DEPTH_MAX {
                let Some(id) = next else { break };
                let category = loaded(&mut self.categories, cx, id)?;
                if category.tax_category.is_some() {
                    return Ok(category.tax_category);
                }
                next = category.parent();
            }
        }
        Ok(offer.content.tax_category)
    }

    pub(super) fn credit_terms(&mut self, cx: Cx<'_>, id: ClassId) -> Result<CreditTerms, Error> {
        if let Some(found) = self.classes.get(&id) {
            return Ok(*found);
        }
        let class = readable(id, cx.shared::<CustomerClass>(id))?.ok_or_else(|| missing(id))?;
        let credit = class.terms().credit;
        self.classes.insert(id, credit);
        Ok(credit)
    }

    /// All that a seller lowers.
    pub(super) fn discounts(
        &mut self,
        cx: Cx<'_>,
        number: SellerNumber,
    ) -> Result<Arc<Vec<Discount>>, Error> {
        if let Some(found) = self.discounts.get(&number) {
            return Ok(Arc::clone(found));
        }
        let found = discount::of_seller(cx, number)?;
        self.discounts.insert(number, Arc::clone(&found));
        Ok(found)
    }

    pub(super) fn seller(
        &mut self,
        cx: Cx<'_>,
        number: SellerNumber,
    ) -> Result<Arc<Seller>, Error> {
        if let Some(found) = self.sellers.get(&number) {
            return Ok(Arc::clone(found));
        }
        let account = account::of_seller(cx, number)?;
        let rules: Vec<TaxRule> = of_seller_or_provider(cx, number)?;
        // Rules of the provider name its zones: those of a seller without rules say nothing.
        let taxing = rules.first().map_or(number, |it| it.stamp.seller);
        let seller = Arc::new(Seller {
            party: party_of(&account, None),
            letterhead: letterhead::of(cx, number)?,
            policy: policy(cx, number)?,
            invoice_numbers: Series::Invoices.numbers(cx, number)?,
            zones: of_seller_or_provider(cx, taxing)?,
            categories: of_seller_or_provider(cx, taxing)?,
            rules,
        });
        self.sellers.insert(number, Arc::clone(&seller));
        Ok(seller)
    }
}

/// What a seller wrote down about taxes; a reseller that wrote nothing is taxed as the provider.
fn of_seller_or_provider<R: Record>(cx: Cx<'_>, number: SellerNumber) -> Result<Vec<R>, Error> {
    let own = cx.every::<R>(&Along::Sellers(vec![number]))?;
    if own.is_empty() && number != SellerNumber::PROVIDER {
        return cx.every(&Along::Sellers(vec![SellerNumber::PROVIDER]));
    }
    Ok(own)
}

impl Seller {
    /// The same as if all that is billed on a day stood together on an invoice.
    pub(super) fn together(&self) -> Self {
        let policy = Policy { grouping: Grouping::BillingAccount, ..self.policy };
        Self { policy, ..self.clone() }
    }

    /// What it wrote down about taxes.
    pub(super) fn taxing(&self) -> Taxing<'_> {
        let Policy { tax_regime: regime, distance_sales, vat_numbers, .. } = self.policy;
        Taxing {
            regime,
            terms: VatTerms { distance_sales, vat_numbers },
            home: &self.party.address,
            rules: &self.rules,
            zones: &self.zones,
            categories: &self.categories,
        }
    }

    /// How an invoice for a buyer is written.
    pub(super) fn imprint(&self, buyer: &Account, billing: &BillingAccount) -> Imprint {
        let (own, letterhead) = (billing.profile(), self.letterhead.as_ref());
        Imprint {
            locale: own.locale.as_ref().unwrap_or(&buyer.profile().locale).clone(),
            customer: buyer.stamp.number,
            reference: own.reference.clone(),
            letterhead: letterhead.map(|it| it.id),
            look: letterhead.map(|it| it.look.hash()),
            says: letterhead.map(|it| it.says.printed()).unwrap_or_default(),
        }
    }

    /// Where a buyer is taxed: where it was told to be, or where its address lies, or where the
    /// seller is if nobody knows.
    pub(super) fn zone(
        &self,
        buyer: &Account,
        address: &PostalAddress,
    ) -> Result<TaxZoneId, Rejection> {
        self.taxing().zone(buyer.terms().tax_zone, address)
    }
}

/// Where an invoice goes and is taxed.
pub(super) fn address_of(account: &Account, billing: &BillingAccount) -> PostalAddress {
    let own = billing.profile().address.as_ref();
    let address = own.or_else(|| account.profile().address(AddressUse::Billing));
    address.cloned().unwrap_or_default()
}

/// An account as taxation sees it, at an address and written to in a language.
pub(super) fn buyer_of<'a>(
    account: &'a Account,
    address: &'a PostalAddress,
    locale: &'a Locale,
) -> TaxedBuyer<'a> {
    TaxedBuyer {
        zone: account.terms().tax_zone,
        address,
        registration: account.profile().tax_registration.as_ref(),
        exemptions: &account.terms().tax_exemptions,
        locale,
    }
}

/// The zone in which a buyer would be taxed at an address, as far as its seller has said.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn zone_at(
    cx: Cx<'_>,
    buyer: &Account,
    address: &PostalAddress,
) -> Result<Option<TaxZoneId>, Error> {
    let seller = Shelf::default().seller(cx, buyer.stamp.seller)?;
    Ok(seller.zone(buyer, address).ok())
}

/// The zone in which a buyer is taxed, as far as its seller has said.
///
/// # Errors
/// If the store fails.
pub fn zone_of_buyer(cx: Cx<'_>, buyer: &Account) -> Result<Option<TaxZone>, Error> {
    let seller = Shelf::default().seller(cx, buyer.stamp.seller)?;
    let address = buyer.profile().address(AddressUse::General).cloned().unwrap_or_default();
    let zone = seller.zone(buyer, &address).ok();
    Ok(zone.and_then(|id| seller.zones.iter().find(|it| it.id == id).cloned()))
}

/// Who sells or buys, as it stands on an invoice.
pub(in crate::services) fn party_of(
    account: &Account,
    billing: Option<&BillingAccount>,
) -> InvoiceParty {
    let (profile, own) = (account.profile(), billing.map(BillingAccount::profile));
    let address = own.and_then(|it| it.address.as_ref());
    InvoiceParty {
        name: own.and_then(|it| it.recipient.clone()).unwrap_or_else(|| profile.name.clone()),
        address: address
            .or_else(|| profile.address(AddressUse::Billing))
            .cloned()
            .unwrap_or_default(),
        tax_registration: profile.tax_registration.as_ref().map(|it| it.number.clone()),
        email: own
            .and_then(|it| it.email.clone())
            .or_else(|| profile.mail(Matter::Billing).cloned()),
    }
}
