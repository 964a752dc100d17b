//! `/classes`: the terms that a vendor gives to groups of its customers.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::billing_account::CycleForm;
use super::dunning::DunningStep;
use super::merge::MergePatch;
use super::offer::each;
use super::route::{Needs, Route, read, write};
use super::wire::{List, Money, NoQuery, SoldBy, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::account::class::{
    ClassTerms, CreditTerms, CustomerClass, Holding, MemberBuying,
};
use crate::domain::operator::Permission;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog, class};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::ClassRead);
    let writes = Needs::Permission(Permission::ClassWrite);
    vec![
        read("/classes", reads, "List customer classes", list),
        write(Method::POST, "/classes", writes, "Create a customer class", create),
        read("/classes/{id}", reads, "Read a customer class", show),
        write(Method::PATCH, "/classes/{id}", writes, "Change a customer class", revise),
        write(Method::DELETE, "/classes/{id}", writes, "Remove a customer class", remove),
    ]
}

/// A vendor's customers of one kind, and their terms.
#[derive(Debug, Serialize, ToSchema)]
struct Class {
    id: String,
    /// The number people call it by; 0 for the default class.
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// Whether new accounts are in it if nothing else is said.
    default: bool,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
    #[serde(flatten)]
    form: ClassForm,
}

impl Wire for Class {}

/// What may be written of a class.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClassForm {
    /// What it is called.
    name: String,
    /// Whom it is for.
    description: Option<String>,
    /// So many days has the payer, the day of the invoice being the first.
    due_days: u16,
    /// So many days after that are borne without consequence.
    grace_days: u16,
    /// So many days may the balance stay negative before the account is held, counted from the day
    /// of its oldest invoice that is not paid.
    hold_days: u16,
    /// Whether the house holds by itself once both have passed: the days of grace after an invoice
    /// was due, and `hold_days`. It releases again when nothing is overdue.
    automatic_hold: bool,
    /// How much its accounts may owe, at most one amount for each currency.
    #[serde(default)]
    credit_limits: Vec<Money>,
    /// When their invoices are made.
    cycle: CycleForm,
    /// `prepaid` or `postpaid`.
    billing_type: String,
    /// What is done step by step when they do not pay; nothing if there are no steps.
    #[serde(default)]
    dunning: Vec<DunningStep>,
    /// Whether their members may order.
    members_may_buy: bool,
    /// How they are reminded: by `mail`, so that late fees, holds and ends wait until a reminder has gone
    /// out, or by `post` too, which people see to, so that nothing waits for a mail.
    reminders: String,
    /// The channels that are kept for them: nobody else's order comes through one that a class names, but by
    /// who decides on the orders of the seller.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    channels: Vec<String>,
}

impl ClassForm {
    fn of(it: &ClassTerms) -> Self {
        Self {
            name: it.name.to_string(),
            description: it.description.as_ref().map(ToString::to_string),
            due_days: it.credit.due_days,
            grace_days: it.credit.grace_days,
            hold_days: it.credit.hold_days,
            automatic_hold: it.credit.holding == Holding::Automatic,
            credit_limits: it.credit_limits.iter().copied().map(Money::from).collect(),
            cycle: it.cycle.into(),
            billing_type: it.billing_type.to_string(),
            dunning: it.dunning.as_slice().iter().map(DunningStep::of).collect(),
            members_may_buy: it.member_buying == MemberBuying::Allowed,
            reminders: it.reminding.to_string(),
            channels: it.channels.iter().map(ToString::to_string).collect(),
        }
    }

    fn read(&self) -> Result<ClassTerms, Error> {
        let limits = self.credit_limits.iter().enumerate();
        let limits = limits.map(|(place, it)| it.read(&format!("/credit_limits/{place}")));
        let buying =
            if self.members_may_buy { MemberBuying::Allowed } else { MemberBuying::Forbidden };
        Ok(ClassTerms {
            name: parse("/name", &self.name)?,
            description: parse_optional("/description", self.description.as_deref())?,
            credit: CreditTerms {
                due_days: self.due_days,
                grace_days: self.grace_days,
                hold_days: self.hold_days,
                holding: if self.automatic_hold { Holding::Automatic } else { Holding::Manual },
            },
            credit_limits: limits.collect::<Result<_, _>>()?,
            cycle: self.cycle.read("/cycle")?,
            billing_type: parse("/billing_type", &self.billing_type)?,
            dunning: DunningStep::read_all(&self.dunning)?,
            member_buying: buying,
            reminding: parse("/reminders", &self.reminders)?,
            channels: each(&self.channels, "/channels", |it, at| parse(at, it))?
                .into_iter()
                .collect(),
        })
    }
}

/// A customer class as an event tells of it.
pub(super) fn told(it: &CustomerClass) -> impl Wire + use<> {
    wire(it)
}

fn wire(it: &CustomerClass) -> Class {
    Class {
        id: it.id.to_string(),
        number: it.stamp.number,
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        changed_at: it.stamp.changed_at.to_string(),
        default: it.is_default(),
        sold_by: SoldBy::default(),
        form: ClassForm::of(it.terms()),
    }
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Class>>, Error> {
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(class::list(cx, &call.page)?, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(Class { sold_by, ..wire(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Class>, Error> {
    let it: CustomerClass = cx.get(call.id("id")?)?;
    Ok(Reply::ok(wire(&it)).tagged(it.stamp.revision))
}

/// A class to be created: what is left out is as in a new vendor's default class.
fn create(act: &mut Act<'_>, _: &Call, body: MergePatch<ClassForm>) -> Result<Reply<Class>, Error> {
    let blank = ClassTerms::default_terms();
    let form = body.onto(&ClassForm::of(&blank))?;
    let seller = catalog::seller(act.cx(), None)?;
    let it = class::create(act, seller, form.read()?)?;
    let path = format!("/api/v1/classes/{}", it.id);
    Ok(Reply::created(path, wire(&it)).tagged(it.stamp.revision))
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    patch: MergePatch<ClassForm>,
) -> Result<Reply<Class>, Error> {
    let it = class::revise(act, call.id("id")?, call.if_match, |was| {
        patch.onto(&ClassForm::of(&was))?.read()
    })?;
    Ok(Reply::ok(wire(&it)).tagged(it.stamp.revision))
}

fn remove(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    class::remove(act, call.id("id")?, call.if_match)?;
    Ok(Reply::no_content())
}
