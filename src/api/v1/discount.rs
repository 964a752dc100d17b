//! `/discounts`: what a seller lowers for its customers.

use std::collections::BTreeSet;
use std::str::FromStr;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::localized::Texts;
use super::merge::MergePatch;
use super::route::{Needs, Route, read, write};
use super::wire::{Decimal, List, Money, NoQuery, SoldBy, absent, object, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::catalog::discount::{self as domain, DiscountTerms, Lasting, Reduction};
use crate::domain::error::{Invalid, Violation};
use crate::domain::operator::Permission;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::time::Date;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog, discount};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CatalogRead);
    let writes = Needs::Permission(Permission::CatalogWrite);
    let post = Method::POST;
    vec![
        read("/discounts", reads, "List discounts", list),
        write(post.clone(), "/discounts", writes, "Create a discount", create),
        read("/discounts/{id}", reads, "Read a discount", show),
        write(Method::PATCH, "/discounts/{id}", writes, "Change a discount", revise),
        write(post, "/discounts/{id}/end", writes, "Give a discount no longer", end),
    ]
}

/// What lowers prices for customers.
#[derive(Debug, Serialize, ToSchema)]
struct Discount {
    id: String,
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// The first day for which it is given no longer, not even to who got it; `null` while it was
    /// not ended.
    ended_on: Option<String>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
    #[serde(flatten)]
    form: DiscountForm,
}

impl Wire for Discount {}

/// What may be written of a discount. Exactly one of `percent`, `amount` and `fee` is said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DiscountForm {
    /// What invoices call it.
    name: Texts,
    /// So many hundredths are taken off: `10`.
    percent: Option<Decimal>,
    /// So much is taken off the price of a whole period, but never more than it is.
    amount: Option<Money>,
    /// The price is replaced by this fee, if that is less: for each unit, or once where units do not
    /// count.
    fee: Option<Money>,
    /// `once`, `always`, `for` a time or for so many `charges`.
    #[schema(required, nullable = false)]
    lasting: Option<String>,
    /// With `for`: how long, from the day on which it was got: `2 months`. What a coupon unlocks is given on
    /// the days of that time, whenever they are billed; the free days of a trial use nothing of it up. An amount is
    /// taken off one bill for each whole billing period of that time, and off one at least.
    span: Option<String>,
    /// With `charges`: how many.
    charges: Option<u32>,
    /// On what and for whom; on everything and for everybody if nothing is said.
    #[serde(default, deserialize_with = "object")]
    scope: ScopeForm,
    /// `automatic`, or `coupon` if it takes one to get it.
    #[schema(required, nullable = false)]
    access: Option<String>,
    /// Of equally specific discounts the one with the higher priority is given.
    #[serde(default)]
    priority: u8,
    /// The first day on which it can be got; today if nothing is said.
    valid_from: Option<String>,
    /// The first day on which it can be got no longer. Who got it keeps it.
    valid_until: Option<String>,
}

/// What can be said of how long one lasts.
const LASTING: &str = "once, always, for, charges";

/// On what a discount is given, and to whom. An empty list is no rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ScopeForm {
    /// On these offers.
    offers: Vec<String>,
    /// On these terms of offers, by their keys.
    terms: Vec<String>,
    /// On these resources.
    resources: Vec<String>,
    /// On these prices.
    prices: Vec<String>,
    /// On these sorts of charge: `setup`, `recurring`, `renewal`, `usage`.
    charges: Vec<String>,
    /// To accounts of these classes.
    classes: Vec<String>,
    /// To these accounts.
    accounts: Vec<String>,
}

impl ScopeForm {
    fn of(it: &domain::Scope) -> Self {
        Self {
            offers: texts(&it.offers),
            terms: texts(&it.terms),
            resources: texts(&it.resources),
            prices: texts(&it.prices),
            charges: texts(&it.charges),
            classes: texts(&it.classes),
            accounts: texts(&it.accounts),
        }
    }

    fn read(&self) -> Result<domain::Scope, Invalid> {
        Ok(domain::Scope {
            offers: set("/scope/offers", &self.offers)?,
            terms: set("/scope/terms", &self.terms)?,
            resources: set("/scope/resources", &self.resources)?,
            prices: set("/scope/prices", &self.prices)?,
            charges: set("/scope/charges", &self.charges)?,
            classes: set("/scope/classes", &self.classes)?,
            accounts: set("/scope/accounts", &self.accounts)?,
        })
    }
}

fn texts<T: ToString>(all: &BTreeSet<T>) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn set<T: FromStr + Ord>(at: &str, all: &[String]) -> Result<BTreeSet<T>, Invalid>
where
    T::Err: std::fmt::Display,
{
    all.iter().enumerate().map(|(place, it)| parse(&format!("{at}/{place}"), it)).collect()
}

impl DiscountForm {
    fn of(it: &DiscountTerms) -> Self {
        let (percent, amount, fee) = match it.reduction {
            Reduction::Share(it) => (Some(Decimal::from(&it.decimal().normalize())), None, None),
            Reduction::Amount(it) => (None, Some(Money::from(it)), None),
            Reduction::Fee(it) => (None, None, Some(Money::from(it))),
        };
        let (lasting, span, charges) = match it.lasting {
            Lasting::Once => ("once", None, None),
            Lasting::Always => ("always", None, None),
            Lasting::For(span) => ("for", Some(span.to_string()), None),
            Lasting::Charges(charges) => ("charges", None, Some(charges)),
        };
        Self {
            name: Texts::from(&it.name),
            percent,
            amount,
            fee,
            lasting: Some(lasting.to_owned()),
            span,
            charges,
            scope: ScopeForm::of(&it.scope),
            access: Some(it.access.to_string()),
            priority: it.priority,
            valid_from: Some(it.valid_from.to_string()),
            valid_until: it.valid_until.map(|it| it.to_string()),
        }
    }

    fn read(&self, today: Date) -> Result<DiscountTerms, Invalid> {
        let valid_from = parse_optional("/valid_from", self.valid_from.as_deref())?;
        let (lasting, access) = self.said()?;
        Ok(DiscountTerms {
            name: self.name.read("/name")?,
            reduction: self.reduction()?,
            lasting: self.lasting(lasting)?,
            scope: self.scope.read()?,
            access: parse("/access", access)?,
            priority: self.priority,
            valid_from: valid_from.unwrap_or(today),
            valid_until: parse_optional("/valid_until", self.valid_until.as_deref())?,
        })
    }

    /// How long it lasts and who gets it. Both are said: nothing is given to everybody for ever because
    /// a word was left out.
    fn said(&self) -> Result<(&str, &str), Invalid> {
        let (lasting, access) = (self.lasting.as_deref(), self.access.as_deref());
        if let (Some(lasting), Some(access)) = (lasting, access) {
            return Ok((lasting, access));
        }
        let words = domain::Access::ALL.iter().map(|it| it.word()).collect::<Vec<_>>().join(", ");
        let fields = [("/lasting", lasting, LASTING), ("/access", access, words.as_str())];
        let missing = fields.into_iter().filter(|it| it.1.is_none());
        let violations = missing
            .map(|(at, _, words)| Violation::new(at, "required", format!("must be one of {words}")))
            .collect();
        Err(Invalid { violations })
    }

    fn reduction(&self) -> Result<Reduction, Invalid> {
        match (&self.percent, &self.amount, &self.fee) {
            (Some(percent), None, None) => {
                let percent: Quantity = percent.read("/percent")?;
                Ok(Reduction::Share(Percent::new(percent.decimal())))
            }
            (None, Some(amount), None) => Ok(Reduction::Amount(amount.read("/amount")?)),
            (None, None, Some(fee)) => Ok(Reduction::Fee(fee.read("/fee")?)),
            (None, None, None) => {
                let why = "must be said, or else `amount` or `fee`";
                Err(Invalid::one("/percent", "required", why))
            }
            (Some(_), Some(_) | None, Some(_) | None) | (None, Some(_), Some(_)) => {
                let why = "only one of `percent`, `amount` and `fee` can be said";
                Err(Invalid::one("/percent", "conflict", why))
            }
        }
    }

    fn lasting(&self, word: &str) -> Result<Lasting, Invalid> {
        let (span, charges) = (self.span.as_ref(), self.charges.as_ref());
        if word != "for" {
            absent("/span", span, &format!("`{word}`"))?;
        }
        if word != "charges" {
            absent("/charges", charges, &format!("`{word}`"))?;
        }
        let missing = |field| Invalid::one(field, "required", "must say how long it lasts");
        match word {
            "once" => Ok(Lasting::Once),
            "always" => Ok(Lasting::Always),
            "for" => Ok(Lasting::For(parse("/span", span.ok_or_else(|| missing("/span"))?)?)),
            "charges" => Ok(Lasting::Charges(*charges.ok_or_else(|| missing("/charges"))?)),
            _ => Err(Invalid::one("/lasting", "enum", format!("must be one of {LASTING}"))),
        }
    }
}

fn wire(it: &domain::Discount) -> Discount {
    Discount {
        id: it.id.to_string(),
        number: it.stamp.number,
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        changed_at: it.stamp.changed_at.to_string(),
        ended_on: it.ended_on().map(|it| it.to_string()),
        sold_by: SoldBy::default(),
        form: DiscountForm::of(it.terms()),
    }
}

/// A discount as an event tells of it.
pub(super) fn told(it: &domain::Discount) -> impl Wire + use<> {
    wire(it)
}

fn tagged(it: &domain::Discount) -> Reply<Discount> {
    Reply::ok(wire(it)).tagged(it.stamp.revision)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Discount>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::Discount| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(Discount { sold_by, ..wire(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Discount>, Error> {
    Ok(tagged(&cx.get::<domain::Discount>(call.id("id")?)?))
}

/// A discount of the caller's own account, or of the provider.
fn create(act: &mut Act<'_>, _: &Call, body: DiscountForm) -> Result<Reply<Discount>, Error> {
    let seller = catalog::seller(act.cx(), None)?;
    let terms = body.read(discount::today(act.cx()))?;
    let it = discount::create(act, seller, terms)?;
    let path = format!("/api/v1/discounts/{}", it.id);
    Ok(Reply::created(path, wire(&it)).tagged(it.stamp.revision))
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    patch: MergePatch<DiscountForm>,
) -> Result<Reply<Discount>, Error> {
    let it = discount::revise(act, (call.id("id")?, call.if_match), |was| {
        Ok(patch.onto(&DiscountForm::of(&was))?.read(was.valid_from)?)
    })?;
    Ok(tagged(&it))
}

/// When a discount ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndDiscount {
    /// The first day for which it is given no longer; today if nothing is said.
    on: Option<String>,
}

fn end(act: &mut Act<'_>, call: &Call, body: EndDiscount) -> Result<Reply<Discount>, Error> {
    let on = parse_optional("/on", body.on.as_deref())?;
    Ok(tagged(&discount::end(act, (call.id("id")?, call.if_match), on)?))
}
