//! `productOfferingPrice`: the price plans of an offering, of which a buyer picks one.
//!
//! A plan is a price of ours, or several where it has fees that are charged otherwise. No plan at all is
//! free; one called `open`, of which nothing else is said, is open data.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::catalogue::english;
use super::form::{must, text};
use super::price_amount::{self, Amount};
pub(super) use super::price_shown::shown;
use super::wire::Tree;
use super::{charge_period, price_alteration, price_change};
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::offer::{Offer, Openness, Plan};
use crate::domain::catalog::price::alteration::PriceAlteration;
use crate::domain::catalog::price::model::PriceModel;
use crate::domain::catalog::price::{Occasion, Price, PriceKind, PriceVersion, Timing, Versions};
use crate::domain::error::{Invalid, Violation};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Contract;
use crate::domain::text::{Code, Name, Prose, folded};
use crate::domain::time::{Span, Validity, Zone};
use crate::services::{Act, Cx, Error, catalog, offer};

/// The attribute in which they stand.
pub(super) const NAME: &str = "productOfferingPrice";
/// Under which name a price keeps what is said of its alterations beside what is known, by their names.
pub(super) const DETAILS: &str = "alteration details";
/// What a plan is called that is open data.
pub(super) const OPEN: &str = "open";

/// What is known of a plan, but for its amount, of which only a part is.
const KNOWN: &[&str] = &[
    "id",
    "name",
    "description",
    "priceType",
    "recurringChargePeriod",
    "unitOfMeasure",
    price_alteration::NAME,
];

/// For what a price is charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Charged {
    /// Once.
    Once,
    /// For every period.
    Every(Span),
    /// For each unit that is used.
    Used(Name),
}

/// A price of a plan, as it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) name: Name,
    pub(super) description: Option<Prose>,
    pub(super) charged: Charged,
    pub(super) amount: Amount,
    pub(super) alterations: Vec<PriceAlteration>,
    /// The amount in the words of who said it, and what else was said.
    pub(super) beside: Tree,
}

/// A plan, as it was said: the first component is its own, the others are fees beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) name: Name,
    pub(super) description: Option<Prose>,
    pub(super) components: Vec<Component>,
}

/// What an offering is said to cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Costs {
    /// The plans; none if it is free.
    pub(super) plans: Vec<Said>,
    is_open: bool,
}

impl Costs {
    /// Who can have what is delivered.
    pub(super) const fn openness(&self) -> Openness {
        if self.is_open { Openness::Open } else { Openness::Sold }
    }

    /// The period for which all that recurs is charged; a month if nothing recurs, or not alike.
    pub(super) fn period(&self) -> Span {
        let all = self.plans.iter().flat_map(|it| &it.components);
        let spans: Vec<_> = all
            .filter_map(|it| match &it.charged {
                Charged::Every(span) => Some(*span),
                Charged::Once | Charged::Used(_) => None,
            })
            .collect();
        match spans.split_first() {
            Some((first, rest)) if rest.iter().all(|it| it == first) => *first,
            _ => Span::months(1),
        }
    }
}

/// A word without what people write between its parts: `one time` is `onetime`.
pub(super) fn plain(word: &str) -> String {
    word.to_ascii_lowercase().replace([' ', '-', '_'], "")
}

/// What was said that an offering costs; nothing if nothing was.
///
/// # Errors
/// 400 with all that is wrong with the plans.
pub(super) fn read(said: &Tree) -> Result<Option<Costs>, Invalid> {
    let all = match said.get(NAME) {
        None => return Ok(None),
        Some(Value::Null) => return Ok(Some(Costs::default())),
        Some(Value::Array(all)) => all,
        Some(_) => return Err(Invalid::one(NAME, "type", "must be a list")),
    };
    if let [only] = all.as_slice()
        && is_open(only)
    {
        return Ok(Some(Costs { plans: Vec::new(), is_open: true }));
    }
    let (mut plans, mut found, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (place, it) in all.iter().enumerate() {
        let at = format!("{NAME}/{place}/");
        match plan(it.as_object().unwrap_or(&Tree::new())) {
            Ok(plan) => {
                if !names.insert(folded(plan.name.as_str()).collect::<String>()) {
                    let message = format!("`{}` is the name of another plan", plan.name);
                    found.push(Violation::new(format!("{at}name"), "unique", message));
                }
                plans.push(plan);
            }
            Err(invalid) => found.extend(invalid.below(&at).violations),
        }
    }
    Invalid::unless_empty(found)?;
    Ok(Some(Costs { plans, is_open: false }))
}

/// Whether nothing is said of a plan but that it is open.
fn is_open(it: &Value) -> bool {
    let Some(said) = it.as_object() else { return false };
    let is_named = said
        .get("name")
        .and_then(Value::as_str)
        .is_some_and(|it| it.trim().eq_ignore_ascii_case(OPEN));
    let says = |it: (&String, &Value)| {
        !matches!(it.0.as_str(), "name" | "description" | "id") && !is_blank(it.1)
    };
    is_named && !said.iter().any(says)
}

fn is_blank(it: &Value) -> bool {
    match it {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(all) => all.values().all(is_blank),
        Value::Array(all) => all.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn plan(said: &Tree) -> Result<Said, Invalid> {
    let name: Name = must(said, "name")?;
    if name.as_str().eq_ignore_ascii_case(OPEN) {
        let message = "`open` must be the only plan, with nothing but a name and a description";
        return Err(Invalid::one("name", "conflict", message));
    }
    let description: Option<Prose> = text(said, "description")?;
    let mut own = component(said, name.clone())?;
    let mut fees = Vec::new();
    for (place, it) in price_alteration::all(said).into_iter().enumerate() {
        let at = format!("{}/{place}/", price_alteration::NAME);
        let none = Tree::new();
        let it = it.as_object().unwrap_or(&none);
        match altered(&own, it).map_err(|it| it.below(&at))? {
            Altered::By(altered) => {
                let details = price_alteration::beside(it);
                if !details.is_empty() {
                    let all = own.beside.entry(DETAILS).or_insert_with(|| json!({}));
                    all[altered.name.as_str()] = Value::Object(details);
                }
                own.alterations.push(altered);
            }
            Altered::Beside(it) => fees.push(it),
        }
    }
    let components = [vec![own], fees].concat();
    Ok(Said { name, description, components })
}

/// What an alteration comes to.
enum Altered {
    By(PriceAlteration),
    Beside(Component),
}

fn altered(own: &Component, said: &Tree) -> Result<Altered, Invalid> {
    if price_alteration::is_component(said) {
        let word: String = must(said, "priceType")?;
        let is_alike = match (plain(&word).as_str(), &own.charged) {
            ("onetime", _) | ("recurring", Charged::Every(_)) => true,
            (_, Charged::Once | Charged::Every(_) | Charged::Used(_)) => false,
        };
        let has_period = said.get("recurringChargePeriod").is_some_and(|it| !is_blank(it));
        if !is_alike || has_period {
            return Ok(Altered::Beside(fee(own, said)?));
        }
    }
    price_alteration::read(said, own.amount.base).map(Altered::By)
}

/// A fee that is charged otherwise than the plan it stands in.
fn fee(own: &Component, said: &Tree) -> Result<Component, Invalid> {
    let mut said = said.clone();
    if let Some(price) = said.get_mut("price").and_then(Value::as_object_mut) {
        let currency = own.amount.currency.code();
        price.entry("currencyCode").or_insert_with(|| currency.into());
    }
    let fee = component(&said, must(&said, "name")?)?;
    if fee.amount.currency != own.amount.currency {
        let message = format!("must be `{}` like that of the plan", own.amount.currency);
        return Err(Invalid::one("price/currencyCode", "conflict", message));
    }
    Ok(fee)
}

fn component(said: &Tree, name: Name) -> Result<Component, Invalid> {
    let charged = charged(said)?;
    let none = Tree::new();
    let price = said.get(price_amount::NAME).and_then(Value::as_object).unwrap_or(&none);
    let amount = price_amount::read(price).map_err(|it| it.below("price/"))?;
    Ok(Component {
        name,
        description: text(said, "description")?,
        charged,
        amount,
        alterations: Vec::new(),
        beside: said.iter().filter(|it| !KNOWN.contains(&&**it.0)).map(owned).collect(),
    })
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

fn charged(said: &Tree) -> Result<Charged, Invalid> {
    let word: String = must(said, "priceType")?;
    match plain(&word).as_str() {
        "onetime" => Ok(Charged::Once),
        "recurring" => Ok(Charged::Every(period(said)?)),
        "usage" => Ok(Charged::Used(must(said, "unitOfMeasure")?)),
        _ => {
            let message = format!("`{word}` is none of `one time`, `recurring` and `usage`");
            Err(Invalid::one("priceType", "enum", message))
        }
    }
}

fn period(said: &Tree) -> Result<Span, Invalid> {
    const FIELD: &str = "recurringChargePeriod";
    let word: String = must(said, FIELD)?;
    let found = charge_period::ALL.iter().find(|it| it.0.eq_ignore_ascii_case(word.trim()));
    let found = found.map(|it| it.1).or_else(|| word.trim().parse().ok());
    found.ok_or_else(|| {
        let words: Vec<_> = charge_period::ALL.iter().map(|it| it.0).collect();
        let message = format!("`{word}` is none of `{}`", words.join("`, `"));
        Invalid::one(FIELD, "enum", message)
    })
}

/// Lets an offering cost what was said.
///
/// # Errors
/// If it was on the market and something other than a figure, or a plan more or less, is said; if the
/// caller may not.
pub(super) fn settle(act: &mut Act<'_>, it: &Offer, costs: &Costs) -> Result<(), Error> {
    let now = Tree::from_iter([(NAME.to_owned(), shown(act.cx(), it)?.into())]);
    if read(&now).is_ok_and(|it| it.unwrap_or_default() == *costs) {
        return Ok(());
    }
    if it.life.was_on_market() {
        return price_change::settle(act, it, costs);
    }
    for price in offer::prices(act.cx(), it.id)? {
        offer::drop_price(act, price.id, None)?;
    }
    let plans = plans(&[], costs)?;
    keep_plans(act, it, (plans.clone(), costs))?;
    for (plan, said) in plans.iter().zip(&costs.plans) {
        add(act, it, (plan, said))?;
    }
    Ok(())
}

/// The plans that were said, with the keys of those that are there by their names.
///
/// # Errors
/// If a key cannot be made.
pub(super) fn plans(before: &[Plan], costs: &Costs) -> Result<Vec<Plan>, Error> {
    let mut all = Vec::new();
    for (place, said) in costs.plans.iter().enumerate() {
        let known = before.iter().find(|it| is_called(it, &said.name));
        let key = match known {
            Some(it) => it.key.clone(),
            None => key(place, &said.name)?,
        };
        let description = said.description.clone().map(english).transpose()?;
        all.push(Plan { key, name: english(said.name.clone())?, description });
    }
    Ok(all)
}

/// Whether a plan has a name, in any case.
pub(super) fn is_called(it: &Plan, name: &Name) -> bool {
    folded(it.name.original().as_str()).eq(folded(name.as_str()))
}

fn key(place: usize, name: &Name) -> Result<Code, Error> {
    let like = Code::like(name.as_str()).map_or_else(|| "plan".to_owned(), |it| it.to_string());
    format!("{like}-{}", place + 1).parse().map_err(Error::internal)
}

/// Keeps the plans of an offering, and what follows from them.
pub(super) fn keep_plans(
    act: &mut Act<'_>,
    it: &Offer,
    (plans, costs): (Vec<Plan>, &Costs),
) -> Result<(), Error> {
    let (openness, period) = (costs.openness(), costs.period());
    offer::revise(act, it.id, None, |mut content| {
        (content.plans, content.openness, content.billing.period) = (plans, openness, period);
        Ok(content)
    })
    .map(drop)
}

/// Adds the prices of a plan.
pub(super) fn add(
    act: &mut Act<'_>,
    it: &Offer,
    (plan, said): (&Plan, &Said),
) -> Result<(), Error> {
    for component in &said.components {
        let kind = kind(act, it, &component.charged)?;
        let version = version(act.cx(), component);
        let carried = serde_json::to_vec(&component.beside).map_err(Error::internal)?;
        let Component { name, description, amount, alterations, .. } = component.clone();
        let Amount { currency, base, .. } = amount;
        let (plan, of) = (Some(plan.key.clone()), it.id);
        offer::add_price(act, of, |id, mut stamp| {
            stamp.carried.insert(Contract::Bae, carried);
            Ok(Price {
                id,
                stamp,
                name,
                names: BTreeMap::new(),
                description,
                offer: of,
                plan,
                term: None,
                currency,
                tax_category: None,
                base,
                resource: None,
                kind,
                conditions: Vec::new(),
                alterations,
                life: Life::new(State::Active, Validity::ALWAYS)?,
                versions: Versions::first(version)?,
                next_at: None,
            })
        })?;
    }
    Ok(())
}

/// The figures of a component from today on.
pub(super) fn version(cx: Cx<'_>, of: &Component) -> PriceVersion {
    let model = PriceModel::PerUnit(of.amount.figure);
    PriceVersion { valid_from: Zone::UTC.date_of(cx.now), included: Quantity::ZERO, model }
}

fn kind(act: &mut Act<'_>, it: &Offer, charged: &Charged) -> Result<PriceKind, Error> {
    Ok(match charged {
        Charged::Once => PriceKind::OneTime(Occasion::Plain),
        Charged::Every(every) => PriceKind::Recurring { every: *every, timing: Timing::InAdvance },
        Charged::Used(unit) => {
            PriceKind::Usage { meter: catalog::meter_in(act, it.stamp.seller, unit)?.id }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::bae::price_shown::shown_period;
    use crate::api::bae::wire::tree;

    fn costs(all: Value) -> Result<Costs, Vec<String>> {
        let read = read(&tree(json!({ NAME: all })));
        let read = read.map(Option::unwrap_or_default);
        read.map_err(|it| it.violations.into_iter().map(|it| it.field).collect())
    }

    fn monthly() -> Value {
        let price = json!({ "taxIncludedAmount": "12", "dutyFreeAmount": "10", "taxRate": "20", "currencyCode": "EUR" });
        json!({
            "name": "Monthly", "priceType": "recurring", "recurringChargePeriod": "monthly",
            "price": price,
        })
    }

    fn with(mut it: Value, name: &str, value: Value) -> Value {
        it[name] = value;
        it
    }

    #[test]
    fn plans_are_alternatives_and_none_is_free() {
        let usage = with(monthly(), "priceType", json!("USAGE"));
        let usage = with(with(usage, "unitOfMeasure", json!("call")), "name", json!("Use"));
        let read = costs(json!([monthly(), usage])).expect("plans");
        let told: Vec<_> = read.plans.iter().map(|it| it.components[0].charged.clone()).collect();
        let call = "call".parse().expect("a name");
        assert_eq!(told, [Charged::Every(Span::months(1)), Charged::Used(call)]);
        assert_eq!(costs(json!([])), Ok(Costs::default()));
    }

    #[test]
    fn what_is_wrong_with_plans_is_told_at_once_with_their_places() {
        let fields = |all: Value| costs(all).err().unwrap_or_default();
        let at = |place: usize, field: &str| format!("{NAME}/{place}/{field}");
        let without = |name: &str| with(monthly(), name, Value::Null);
        assert_eq!(fields(json!([without("name")])), [at(0, "name")]);
        assert_eq!(fields(json!([without("priceType")])), [at(0, "priceType")]);
        assert_eq!(
            fields(json!([without("recurringChargePeriod")])),
            [at(0, "recurringChargePeriod")]
        );
        let word = |name: &str, word: &str| with(monthly(), name, json!(word));
        assert_eq!(fields(json!([word("priceType", "barter")])), [at(0, "priceType")]);
        assert_eq!(fields(json!([word("priceType", "usage")])), [at(0, "unitOfMeasure")]);
        assert_eq!(fields(json!([monthly(), word("name", "MONTHLY")])), [at(1, "name")]);
        let both = json!([without("price"), word("priceType", "barter")]);
        assert_eq!(fields(both), [at(0, "price/currencyCode"), at(1, "priceType")]);
        let twice = json!([monthly(), { "name": "open" }]);
        assert_eq!(fields(twice), [at(1, "name")]);
    }

    #[test]
    fn all_periods_of_the_contract_are_spans_of_the_calendar() {
        for (word, span) in charge_period::ALL {
            let read = costs(json!([with(monthly(), "recurringChargePeriod", json!(word))]));
            assert_eq!(read.map(|it| it.period()), Ok(*span));
            assert_eq!(shown_period(*span), *word);
        }
    }

    #[test]
    fn one_plan_called_open_is_open_data() {
        let open = |it: Value| costs(it).map(|it| it.openness());
        assert_eq!(open(json!([{ "name": "Open", "description": "" }])), Ok(Openness::Open));
        assert_eq!(open(json!([monthly()])), Ok(Openness::Sold));
        assert!(open(json!([with(monthly(), "name", json!("open"))])).is_err());
    }

    #[test]
    fn a_fee_that_is_charged_otherwise_is_one_more_price() {
        let price = json!({ "taxIncludedAmount": "5", "dutyFreeAmount": "4" });
        let fee = |kind: &str| json!({ "name": "Setup fee", "priceType": kind, "price": price });
        let told = |it: Value| {
            let plan = with(monthly(), price_alteration::NAME, it);
            let read = costs(json!([plan])).expect("a plan");
            let plan = &read.plans[0];
            (plan.components.len(), plan.components[0].alterations.len())
        };
        assert_eq!(told(fee("one time")), (1, 1));
        assert_eq!(told(fee("recurring")), (1, 1));
        let usage = with(fee("usage"), "unitOfMeasure", json!("call"));
        assert_eq!(told(usage), (2, 0));
        let yearly = with(fee("recurring"), "recurringChargePeriod", json!("yearly"));
        assert_eq!(told(yearly), (2, 0));
        assert_eq!(told(with(fee("one time"), "priceCondition", json!("lt 9"))), (1, 1));
    }
}
