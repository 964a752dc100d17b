//! What a request wants something to cost, and making it so.
//!
//! The price of a draft is drawn anew. What may have been bought at a price keeps its figures of
//! the past: it gets others from today on, or from tomorrow if it has figures of today already.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::fee::{Fee, Fees, Place, Said, first_unit, tiers_of};
use crate::api::aps::amount::{read_money, read_quantity};
use crate::api::aps::localized;
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::offer::{BillingModel, Offer};
use crate::domain::catalog::price::tier::{Reach, Tier, Tiers};
use crate::domain::catalog::price::{
    Base, Figure, Occasion, Price, PriceKind, PriceModel, PriceVersion, Timing, Versions,
};
use crate::domain::catalog::resource::Resource;
use crate::domain::error::Invalid;
use crate::domain::id::{OfferId, ResourceId};
use crate::domain::localized::Localized;
use crate::domain::money::Currency;
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Code, Locale, Name};
use crate::domain::time::{Span, Validity, Zone};
use crate::services::{Act, Error, catalog, offer};

/// What something is to cost on an occasion.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// Where the request says it.
    at: String,
    fee: Fee,
    term: Option<Code>,
    resource: Option<ResourceId>,
    every: Span,
    model: PriceModel,
    currency: Currency,
    name: Option<Localized<Name>>,
    shows_zero: bool,
    /// How many units cost nothing.
    included: Quantity,
}

/// What the fees of one period or rate are for.
#[derive(Debug, Clone)]
pub(super) struct Costs<'a> {
    /// Where the request says them.
    pub(super) at: String,
    /// What they are for.
    pub(super) place: Place<'a>,
    /// How many units of a resource are in the plan's own price.
    pub(super) included: Quantity,
    /// The language of the plan.
    pub(super) locale: &'a Locale,
}

impl Costs<'_> {
    /// The fees that an object says, whose form was checked before.
    pub(super) fn read(&self, fees: &Value) -> Result<Vec<Wish>, Invalid> {
        const NAMES: [(&str, Fee); 5] = [
            ("setup", Fee::Setup),
            ("recurring", Fee::Recurring),
            ("renewal", Fee::Renewal),
            ("deposit", Fee::Deposit),
            ("overuse", Fee::Overuse),
        ];
        let by_volume = fees.get("volumePricing").and_then(Value::as_bool) == Some(true);
        let mut found = Vec::new();
        for (name, fee) in NAMES {
            let tiers = fees.get(format!("{name}Tiers")).and_then(Value::as_array);
            let said = fees.get(name).filter(|it| it.is_object());
            let model = match (tiers, said) {
                (Some(rows), _) => {
                    let at = format!("{}/{name}Tiers", self.at);
                    let (tiers, currency) = read_tiers(&at, rows)?;
                    let graduated = !by_volume;
                    let model = if graduated { PriceModel::Graduated } else { PriceModel::Volume };
                    Some((model(tiers), currency))
                }
                (None, Some(said)) => {
                    let at = format!("{}/{name}/price", self.at);
                    let (figure, currency) = read_money(&at, &said["price"])?;
                    let flat = self.place.resource.is_none();
                    let model = if flat { PriceModel::Flat } else { PriceModel::PerUnit };
                    Some((model(figure), currency))
                }
                (None, None) => None,
            };
            let Some((model, currency)) = model else { continue };
            found.push(self.wish((name, fee), (model, currency), said)?);
        }
        Ok(found)
    }

    fn wish(
        &self,
        (name, fee): (&str, Fee),
        (model, currency): (PriceModel, Currency),
        said: Option<&Value>,
    ) -> Result<Wish, Invalid> {
        let at = format!("{}/{name}", self.at);
        let described = said.and_then(|it| it.get("description"));
        let described = described.map_or(Ok(None), |it| {
            localized::read_optional(&format!("{at}/description"), it, self.locale)
        });
        let shows_zero = said.and_then(|it| it.get("showZeroPrice")).and_then(Value::as_bool);
        let is_counted = fee == Fee::Overuse;
        Ok(Wish {
            at,
            fee,
            term: self.place.term.cloned(),
            resource: self.place.resource,
            every: self.place.every,
            model,
            currency,
            name: described?,
            shows_zero: shows_zero.unwrap_or(false),
            included: if is_counted { self.included } else { Quantity::ZERO },
        })
    }
}

/// The tiers that rows say, and their currency. Beyond a lower limit, units cost what it says.
fn read_tiers(at: &str, rows: &[Value]) -> Result<(Tiers, Currency), Invalid> {
    let mut tiers = Vec::with_capacity(rows.len());
    let mut currency = None;
    for (place, row) in rows.iter().enumerate() {
        let at = format!("{at}/{place}");
        let (unit_price, code) = read_money(&format!("{at}/price"), &row["price"])?;
        if *currency.get_or_insert(code) != code {
            let message = "must be that of the first tier";
            return Err(Invalid::one(format!("{at}/price/code"), "conflict", message));
        }
        let floor = read_quantity(&at, row, "lowerLimit")?.unwrap_or(Quantity::ZERO);
        tiers.push(Tier { floor, unit_price, fee: Figure::ZERO });
    }
    let named = |mut it: Invalid| {
        for violation in &mut it.violations {
            let field = violation.field.replace("/tiers", "").replace("/floor", "/lowerLimit");
            violation.field = format!("{at}{}", field.replace("/unit_price", "/price/value"));
        }
        it
    };
    let tiers = Tiers::new(Reach::Above, tiers).map_err(named)?;
    Ok((tiers, currency.unwrap_or(Currency::EUR)))
}

impl Wish {
    fn place(&self) -> Place<'_> {
        Place { term: self.term.as_ref(), resource: self.resource, every: self.every }
    }

    /// Whether nothing is wanted: a price of nothing that nobody shall see is none.
    fn is_nothing(&self) -> bool {
        !self.shows_zero && tiers_of(&self.model).is_none() && first_unit(&self.model).is_zero()
    }

    /// Whether a version costs what is wanted, as far as the bus can tell.
    fn is_met_by(&self, version: &PriceVersion) -> bool {
        let same = match (tiers_of(&self.model), tiers_of(&version.model)) {
            (Some(_), Some(_)) => self.model == version.model,
            (None, None) => first_unit(&self.model) == first_unit(&version.model),
            (None, Some(_)) | (Some(_), None) => false,
        };
        same && (self.fee != Fee::Overuse || self.included == version.included)
    }

    /// Makes the prices of a plan as they are wanted.
    pub(super) fn grant(&self, act: &mut Act<'_>, plan: OfferId) -> Result<(), Error> {
        let plan: Offer = act.get(plan)?;
        let fees = Fees::in_currency(act.cx(), &plan, self.currency)?;
        let there: Vec<Price> = fees.at(self.fee, self.place()).into_iter().cloned().collect();
        match there.as_slice() {
            [] if self.is_nothing() => Ok(()),
            [] => self.add(act, &plan),
            [one] if one.term == self.term || plan.content.terms.len() == 1 => {
                self.change(act, (&plan, one), fees.version(one))
            }
            all => {
                let sum: Decimal = all.iter().map(|it| first_unit(&fees.version(it).model)).sum();
                if tiers_of(&self.model).is_none() && sum == first_unit(&self.model) {
                    return Ok(());
                }
                let message = "is made up of prices that hold for other periods as well, or of \
                               several; it cannot be changed here";
                Err(Invalid::one(&self.at, "conflict", message).into())
            }
        }
    }

    fn add(&self, act: &mut Act<'_>, plan: &Offer) -> Result<(), Error> {
        let kind = self.kind(act, plan)?;
        let (name, names) = (self.name_of(act, plan)?, self.names());
        let today = Zone::UTC.date_of(act.now());
        let made = offer::add_price(act, plan.id, |id, stamp| {
            Ok(Price {
                id,
                stamp: self.stamped(stamp),
                name,
                names,
                description: None,
                offer: plan.id,
                plan: None,
                term: self.term.clone(),
                currency: self.currency,
                tax_category: None,
                base: Base::Net,
                resource: self.resource,
                kind,
                conditions: Vec::new(),
                alterations: Vec::new(),
                life: Life::new(State::Active, Validity::ALWAYS)?,
                next_at: None,
                versions: Versions::first(PriceVersion {
                    valid_from: today,
                    included: self.included,
                    model: self.model.clone(),
                })?,
            })
        });
        made.map(|_| ()).map_err(|it| it.below(&self.at))
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        (plan, price): (&Offer, &Price),
        version: &PriceVersion,
    ) -> Result<(), Error> {
        let is_draft = !plan.life.was_on_market();
        if is_draft && self.is_nothing() {
            return offer::drop_price(act, price.id, None);
        }
        let today = Zone::UTC.date_of(act.now());
        if price.waits_for_tomorrow(today) || !self.is_met_by(version) {
            // What is said again takes the place of what was said before on the same day.
            let is_met = self.is_met_by(version);
            let model =
                if is_met { version.model.clone() } else { like(&version.model, &self.model) };
            let included = if is_met { version.included } else { self.included };
            let from =
                price.versions.as_slice().first().map_or(version.valid_from, |it| it.valid_from);
            offer::reprice(act, price.id, |_| {
                Ok(PriceVersion { valid_from: from, included, model })
            })?;
        }
        let stamp = self.stamped(price.stamp.clone());
        let name =
            self.name.as_ref().map_or_else(|| price.name.clone(), |it| it.original().clone());
        let names = if self.name.is_some() { self.names() } else { price.names.clone() };
        if stamp.carried == price.stamp.carried && (&name, &names) == (&price.name, &price.names) {
            return Ok(());
        }
        offer::rename_price(act, price.id, (name, names, stamp.carried)).map(|_| ())
    }

    /// A stamp with what only clients of the bus know of the price.
    fn stamped(&self, mut stamp: Stamp) -> Stamp {
        let before = Said::carried(&stamp);
        Said { shows_zero: self.shows_zero, retail: before.retail }.onto(&mut stamp);
        stamp
    }

    /// What it calls it in other languages than that of its name.
    fn names(&self) -> BTreeMap<Locale, Name> {
        let others = self.name.iter().flat_map(|it| it.iter().skip(1));
        others.map(|(locale, it)| (locale.clone(), it.clone())).collect()
    }

    /// What the invoice calls it.
    fn name_of(&self, act: &Act<'_>, plan: &Offer) -> Result<Name, Error> {
        if let Some(name) = &self.name {
            return Ok(name.original().clone());
        }
        let word = match self.fee {
            Fee::Setup => "setup",
            Fee::Recurring => "recurring",
            Fee::Renewal => "renewal",
            Fee::Deposit => "deposit",
            Fee::Overuse => "overuse",
        };
        let subject = match self.resource {
            Some(id) => {
                let resource: Option<Resource> = catalog::resource(act.cx(), id)?;
                resource.map_or_else(String::new, |it| {
                    it.content.name.text(plan.content.name.locale()).to_string()
                })
            }
            None => plan.content.name.original().to_string(),
        };
        let name: String = format!("{subject}, {word}").chars().take(255).collect();
        name.parse().map_err(|_| Error::internal("the name of a price"))
    }

    fn kind(&self, act: &mut Act<'_>, plan: &Offer) -> Result<PriceKind, Error> {
        Ok(match self.fee {
            Fee::Setup => PriceKind::OneTime(Occasion::Setup),
            Fee::Renewal => PriceKind::OneTime(Occasion::Renewal),
            Fee::Deposit => PriceKind::OneTime(Occasion::Deposit),
            Fee::Recurring => PriceKind::Recurring {
                every: self.every,
                timing: timing(plan.content.billing.model),
            },
            Fee::Overuse => {
                let missing = || Invalid::one(&self.at, "conflict", "is for a resource");
                let resource = self.resource.ok_or_else(missing)?;
                PriceKind::Usage { meter: catalog::meter_of(act, resource)?.id }
            }
        })
    }
}

/// A model with the figure that is wanted, by which units go on to be counted as they were.
pub(in crate::api::aps) fn like(before: &PriceModel, wanted: &PriceModel) -> PriceModel {
    let (PriceModel::Flat(figure) | PriceModel::PerUnit(figure)) = wanted else {
        return wanted.clone();
    };
    match before {
        PriceModel::Flat(_) => PriceModel::Flat(*figure),
        PriceModel::Package { size, .. } => PriceModel::Package { size: *size, price: *figure },
        PriceModel::PerUnit(_) => PriceModel::PerUnit(*figure),
        PriceModel::Minimum { amount, of, model } => {
            let model = Box::new(like(model, wanted));
            PriceModel::Minimum { amount: *amount, of: *of, model }
        }
        PriceModel::Commitment { amount, overage_factor, model } => {
            let (overage_factor, model) = (*overage_factor, Box::new(like(model, wanted)));
            PriceModel::Commitment { amount: *amount, overage_factor, model }
        }
        PriceModel::Graduated(_)
        | PriceModel::Volume(_)
        | PriceModel::Stairstep(_)
        | PriceModel::Percentage(_)
        | PriceModel::GraduatedPercentage(_)
        | PriceModel::PerDimension { .. } => wanted.clone(),
    }
}

/// When a recurring price is charged under a billing model.
pub(super) const fn timing(it: BillingModel) -> Timing {
    match it {
        BillingModel::BeforeTerm | BillingModel::BeforePeriod => Timing::InAdvance,
        BillingModel::AfterPeriod => Timing::InArrears,
    }
}
