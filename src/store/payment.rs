//! Payments and what goes with them, as they are kept.

use super::codec::Key;
use super::overview;
use super::record::record;
use crate::domain::due::{Due, Duty};
use crate::domain::id::{DepositId, PaymentId, PaymentMethodId, PaymentPlanId, RefundId};
use crate::domain::payment::Payment;
use crate::domain::payment::deposit::Deposit;
use crate::domain::payment::method::PaymentMethod;
use crate::domain::payment::plan::PaymentPlan;
use crate::domain::payment::refund::{Refund, State};

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
    sums
    /// `(month, seller, currency)`: what came in.
    PAYMENT_BY_MONTH = "by_month" => |it, parts| {
        let on = it.received_on.filter(|_| it.state().has_come_in());
        let of = (it.stamp.seller, it.amount().currency());
        parts.extend(on.map(|on| overview::in_month(on, of, [it.amount().as_minor()])));
    },
);

record!(Refund, RefundId, "refund", shape 1,
    /// `(payment, refund)`.
    REFUND_BY_PAYMENT = "by_payment" => |it, keys| {
        keys.push(Key::new().id(it.payment).id(it.id));
    },
    sums
    /// `(month, seller, currency)`: what went back, as less than nothing.
    REFUND_BY_MONTH = "by_month" => |it, parts| {
        let sum = match it.state {
            State::Requested | State::Done => -it.amount.as_minor(),
            State::Failed => 0,
        };
        let of = (it.stamp.seller, it.amount.currency());
        parts.push(overview::in_month(it.refunded_on, of, [sum]));
    },
);

record!(PaymentMethod, PaymentMethodId, "payment_method", shape 1);

record!(PaymentPlan, PaymentPlanId, "payment_plan", shape 1,
    /// `(billing account, plan)`.
    PAYMENT_PLAN_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        keys.push(Key::new().id(it.billing_account).id(it.id));
    },
    due => |it| it.overdue_at().map(|at| Due { at, duty: Duty::Dunning }),
);

record!(Deposit, DepositId, "deposit", shape 1,
    /// `(billing account, deposit)`.
    DEPOSIT_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        keys.push(Key::new().id(it.billing_account).id(it.id));
    },
);

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros, id, stamp};
    use crate::domain::payment::Payer;
    use crate::domain::payment::method::MethodKind;
    use crate::store::record::{decode, encode};

    #[test]
    fn a_payment_and_a_refund_lie_in_these_bytes() {
        let payer =
            Payer { account: id(1), billing_account: id(2), kind: MethodKind::BankTransfer };
        let paid = Payment::manual(id(3), stamp(), payer, euros("5"), date("2026-02-01"));
        let payment = paid.expect("a payment").0;
        let payment = payment.allocate(id(4), euros("3"), stamp().created_at).expect("allocated");
        let bytes = encode(&payment);
        assert_eq!(decode::<Payment>(&bytes).expect("readable"), payment);
        expect!["0100000000000000000000000000000003010100000000000000000000000000000001000000000000000000000000000000000000000000010000000000000000000000000000000200000180a55a000000e807455552030100000000000000000000000000000004d8044555520000455552"].assert_eq(&hex::encode(bytes));
        let refund = Refund {
            id: id(5),
            stamp: stamp(),
            account: id(1),
            billing_account: id(2),
            payment: id(3),
            amount: euros("1"),
            refunded_on: date("2026-02-03"),
            reason: None,
            state: State::Done,
            state_at: stamp().created_at,
        };
        let bytes = encode(&refund);
        assert_eq!(decode::<Refund>(&bytes).expect("readable"), refund);
        expect!["0100000000000000000000000000000005010100000000000000000000000000000001000000000000000000000000000000000000000000010000000000000000000000000000000200000000000000000000000000000003c80145555284a55a000100"].assert_eq(&hex::encode(bytes));
    }
}
