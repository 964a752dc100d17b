//! What was used, billed and paid.

use super::TASKS;
use crate::api::tmf::applied_rate::AppliedRates;
use crate::api::tmf::balance_action::{
    ADJUSTMENTS, Action, Actions, RESERVATIONS, TOPUPS, TRANSFERS,
};
use crate::api::tmf::bill_credit::CustomerBills;
use crate::api::tmf::entity::Of;
use crate::api::tmf::payment::PAYMENTS;
use crate::api::tmf::prepay::{Accumulated, BUCKETS};
use crate::api::tmf::refund::REFUNDS;
use crate::api::tmf::resource::{
    Api, Default, Events, Happening, Resource, STATELESS, TASK, Verbs,
};
use crate::api::tmf::revenue_sharing::{ALGORITHMS, MODELS, REPORTS};
use crate::api::tmf::task::{BILLS_ON_DEMAND, CONSUMPTIONS};
use crate::api::tmf::tongue::Words;
use crate::api::tmf::usage::Usages;
use crate::api::tmf::usage_specification::USAGE_SPECIFICATIONS;

/// What our fields are called in a payment.
const WORDS: Words = &[
    ("amount", "totalAmount"),
    ("billing_account", "account.id"),
    ("method", "paymentMethod.id"),
    ("reference", "correlatorId"),
];

/// What our fields are called in something that is done with a balance.
const ACTION_WORDS: Words =
    &[("billing_account", "bucket.id"), ("method", "paymentMethod.id"), ("reference", "voucher")];

pub(super) static PAYMENT: Api = Api {
    number: 676,
    base: "/payment/v4",
    resources: &[
        Resource::of("payment", &PAYMENTS)
            .verbs(Verbs::Create)
            .requires(&["account", "paymentMethod", "totalAmount"])
            .assigns(&["paymentDate", "status", "statusDate"])
            .lives("status")
            .speaks(WORDS),
        Resource::of("refund", &REFUNDS)
            .verbs(Verbs::Create)
            .requires(&["account", "paymentMethod", "totalAmount"])
            .assigns(&["status", "statusDate"])
            .lives("status")
            .speaks(WORDS),
    ],
};

pub(super) static USAGE_CONSUMPTION: Api = Api {
    number: 677,
    base: "/tmf-api/usageConsumption/v4",
    resources: &[Resource::of("queryUsageConsumption", &CONSUMPTIONS)
        .verbs(Verbs::CreateRemove)
        .assigns(&["usageConsumption"])
        .tells(TASKS)],
};

pub(super) static CUSTOMER_BILL: Api = Api {
    number: 678,
    base: "/tmf-api/customerBillManagement/v4",
    resources: &[
        Resource::of("customerBillOnDemand", &BILLS_ON_DEMAND)
            .verbs(Verbs::Create)
            .assigns(&["customerBill", "state"])
            .touches("lastUpdate")
            .lives("state")
            .tells(TASK),
        Resource::of("customerBill", &CustomerBills)
            .verbs(Verbs::Change)
            .fixes(BILL)
            .lives("state")
            .touches("lastUpdate")
            .tells(BILLS),
        Resource::of("appliedCustomerBillingRate", &AppliedRates).verbs(Verbs::None).tells(&[]),
    ],
};

/// What is told of bills: they stay.
const BILLS: Events = &[
    (Happening::Created, "CreateEvent"),
    (Happening::Changed, "AttributeValueChangeEvent"),
    (Happening::StateChanged, "StateChangeEvent"),
];

/// What no change of a bill touches: all but its state.
const BILL: &[&str] = &[
    "billDate",
    "billNo",
    "category",
    "lastUpdate",
    "nextBillDate",
    "paymentDueDate",
    "runType",
    "amountDue",
    "appliedPayment",
    "billDocument",
    "billingAccount",
    "billingPeriod",
    "financialAccount",
    "paymentMethod",
    "relatedParty",
    "remainingAmount",
    "taxExcludedAmount",
    "taxIncludedAmount",
    "taxItem",
];

pub(super) static USAGE: Api = Api {
    number: 635,
    base: "/tmf-api/usageManagement/v4",
    resources: &[
        Resource::of("usage", &Usages).assigns(&["status"]).calls("externalId").lives("status"),
        Resource::of("usageSpecification", &USAGE_SPECIFICATIONS)
            .fills(&[("lifecycleStatus", Default::Word("In study"))])
            .tells(STATELESS),
    ],
};

/// What is told of what is done with a balance.
const ACTIONS: Events = &[
    (Happening::Created, "CreateEvent"),
    (Happening::Failed, "FailureEvent"),
    (Happening::StateChanged, "CancelEvent"),
    (Happening::Removed, "CancelEvent"),
];

const fn action(name: &'static str, behind: &'static Action) -> Resource {
    Resource::of(name, behind)
        .assigns(&["confirmationDate", "requestedDate", "status"])
        .lives("status")
        .tells(ACTIONS)
        .speaks(ACTION_WORDS)
}

/// What the house says of an adjustment.
const ADJUSTMENT: &[&str] = &[
    "adjustBalance",
    "confirmationDate",
    "nextPeriodDate",
    "periodsDone",
    "requestedDate",
    "status",
    "statusReason",
];
/// What no change of a transfer touches.
const TRANSFER: &[&str] = &[
    "confirmationDate",
    "description",
    "partyAccount",
    "relatedParty",
    "requestedDate",
    "status",
    "validFor",
];

pub(super) static PREPAY_BALANCE: Api = Api {
    number: 654,
    base: "/tmf-api/prepayBalanceManagement/v4",
    resources: &[
        Resource::of("bucket", &BUCKETS)
            .verbs(Verbs::Create)
            .fills(&[
                ("confirmationDate", Default::Now),
                ("status", Default::Word("suspended")),
                ("usageType", Default::Word("monetary")),
            ])
            .lives("status")
            .tells(&[]),
        action("topupBalance", &TOPUPS).requires(&["amount", "bucket"]),
        action("adjustBalance", &ADJUSTMENTS)
            .requires(&["amount", "usageType", "bucket"])
            .assigns(ADJUSTMENT)
            .fixes(&["confirmationDate", "nextPeriodDate", "periodsDone", "requestedDate"]),
        action("transferBalance", &TRANSFERS)
            .requires(&[
                "reason",
                "receiverLogicalResource",
                "channel",
                "logicalResource",
                "amount",
                "usageType",
                "bucket",
                "receiverBucket",
                "receiverBucketUsageType",
            ])
            .fixes(TRANSFER),
        action("reserveBalance", &RESERVATIONS).requires(&["bucket"]),
        Resource::of("accumulatedBalance", &Of(Accumulated)).verbs(Verbs::None).tells(&[]),
        Resource::of("balanceActionHistory", &Actions)
            .verbs(Verbs::None)
            .lives("status")
            .tells(&[]),
    ],
};

pub(super) static REVENUE_SHARING_ALGORITHM: Api = Api {
    number: 736,
    base: "/tmf-api/revenueSharingAlgorithmManagement/v5",
    resources: &[Resource::of("partyRevSharingAlgorithm", &ALGORITHMS)
        .requires(&["name"])
        .tells(STATELESS)],
};

pub(super) static REVENUE_SHARING_REPORT: Api = Api {
    number: 737,
    base: "/tmf-api/revenueSharingReportManagement/v5",
    resources: &[Resource::of("partyRevSharingReport", &REPORTS)
        .requires(&["money"])
        .lives("status")],
};

pub(super) static REVENUE_SHARING_MODEL: Api = Api {
    number: 738,
    base: "/tmf-api/revenueSharingModelManagement/v5",
    resources: &[Resource::of("partyRevSharingModel", &MODELS)
        .requires(&["name", "relatedParty", "partyRevSharingModelItem"])
        .tells(STATELESS)],
};
