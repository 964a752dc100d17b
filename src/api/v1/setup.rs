//! `/setup`: the first minutes of an appliance.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, work};
use super::session::{self, SessionShown};
use super::wire::{parse, parse_optional};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::party::individual::PersonName;
use crate::services::mail;
use crate::services::setup::{self, Founding};
use crate::services::{Bss, Error};

pub(super) fn routes() -> Vec<Route> {
    let most = ORDINARY_BYTES_MAX;
    let whether = "Whether the appliance is to be set up";
    vec![
        work(Method::GET, "/setup", Needs::Nothing, whether, (most, show)),
        work(Method::POST, "/setup", Needs::Nothing, "Set the appliance up", (most, begin)),
    ]
}

/// How far the appliance is.
#[derive(Debug, Serialize, ToSchema)]
struct SetupShown {
    /// Whether it waits for its first operator.
    needed: bool,
    /// Whether mails reach people, and do not only become files in a folder; for who sees the
    /// settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    mails_reach_people: Option<bool>,
}

impl Wire for SetupShown {}

fn show(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<SetupShown>, Error> {
    let needed = bss.read(&call.actor, setup::is_needed)?;
    let sees = call.actor.may_at_all(Permission::SettingsRead);
    let mails_reach_people = sees.then(|| mail::reach_people(bss));
    Ok(Reply::ok(SetupShown { needed, mails_reach_people }))
}

/// What an appliance begins with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetupBody {
    /// What the set-up link carries.
    token: String,
    /// The first operator's mail address.
    email: String,
    password: String,
    /// What the first operator is called.
    name: String,
    /// What the provider is called; `Provider` if nothing is said.
    company: Option<String>,
    /// The language of the house; `en` if nothing is said.
    locale: Option<String>,
    /// In which currency the provider bills; `EUR` if nothing is said.
    currency: Option<String>,
    /// The IANA zone in which the provider's days begin; `UTC` if nothing is said.
    zone: Option<String>,
    /// What is done when customers pay late: `borne`, nothing beyond one reminder; `dunned`,
    /// reminders week by week and then a hold. Borne if nothing is said; the customer class says it
    /// in detail.
    late_payment: Option<String>,
}

impl SetupBody {
    fn read(&self) -> Result<Founding, Invalid> {
        let name = PersonName::of_line(&parse("/name", &self.name)?);
        let blank = Founding::by(name, parse("/email", &self.email)?, self.password.clone());
        let company = parse_optional("/company", self.company.as_deref())?;
        let locale = parse_optional("/locale", self.locale.as_deref())?;
        let currency = parse_optional("/currency", self.currency.as_deref())?;
        let zone = parse_optional("/zone", self.zone.as_deref())?;
        let late_payment = parse_optional("/late_payment", self.late_payment.as_deref())?;
        Ok(Founding {
            company: company.unwrap_or_else(|| blank.company.clone()),
            locale: locale.unwrap_or_else(|| blank.locale.clone()),
            currency: currency.unwrap_or(blank.currency),
            zone: zone.unwrap_or(blank.zone),
            late_payment: late_payment.unwrap_or(blank.late_payment),
            ..blank
        })
    }
}

fn begin(bss: &Arc<Bss>, call: &Call, body: SetupBody) -> Result<Reply<SessionShown>, Error> {
    let agent = call.way.agent.clone();
    let signed_in = setup::begin(bss, &body.token, body.read()?, agent)?;
    session::welcome(bss, call, &signed_in)
}
