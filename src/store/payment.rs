//! Payments and what goes with them, as they are kept.

use super::codec::Key;
use super::record::record;
use crate::domain::id::{DepositId, PaymentId, PaymentMethodId, PaymentPlanId, RefundId};
use crate::domain::payment::Payment;
use crate::domain::payment::deposit::Deposit;
use crate::domain::payment::method::PaymentMethod;
use crate::domain::payment::plan::PaymentPlan;
use crate::domain::payment::refund::Refund;

record!(Payment, PaymentId, "payment", shape 1,
    /// `(billing account, payment)`.
    PAYMENT_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        keys.push(Key::new().id(it.billing_account).id(it.id));
    },
    /// `(billing account, payment)`: those of which something settles nothing yet.
    PAYMENT_UNALLOCATED = "unallocated" => |it, keys| {
        if it.unallocated().is_ok_and(|left| left.as_minor() > 0) {
            keys.push(Key::new().id(it.billing_account).id(it.id));
        }
    },
    /// `(reference of the gateway, payment)`.
    PAYMENT_BY_GATEWAY = "by_gateway" => |it, keys| {
        keys.extend(it.gateway.as_ref().map(|gateway| {
            Key::new().text(gateway.gateway.as_str()).text(gateway.reference.as_str()).id(it.id)
        }));
    },
);

record!(Refund, RefundId, "refund", shape 1,
    /// `(payment, refund)`.
    REFUND_BY_PAYMENT = "by_payment" => |it, keys| {
        keys.push(Key::new().id(it.payment).id(it.id));
    },
);

record!(PaymentMethod, PaymentMethodId, "payment_method", shape 1);

record!(PaymentPlan, PaymentPlanId, "payment_plan", shape 1,
    /// `(billing account, plan)`.
    PAYMENT_PLAN_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        keys.push(Key::new().id(it.billing_account).id(it.id));
    },
);

record!(Deposit, DepositId, "deposit", shape 1,
    /// `(billing account, deposit)`.
    DEPOSIT_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        keys.push(Key::new().id(it.billing_account).id(it.id));
    },
);
