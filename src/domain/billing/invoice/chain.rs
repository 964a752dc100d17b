//! The chain of invoices: each issued one is sealed with a hash over itself and the one before.
//!
//! What is hashed is a canonical form that is written here by hand and does not follow the shapes
//! of our structures: an invoice of today must still hash to the same in ten years. Every field is
//! written with its length or at a fixed width, so that no two invoices have the same bytes.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::explanation::{Altered, Explanation, Step};
use super::line::Line;
use super::{Content, InvoiceParty, Issue};
use crate::domain::billing::discount::{LoweredBy, Lowering};
use crate::domain::billing::letterhead::Imprint;
use crate::domain::billing::policy::Recognition;
use crate::domain::billing::proration::{Counts, Share};
use crate::domain::billing::rating::{Part, Rule};
use crate::domain::billing::tax::{RuleBasis, TaxBasis, TaxTotal};
use crate::domain::billing::vat::VatBasis;
use crate::domain::catalog::price::Base;
use crate::domain::catalog::price::alteration::By;
use crate::domain::catalog::price::condition::Matches;
use crate::domain::catalog::price::tier::Reach;
use crate::domain::catalog::tax::Buyers;
use crate::domain::id::{Id, InvoiceId};
use crate::domain::money::{Money, Rounding};
use crate::domain::quantity::Quantity;
use crate::domain::time::{Date, Period};

/// A hash of SHA-256.
pub type Hash = [u8; 32];

/// What comes before the first invoice of a series.
pub const GENESIS: Hash = [0; 32];

/// The seal of an issued invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The hash of the one before in its series.
    pub previous: Hash,
    /// Its own.
    pub hash: Hash,
}

/// The hash of something that follows `previous`.
#[must_use]
pub fn chain(previous: &Hash, bytes: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(bytes);
    hash.finalize().into()
}

/// The canonical bytes of an issued document: everything but its seal and what happens after.
#[must_use]
pub fn canonical(id: InvoiceId, content: &Content, issue: &Issue) -> Vec<u8> {
    let mut form = Form(Vec::with_capacity(512 + 384 * content.lines.len()));
    form.text("tillbox invoice 1");
    form.bytes(&id.to_bytes());
    form.issue(issue);
    form.bytes(&content.account.to_bytes());
    form.bytes(&content.billing_account.to_bytes());
    form.text(content.currency.code());
    form.optional(content.service_period, Form::period);
    form.count(content.lines.len());
    content.lines.iter().for_each(|it| form.line(it));
    form.count(content.taxes.len());
    content.taxes.iter().for_each(|it| form.tax(it));
    form.money(content.totals.net);
    form.money(content.totals.tax);
    form.money(content.totals.gross);
    form.0
}

/// Bytes in the making.
pub(crate) struct Form(Vec<u8>);

impl Form {
    /// The form of a document of a kind, which is written first.
    pub(crate) fn new(kind: &str) -> Self {
        let mut form = Self(Vec::with_capacity(512));
        form.text(kind);
        form
    }

    pub(crate) fn finished(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.bytes(&u64::try_from(count).expect("a count fits into 64 bits").to_be_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes(text.as_bytes());
    }

    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(crate) fn decimal(&mut self, decimal: Decimal) {
        let decimal = decimal.normalize();
        self.bytes(&decimal.mantissa().to_be_bytes());
        self.bytes(&decimal.scale().to_be_bytes());
    }

    pub(crate) fn quantity(&mut self, quantity: Quantity) {
        self.decimal(quantity.decimal());
    }

    pub(crate) fn money(&mut self, money: Money) {
        self.bytes(&money.as_minor().to_be_bytes());
    }

    pub(crate) fn date(&mut self, date: Date) {
        self.bytes(&date.year().to_be_bytes());
        self.bytes(&date.month().to_be_bytes());
        self.bytes(&date.day().to_be_bytes());
    }

    pub(crate) fn period(&mut self, period: Period) {
        self.date(period.start());
        self.date(period.end());
    }

    pub(crate) fn issue(&mut self, issue: &Issue) {
        self.text(issue.number.as_str());
        self.bytes(&issue.sequence.to_be_bytes());
        self.date(issue.issued_on);
        self.bytes(&issue.issued_at.micros().to_be_bytes());
        self.date(issue.due_on);
        self.party(&issue.seller);
        self.party(&issue.buyer);
        self.imprint(&issue.imprint);
        match issue.recognition {
            // As every invoice was before there was a choice: their seals stay what they are.
            Recognition::AtIssue => {}
            Recognition::OverPeriod => self.text(issue.recognition.word()),
        }
    }

    fn imprint(&mut self, imprint: &Imprint) {
        self.text(imprint.locale.as_str());
        self.bytes(&imprint.customer.to_be_bytes());
        self.optional(imprint.reference.as_ref(), |form, it| form.text(it.as_str()));
        self.optional(imprint.letterhead, |form, it| form.bytes(&it.to_bytes()));
        self.optional(imprint.look, |form, it| form.bytes(&it));
        let says = &imprint.says;
        self.optional(says.bank.as_ref(), |form, it| {
            form.optional(it.holder.as_ref(), |form, it| form.text(it.as_str()));
            form.text(it.iban.as_str());
            form.optional(it.bic.as_ref(), |form, it| form.text(it.as_str()));
            form.optional(it.bank.as_ref(), |form, it| form.text(it.as_str()));
        });
        self.optional(says.registration.as_ref(), |form, it| form.text(it.as_str()));
        self.optional(says.management.as_ref(), |form, it| form.text(it.as_str()));
        self.optional(says.payment_terms.as_ref(), |form, it| form.text(it.as_str()));
    }

    pub(crate) fn party(&mut self, party: &InvoiceParty) {
        self.text(party.name.as_str());
        let address = &party.address;
        for line in [
            &address.street,
            &address.extended,
            &address.locality,
            &address.region,
            &address.postal_code,
        ] {
            self.optional(line.as_ref(), |form, it| form.text(it.as_str()));
        }
        self.optional(address.country.as_ref(), |form, it| form.text(it.as_str()));
        self.optional(party.tax_registration.as_ref(), |form, it| form.text(it.as_str()));
        self.optional(party.email.as_ref(), |form, it| form.text(it.as_str()));
    }

    fn line(&mut self, line: &Line) {
        self.text(line.kind.word());
        self.optional(line.subscription, |form, it| form.bytes(&it.to_bytes()));
        self.optional(line.offer, |form, it| form.bytes(&it.to_bytes()));
        self.optional(line.price, |form, it| form.bytes(&it.to_bytes()));
        self.text(line.subject.as_str());
        self.text(line.label.as_str());
        self.optional(line.service_period, Self::period);
        self.quantity(line.quantity);
        self.optional(line.unit.as_ref(), |form, it| form.text(it.as_str()));
        self.text(match line.base {
            Base::Net => "net",
            Base::Gross => "gross",
        });
        self.money(line.amount);
        self.money(line.net);
        self.money(line.tax);
        self.bytes(&line.tax_place.to_be_bytes());
        self.optional(line.tax_category.as_ref(), |form, it| form.text(it.as_str()));
        self.explanation(&line.explanation);
    }

    fn share(&mut self, share: Share) {
        self.bytes(&share.used().to_be_bytes());
        self.bytes(&share.of().to_be_bytes());
        match share.counts() {
            // As it was before seconds were counted.
            Counts::Days => {}
            Counts::Seconds => self.text("seconds"),
        }
    }

    fn explanation(&mut self, explanation: &Explanation) {
        self.rule(explanation.rule);
        self.optional(explanation.version_from, Self::date);
        self.quantity(explanation.counted);
        self.quantity(explanation.included);
        self.optional(explanation.usage, |form, it| {
            form.bytes(&it.meter.to_bytes());
            form.bytes(&it.records.to_be_bytes());
        });
        self.count(explanation.parts.len());
        for it in &explanation.parts {
            if explanation.rule == Rule::PerDimension {
                self.optional(it.value.as_ref(), |form, it| form.text(it.as_str()));
            }
            self.part(it);
        }
        self.count(explanation.steps.len());
        for step in &explanation.steps {
            self.step(step);
        }
        self.rounding(explanation.rounding);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Prorated(share) => {
                self.text("prorated");
                self.share(*share);
            }
            Step::Reversed => self.text("reversed"),
            Step::Less(before) => {
                self.text("less");
                self.decimal(before.decimal());
            }
            Step::Altered(it) => self.altered(it),
            Step::InPlaceOf(given_back) => {
                self.text("in_place_of");
                self.decimal(given_back.decimal());
            }
            Step::Lowered(it) => self.lowering(it),
            Step::Coupon(share) => {
                self.text("coupon");
                self.text(share.code.as_str());
                self.text(share.name.as_str());
                self.decimal(share.amount.decimal());
                if let Some(days) = share.days {
                    self.text("for_days");
                    self.period(days);
                }
            }
            Step::Committed(it) => {
                self.text("committed");
                self.decimal(it.amount.decimal());
                self.share(it.share);
                self.quantity(it.factor);
            }
            Step::Covered(charged) => {
                self.text("covered");
                self.decimal(charged.decimal());
            }
            Step::NeverPaid(off) => {
                self.text("never_paid");
                self.decimal(off.decimal());
            }
            Step::Undivided(it) => {
                self.text("undivided");
                self.share(it.share);
                self.decimal(it.of.decimal());
                self.decimal(it.fees.decimal());
            }
            Step::Prepaid(off) => {
                self.text("prepaid");
                self.decimal(off.decimal());
            }
            Step::OfPrepaid(it) => {
                self.text("of_prepaid");
                self.decimal(it.decimal());
            }
            Step::ChosenFor(it) => {
                self.text("chosen_for");
                self.text(it.key.as_str());
                self.matches(&it.is);
            }
            Step::Booked(rounding) => {
                self.text("booked");
                self.rounding(*rounding);
            }
        }
    }

    fn matches(&mut self, it: &Matches) {
        match it {
            Matches::OneOf(values) => {
                self.count(values.len());
                values.iter().for_each(|it| self.text(it));
            }
            Matches::Between(least, most) => {
                let bound = |it: &Option<Quantity>| it.map(|it| it.to_string());
                self.text(&bound(least).unwrap_or_default());
                self.text(&bound(most).unwrap_or_default());
            }
        }
    }

    fn rounding(&mut self, rounding: Rounding) {
        self.text(match rounding {
            Rounding::HalfUp => "half_up",
            Rounding::HalfEven => "half_even",
        });
    }

    fn lowering(&mut self, lowering: &Lowering) {
        self.text("lowered");
        self.text(lowering.name.as_str());
        match lowering.by {
            LoweredBy::Share(share) => {
                self.text("share");
                self.decimal(share.decimal());
            }
            LoweredBy::Amount(amount) => {
                self.text("amount");
                self.decimal(amount.decimal());
            }
            LoweredBy::Fee(fee, units) => {
                self.text("fee");
                self.decimal(fee.decimal());
                self.quantity(units);
            }
        }
    }

    fn altered(&mut self, it: &Altered) {
        self.text(it.effect.word());
        self.text(it.name.as_str());
        match it.by {
            By::Percent(by) => {
                self.text("percent");
                self.decimal(by.decimal());
            }
            By::Fixed(by) => {
                self.text(if it.is_once { "fixed_once" } else { "fixed" });
                self.decimal(by.decimal());
            }
        }
    }

    fn rule(&mut self, rule: Rule) {
        match rule {
            Rule::Flat => self.text("flat"),
            Rule::PerUnit => self.text("per_unit"),
            Rule::Graduated => self.text("graduated"),
            Rule::Volume => self.text("volume"),
            Rule::Package(size) => {
                self.text("package");
                self.quantity(size);
            }
            Rule::Stairstep => self.text("stairstep"),
            Rule::Stated => self.text("stated"),
            Rule::Percentage => self.text("percentage"),
            Rule::GraduatedPercentage => self.text("graduated_percentage"),
            Rule::PerDimension => self.text("per_dimension"),
            Rule::Minimum => self.text("minimum"),
        }
    }

    fn part(&mut self, part: &Part) {
        self.0.push(part.tier);
        self.quantity(part.units);
        self.decimal(part.unit_price.decimal());
        self.decimal(part.fee.decimal());
        // An invoice from before bounds were told hashes as it did.
        if let Some(it) = part.bounds {
            self.text(match it.reach {
                Reach::Above => "above",
                Reach::From => "from",
            });
            self.quantity(it.floor);
            self.optional(it.ceiling, Self::quantity);
        }
    }

    pub(crate) fn tax(&mut self, tax: &TaxTotal) {
        self.text(tax.name.as_str());
        self.text(tax.treatment.word());
        self.decimal(tax.treatment.percent().decimal());
        self.optional(tax.treatment.reason(), |form, it| form.text(it.as_str()));
        match &tax.basis {
            TaxBasis::Rule(it) => self.rule_basis(it),
            TaxBasis::EuVat(it) => self.vat_basis(it),
        }
        self.optional(tax.certificate.as_ref(), |form, it| {
            form.text(it.number.as_str());
            form.text(it.country.as_str());
            form.decimal(it.percent.decimal());
            form.optional(it.valid_from, Self::date);
            form.optional(it.valid_until, Self::date);
        });
        self.money(tax.net);
        self.money(tax.tax);
    }

    fn vat_basis(&mut self, basis: &VatBasis) {
        self.text("eu_vat");
        self.text(basis.case.word());
        self.text(basis.seller.as_str());
        self.text(basis.buyer.as_str());
        self.optional(basis.number.as_ref(), |form, it| form.text(it.as_str()));
        self.optional(basis.verification, |form, it| form.text(it.word()));
        self.optional(basis.verified_on, Self::date);
        self.optional(basis.consultation.as_ref(), |form, it| form.text(it.as_str()));
        self.optional(basis.rate_of.as_ref(), |form, it| form.text(it.as_str()));
        self.optional(basis.rate_from, Self::date);
        self.date(basis.on);
    }

    fn rule_basis(&mut self, basis: &RuleBasis) {
        self.text("rule");
        self.bytes(&basis.rule.to_bytes());
        self.optional(basis.category, |form, it| form.bytes(&it.to_bytes()));
        self.bytes(&basis.zone.to_bytes());
        self.optional(basis.zone_name.as_ref(), |form, it| form.text(it.as_str()));
        self.optional(basis.category_name.as_ref(), |form, it| form.text(it.as_str()));
        self.text(match basis.buyers {
            Buyers::All => "all",
            Buyers::Registered => "registered",
            Buyers::Unregistered => "unregistered",
        });
        self.date(basis.valid_from);
    }
}
