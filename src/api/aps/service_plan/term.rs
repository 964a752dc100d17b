//! The periods for which a plan can be bought: our terms.

use serde_json::{Value, json};

use super::fee::{self, Fee, Fees, Place};
use crate::api::aps::amount::{MONEY, money};
use crate::api::aps::period::{PERIOD as SPAN, UNITS, period, times};
use crate::api::aps::property::{Field, Form, Structure};
use crate::domain::catalog::offer::{BillingModel, Offer};
use crate::domain::catalog::term::{RefundAfter, RefundPolicy, Renewal, Term, Trial};
use crate::domain::time::Span;

/// The words for when a plan is charged.
pub(in crate::api::aps) const MODELS: &[&str] = &[
    "CHARGE_BEFORE_SUBSCRIPTION_PERIOD",
    "CHARGE_BEFORE_BILLING_PERIOD",
    "CHARGE_AFTER_BILLING_PERIOD",
];

/// The words for how a period renews.
pub(super) const RENEWALS: &[&str] = &["DISABLED", "ON_LAST_STATEMENT_DAY", "BEFORE_EXPIRATION"];

/// How a subscription renews, and how long before its end.
pub(in crate::api::aps) static AUTO_RENEWAL: Structure = Structure {
    name: "AutoRenewal",
    fields: &[
        Field::required("type", Form::Words(RENEWALS)),
        Field::optional("renewPoint", Form::Integer),
    ],
};

static RENEWAL: Structure = Structure {
    name: "AutoRenewalPeriod",
    fields: &[
        Field::required("type", Form::Words(RENEWALS)),
        Field::optional("renewPoint", Form::Integer),
        Field::optional("duration", Form::Integer),
        Field::optional("unit", Form::Words(UNITS)),
    ],
};

static REFUND: Structure = Structure {
    name: "ServicePlanRefund",
    fields: &[
        Field::optional("nonRefundableAmount", Form::Structure(&MONEY)),
        Field::optional("fullRefundPeriod", Form::Integer),
        Field::optional("proratedRefund", Form::Flag),
    ],
};

static FEES: Structure = Structure {
    name: "ServicePlanSubscriptionPeriodFees",
    fields: &[
        Field::optional("setup", Form::Structure(&fee::FEE)),
        Field::optional("recurring", Form::Structure(&fee::FEE)),
        Field::optional("renewal", Form::Structure(&fee::FEE)),
        Field::optional("deposit", Form::Structure(&fee::FEE)),
    ],
};

/// A period for which a plan can be bought.
pub(super) static PERIOD: Structure = Structure {
    name: "ServicePlanSubscriptionPeriod",
    fields: &[
        Field::optional("period", Form::Structure(&SPAN)),
        Field::optional("numberOfBillingPeriods", Form::Integer),
        Field::optional("trial", Form::Flag),
        Field::optional("defaultPeriod", Form::Flag),
        Field::optional("active", Form::Flag),
        Field::optional("autoRenewalPeriod", Form::Structure(&RENEWAL)),
        Field::optional("fees", Form::Structure(&FEES)),
        Field::optional("refund", Form::Structure(&REFUND)),
    ],
};

/// How long a billing period of a term is.
pub(super) fn billing_period(of: &Offer, term: &Term) -> Span {
    term.billing_period.unwrap_or(of.content.billing.period)
}

/// A period as the bus shows it. One without an end has neither a length nor a number of billing
/// periods.
pub(super) fn shown(of: &Offer, term: &Term, fees: &Fees) -> Value {
    let every = billing_period(of, term);
    let place = Place { term: Some(&term.key), resource: None, every };
    json!({
        "period": term.length.map(period),
        "numberOfBillingPeriods": term.length.and_then(|it| times(it, every)),
        "trial": term.trial == Trial::Whole,
        "defaultPeriod": term.is_default,
        "active": term.is_active,
        "autoRenewalPeriod": auto_renewal(of, term),
        "fees": {
            "setup": fees.shown(Fee::Setup, place),
            "recurring": fees.shown(Fee::Recurring, place),
            "renewal": fees.shown(Fee::Renewal, place),
            "deposit": fees.shown(Fee::Deposit, place),
        },
        "refund": refund(term.refund.as_ref()),
    })
}

/// How a period renews, and into which other one if not into itself.
fn auto_renewal(of: &Offer, term: &Term) -> Value {
    let mut shown = renewal(term.renewal.unwrap_or(of.content.billing.renewal));
    let into = term.renews_into.as_ref();
    let into = into.and_then(|key| of.content.terms.iter().find(|it| it.key == *key));
    if let Some(length) = into.and_then(|it| it.length).map(period) {
        shown["duration"] = length["duration"].clone();
        shown["unit"] = length["unit"].clone();
    }
    shown
}

/// What is paid back; nothing is said where the vendor's own policy holds.
fn refund(it: Option<&RefundPolicy>) -> Value {
    it.map_or_else(
        || json!({}),
        |it| {
            json!({
                "nonRefundableAmount": it.kept.map(|it| money(it.decimal(), it.currency())),
                "fullRefundPeriod": it.full_days,
                "proratedRefund": it.after == RefundAfter::Prorated,
            })
        },
    )
}

/// When a plan is charged, in the words of the bus.
pub(in crate::api::aps) const fn model(it: BillingModel) -> &'static str {
    match it {
        BillingModel::BeforeTerm => MODELS[0],
        BillingModel::BeforePeriod => MODELS[1],
        BillingModel::AfterPeriod => MODELS[2],
    }
}

/// How a period renews, as the bus shows it.
pub(in crate::api::aps) fn renewal(it: Renewal) -> Value {
    match it {
        Renewal::OnOrder => json!({ "type": RENEWALS[0] }),
        Renewal::OnLastDay => json!({ "type": RENEWALS[1] }),
        Renewal::DaysBefore(days) => json!({ "type": RENEWALS[2], "renewPoint": days }),
    }
}
