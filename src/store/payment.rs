//! Payments and what goes with them, as they are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::catalog::of_seller;
use super::check::Report;
use super::codec::Key;
use super::journal::{self, Balance};
use super::record::{Record, record};
use super::view::{KeyRange, View};
use super::{StoreError, overview};
use crate::domain::due::{Due, Duty};
use crate::domain::id::{
    BankStatementId, BillingAccountId, DebitOrderId, DepositId, GatewayId, PaymentId,
    PaymentMethodId, PaymentPlanId, RefundId,
};
use crate::domain::journal::{Holder, Ledger};
use crate::domain::money::{Currency, Money};
use crate::domain::page::PageOrder;
use crate::domain::payment::Payment;
use crate::domain::payment::debit::DebitOrder;
use crate::domain::payment::deposit::{self, Deposit};
use crate::domain::payment::gateway::Gateway;
use crate::domain::payment::lifecycle;
use crate::domain::payment::method::PaymentMethod;
use crate::domain::payment::plan::PaymentPlan;
use crate::domain::payment::refund::{Refund, State};
use crate::domain::payment::statement::BankStatement;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Iban, Name};

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
    /// `(invoice, payment)`: what was tried to settle it, through a gateway or by mandate.
    PAYMENT_BY_INVOICE = "by_invoice" => |it, keys| {
        keys.extend(it.is_for().map(|invoice| Key::new().id(invoice).id(it.id)));
    },
    /// `(invoice, payment)`: what settles it.
    PAYMENT_SETTLES = "settles" => |it, keys| {
        keys.extend(it.allocations().iter().map(|part| Key::new().id(part.invoice).id(it.id)));
    },
    /// `(billing account, payment)`: those through gateways that are under way.
    PAYMENT_UNDER_WAY = "under_way" => |it, keys| {
        if it.attempt.is_some() && it.state().is_under_way() {
            keys.push(Key::new().id(it.billing_account).id(it.id));
        }
    },
    /// `(method, payment)`: what was ordered by the mandate of a method, and not called off.
    PAYMENT_BY_MANDATE = "by_mandate" => |it, keys| {
        let is_live = it.debit.is_some() && it.state() != lifecycle::State::Canceled;
        let method = it.method.filter(|_| is_live);
        keys.extend(method.map(|method| Key::new().id(method).id(it.id)));
    },
    sums
    /// `(month, seller, currency)`: what came in.
    PAYMENT_BY_MONTH = "by_month" => |it, parts| {
        let on = it.received_on.filter(|_| it.state().has_come_in());
        let of = (it.stamp.seller, it.amount().currency());
        parts.extend(on.map(|on| overview::in_month(on, of, [it.amount().as_minor()])));
    },
    due => |it| it.due_at().map(|at| Due { at, duty: Duty::Collection }),
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
            State::Requested | State::Sent | State::Done => -it.amount.as_minor(),
            State::Failed => 0,
        };
        let of = (it.stamp.seller, it.amount.currency());
        parts.push(overview::in_month(it.refunded_on, of, [sum]));
    },
    due => |it| it.due_at().map(|at| Due { at, duty: Duty::Collection }),
);

record!(Gateway, GatewayId, "gateway", shape 1,
    /// `(seller, code, gateway)`: those that take payments.
    GATEWAY_BY_CODE = "by_code" => |it, keys| {
        let key = || of_seller(it.stamp.seller, it.code.as_str()).id(it.id);
        keys.extend(it.is_active().then(key));
    },
);

record!(PaymentMethod, PaymentMethodId, "payment_method", shape 1,
    /// `(seller, method)`: the mandates that are used where nothing else is said.
    PAYMENT_METHOD_MANDATE = "mandate" => |it, keys| {
        if it.is_default && it.mandate().is_some() && it.is_kept() {
            keys.push(Key::new().u32(it.stamp.seller.0).id(it.id));
        }
    },
);

record!(DebitOrder, DebitOrderId, "debit_order", shape 1);

record!(BankStatement, BankStatementId, "bank_statement", shape 1,
    /// `(seller, account, what the bank calls it, statement)`.
    BANK_STATEMENT_BY_REFERENCE = "by_reference" => |it, keys| {
        keys.push(of_account(it.stamp.seller, &it.account).text(it.reference.as_str()).id(it.id));
    },
    /// `(seller, account, what the bank calls some movements, statement)`.
    BANK_STATEMENT_LINE = "line" => |it, keys| {
        let named = it.lines.iter().filter_map(|it| it.movement.reference.as_ref());
        let key = |name: &str| of_account(it.stamp.seller, &it.account).text(name).id(it.id);
        keys.extend(named.map(Name::as_str).collect::<BTreeSet<_>>().into_iter().map(key));
    },
);

/// What begins the keys of a seller's bank account.
pub fn of_account(seller: SellerNumber, account: &Iban) -> Key {
    of_seller(seller, account.as_str())
}

record!(PaymentPlan, PaymentPlanId, "payment_plan", shape 1,
    /// `(billing account, plan)`.
    PAYMENT_PLAN_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        keys.push(Key::new().id(it.billing_account).id(it.id));
    },
    due => |it| it.next_at().map(|at| Due { at, duty: Duty::Dunning }),
);

record!(Deposit, DepositId, "deposit", shape 1,
    /// `(billing account, deposit)`.
    DEPOSIT_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        keys.push(Key::new().id(it.taken.billing_account).id(it.id));
    },
    /// `(invoice, deposit)`.
    DEPOSIT_BY_INVOICE = "by_invoice" => |it, keys| {
        keys.push(Key::new().id(it.taken.invoice).id(it.id));
    },
    /// `(subscription, deposit)`: those that are held.
    DEPOSIT_HELD = "held" => |it, keys| {
        let is_held = it.state() == deposit::State::Held;
        keys.extend(is_held.then(|| Key::new().id(it.taken.subscription).id(it.id)));
    },
);

/// Checks that what the journal says is held is what the deposits say.
pub(super) fn checked(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let mut held = BTreeMap::<(SellerNumber, BillingAccountId, Currency), Money>::new();
    view.scan(Deposit::TABLE, &KeyRange::all(), PageOrder::Rising, &mut |_, value| {
        let it: Deposit = super::record::decode(value)?;
        let of = (it.stamp.seller, it.taken.billing_account, it.amount().currency());
        let sum = held.entry(of).or_insert(Money::zero(of.2));
        *sum = sum.plus(it.left()).map_err(|_| unreadable())?;
        Ok(ControlFlow::Continue(()))
    })?;
    let is_held = |it: &Balance| it.key.ledger == Ledger::DepositsHeld;
    for balance in journal::all_balances(view)?.into_iter().filter(is_held) {
        let Holder::Customer(customer) = balance.key.holder else { continue };
        let of = (balance.key.seller, customer, balance.key.currency);
        let sum = held.remove(&of).unwrap_or(Money::zero(of.2));
        let booked = balance.amount.negated().map_err(|_| unreadable())?;
        if booked != sum {
            let what = format_args!("{customer} has {sum} held, and {booked} by the journal");
            report.find(Deposit::TABLE, what);
        }
    }
    for ((_, customer, _), sum) in held.into_iter().filter(|it| !it.1.is_zero()) {
        let what = format_args!("{customer} has {sum} held, and nothing by the journal");
        report.find(Deposit::TABLE, what);
    }
    Ok(())
}

const fn unreadable() -> StoreError {
    StoreError::Unreadable { table: Deposit::TABLE.0, source: None }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros, id, issue, stamp};
    use crate::domain::payment::Payer;
    use crate::domain::payment::attempt::{Attempt, Decline, Initiative, Reason};
    use crate::domain::payment::debit::{self, Collector, OrderedDebit};
    use crate::domain::payment::gateway::{Access, GatewayKind, KeepGateway};
    use crate::domain::payment::mandate::{Scheme, Sequence};
    use crate::domain::payment::method::MethodKind;
    use crate::domain::payment::statement::{Movement, Outcome};
    use crate::domain::sealed::Sealed;
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
        expect!["0100000000000000000000000000000003010100000000000000000000000000000001000000000000000000000000000000000000000000010000000000000000000000000000000200000180a55a00000000e807455552030100000000000000000000000000000004d8044555520000455552"].assert_eq(&hex::encode(bytes));
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
            look_at: None,
            misses: 0,
            reference: None,
            trouble: None,
        };
        let bytes = encode(&refund);
        assert_eq!(decode::<Refund>(&bytes).expect("readable"), refund);
        expect!["0100000000000000000000000000000005010100000000000000000000000000000001000000000000000000000000000000000000000000010000000000000000000000000000000200000000000000000000000000000003c80145555284a55a00010000000000"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn a_debit_order_and_a_bank_statement_lie_in_these_bytes() {
        let account: Iban = "DE89370400440532013000".parse().expect("an account");
        let order = DebitOrder {
            id: id(8),
            stamp: stamp(),
            scheme: Scheme::B2b,
            collector: Collector {
                creditor: "DE98ZZZ09999999999".parse().expect("a creditor"),
                name: "Me".parse().expect("a name"),
                iban: account.clone(),
                bic: None,
            },
            collect_on: date("2026-02-03"),
            debits: vec![OrderedDebit {
                payment: id(3),
                invoice: id(4),
                number: issue(1, "2026-01-01").number,
                method: id(5),
                mandate: "M-7".parse().expect("a code"),
                signed_on: date("2026-01-01"),
                sequence: Sequence::First,
                holder: "Ann".parse().expect("a name"),
                amount: euros("5"),
            }],
            state: debit::State::Open,
            state_at: stamp().created_at,
        };
        let bytes = encode(&order);
        assert_eq!(decode::<DebitOrder>(&bytes).expect("readable"), order);
        expect!["01000000000000000000000000000000080101000000000000000000000000000000010000000000000112444539385a5a5a3039393939393939393939024d6516444538393337303430303434303533323031333030300084a55a0100000000000000000000000000000003000000000000000000000000000000040f494e562d323032362d30303030303100000000000000000000000000000005034d2d37c2a45a0003416e6ee8074555520000"].assert_eq(&hex::encode(bytes));
        let movement = Movement {
            reference: "B-1".parse().ok(),
            booked_on: date("2026-02-03"),
            amount: euros("-5"),
            counterparty: None,
            text: "x".parse().expect("a text"),
            end_to_end: None,
            batch: None,
            creditor_reference: None,
            reason: "AM04".parse().ok(),
            original: None,
            fee: Some(euros("1")),
        };
        let of = (account, "S-1".parse().expect("a name"));
        let kept = BankStatement::kept((id(9), stamp()), of, vec![movement]).expect("short").0;
        let kept = kept.with(0, Outcome::Returned(id(3))).0;
        let bytes = encode(&kept);
        assert_eq!(decode::<BankStatement>(&bytes).expect("readable"), kept);
        expect!["0100000000000000000000000000000009010100000000000000000000000000000001000000000000164445383933373034303034343035333230313330303003532d31010103422d3184a55ae7074555520001780000000104414d30340001c8014555520600000000000000000000000000000003"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn a_payment_through_a_gateway_and_its_gateway_lie_in_these_bytes() {
        let text = "x".parse().expect("a text");
        let attempt = Attempt {
            gateway: id(7),
            initiative: Initiative::House,
            invoice: Some(id(9)),
            order: None,
            wanted: euros("5"),
            tries: 2,
            until: stamp().created_at,
            look_at: Some(stamp().created_at),
            asked_at: None,
            misses: 1,
            reference: "pi_1".parse().ok(),
            memo: "ch_1".parse().ok(),
            page: "https://pay.example/1".parse().ok(),
            decline: Some(Decline { reason: Reason::Refused, told: text }),
        };
        let payer = Payer { account: id(1), billing_account: id(2), kind: MethodKind::Card };
        let begun = (Some(id(4)), attempt);
        let payment = Payment::attempted((id(3), stamp()), payer, euros("5"), begun);
        let payment = payment.expect("a payment").0;
        let bytes = encode(&payment);
        assert_eq!(decode::<Payment>(&bytes).expect("readable"), payment);
        expect!["01000000000000000000000000000000030101000000000000000000000000000000010000000000000000000000000000000000000000000100000000000000000000000000000002020100000000000000000000000000000004000000010000000000000000000000000000000701010000000000000000000000000000000900e807455552020001000001010470695f31010463685f31011568747470733a2f2f7061792e6578616d706c652f310105017800e807455552000000455552"].assert_eq(&hex::encode(bytes));
        let sealed = || Some(Sealed::new(vec![1, 2, 3]));
        let gateway = KeepGateway {
            id: id(7),
            stamp: stamp(),
            code: "shop".parse().expect("a code"),
            kind: GatewayKind::Paypal,
            name: "Shop".parse().expect("a name"),
            access: Access {
                address: "https://pay.example".parse().ok(),
                login: "me".parse().ok(),
                secret: sealed(),
                signing: sealed(),
            },
            retry_days: vec![3, 5],
        };
        let gateway = Gateway::kept(gateway).expect("a gateway").0;
        let bytes = encode(&gateway);
        assert_eq!(decode::<Gateway>(&bytes).expect("readable"), gateway);
        expect!["01000000000000000000000000000000070101000000000000000000000000000000010000000000000473686f70020453686f70011368747470733a2f2f7061792e6578616d706c6501026d650103010203010301020302030500"].assert_eq(&hex::encode(bytes));
    }
}
