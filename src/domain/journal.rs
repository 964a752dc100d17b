//! The journal: every movement of money as a balanced double entry; balances are sums over it.
//!
//! Amounts are positive where a ledger is debited and negative where it is credited, so that the
//! legs of an entry sum to nothing in each currency. A payment is first the customer's credit and
//! then allocated; whoever pays too much simply keeps credit.

use serde::{Deserialize, Serialize};

use super::billing::credit::Applied;
use super::billing::invoice::Totals;
use super::error::{Code, Rejection};
use super::id::{AccountId, BillingAccountId, Subject};
use super::money::{Currency, Money, MoneyError};
use super::stamp::SellerNumber;
use super::time::Instant;
use super::word::words;

words! {
    /// What an amount is booked on.
    Ledger {
        /// What customers owe.
        Receivable = "receivable";
        /// What was earned.
        Revenue = "revenue";
        /// What was billed and is not yet earned.
        DeferredRevenue = "deferred_revenue";
        /// What is owed to tax offices.
        TaxPayable = "tax_payable";
        /// What came in.
        Cash = "cash";
        /// What customers have paid without owing it.
        CustomerCredit = "customer_credit";
        /// What is held as security.
        DepositsHeld = "deposits_held";
        /// What is owed to partners.
        PartnerPayable = "partner_payable";
        /// What was given up.
        WriteOff = "write_off";
        /// What banks charge.
        BankFee = "bank_fee";
    }
}

/// Whose share of a ledger it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Holder {
    /// The seller's own.
    Seller,
    /// A customer's, by billing account.
    Customer(BillingAccountId),
    /// A partner's.
    Partner(AccountId),
    /// What a customer has set aside, by billing account.
    Reserved(BillingAccountId),
    /// What of that it had paid in before.
    PrepaidReserved(BillingAccountId),
}

/// What a balance is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BalanceKey {
    /// In whose books.
    pub seller: SellerNumber,
    /// On which ledger.
    pub ledger: Ledger,
    /// Whose share of it.
    pub holder: Holder,
    /// In which currency.
    pub currency: Currency,
}

/// One side of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// On which ledger.
    pub ledger: Ledger,
    /// Whose share of it.
    pub holder: Holder,
    /// Positive where it is debited, negative where it is credited.
    pub amount: Money,
}

/// A movement of money.
///
/// Invariant: its legs sum to nothing in each currency, and none of them is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    at: Instant,
    seller: SellerNumber,
    cause: Subject,
    legs: Vec<Leg>,
}

impl Entry {
    /// The entry of legs, without those that move nothing; `None` if nothing moves at all.
    ///
    /// # Errors
    /// If the legs do not balance in each currency.
    pub fn new(
        at: Instant,
        seller: SellerNumber,
        cause: Subject,
        legs: impl IntoIterator<Item = Leg>,
    ) -> Result<Option<Self>, Rejection> {
        let moves = |it: &Leg| !it.amount.is_zero();
        let legs: Vec<_> = legs.into_iter().filter(moves).collect();
        for leg in &legs {
            let currency = leg.amount.currency();
            let same = legs.iter().map(|it| it.amount).filter(|it| it.currency() == currency);
            let sum = Money::sum(same, currency)?;
            if !sum.is_zero() {
                let why = format!("the entry for `{cause}` is out of balance by `{sum}`");
                return Err(Rejection::new(Code::JournalUnbalanced, why));
            }
        }
        Ok((!legs.is_empty()).then_some(Self { at, seller, cause, legs }))
    }

    /// Business time of the movement.
    #[must_use]
    pub const fn at(&self) -> Instant {
        self.at
    }

    /// In whose books it stands.
    #[must_use]
    pub const fn seller(&self) -> SellerNumber {
        self.seller
    }

    /// What caused it.
    #[must_use]
    pub const fn cause(&self) -> Subject {
        self.cause
    }

    /// Its sides.
    #[must_use]
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// The balances it changes, each with the change.
    pub fn changes(&self) -> impl Iterator<Item = (BalanceKey, Money)> {
        self.legs.iter().map(|leg| {
            let currency = leg.amount.currency();
            let (ledger, holder) = (leg.ledger, leg.holder);
            (BalanceKey { seller: self.seller, ledger, holder, currency }, leg.amount)
        })
    }
}

const fn debit(ledger: Ledger, holder: Holder, amount: Money) -> Leg {
    Leg { ledger, holder, amount }
}

fn credit(ledger: Ledger, holder: Holder, amount: Money) -> Result<Leg, MoneyError> {
    Ok(Leg { ledger, holder, amount: amount.negated()? })
}

/// What of the net of a document was not earned by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unearned {
    /// What is held as security.
    pub deposits: Money,
    /// What is earned in days to come.
    pub deferred: Money,
}

/// An invoice is issued: the customer owes, the seller has earned what is neither deposit nor deferred,
/// and owes tax.
///
/// # Errors
/// If an amount is too large.
pub fn invoice_issued(
    customer: BillingAccountId,
    totals: Totals,
    Unearned { deposits, deferred }: Unearned,
) -> Result<[Leg; 5], MoneyError> {
    Ok([
        debit(Ledger::Receivable, Holder::Customer(customer), totals.gross),
        credit(Ledger::Revenue, Holder::Seller, totals.net.minus(deposits)?.minus(deferred)?)?,
        credit(Ledger::DeferredRevenue, Holder::Seller, deferred)?,
        credit(Ledger::TaxPayable, Holder::Seller, totals.tax)?,
        credit(Ledger::DepositsHeld, Holder::Customer(customer), deposits)?,
    ])
}

/// Money comes in: it is the customer's credit.
///
/// # Errors
/// If the amount is too large.
pub fn payment_received(customer: BillingAccountId, amount: Money) -> Result<[Leg; 2], MoneyError> {
    Ok([
        debit(Ledger::Cash, Holder::Seller, amount),
        credit(Ledger::CustomerCredit, Holder::Customer(customer), amount)?,
    ])
}

/// Credit of the customer settles an invoice.
///
/// # Errors
/// If the amount is too large.
pub fn allocated(customer: BillingAccountId, amount: Money) -> Result<[Leg; 2], MoneyError> {
    Ok([
        debit(Ledger::CustomerCredit, Holder::Customer(customer), amount),
        credit(Ledger::Receivable, Holder::Customer(customer), amount)?,
    ])
}

/// An allocation is taken back, or an invoice gives back more than it demands: the customer owes
/// more again and has credit again.
///
/// # Errors
/// If the amount is too large.
pub fn taken_back(customer: BillingAccountId, amount: Money) -> Result<[Leg; 2], MoneyError> {
    allocated(customer, amount.negated()?)
}

/// A credit note is issued: less is earned, less is held, less tax is owed, and the customer owes
/// less, less was given up, or the customer has credit.
///
/// # Errors
/// If an amount is too large.
pub fn credit_note_issued(
    customer: BillingAccountId,
    (totals, Unearned { deposits, deferred }): (Totals, Unearned),
    applied: Applied,
) -> Result<[Leg; 7], MoneyError> {
    Ok([
        debit(Ledger::Revenue, Holder::Seller, totals.net.minus(deposits)?.minus(deferred)?),
        debit(Ledger::DeferredRevenue, Holder::Seller, deferred),
        debit(Ledger::DepositsHeld, Holder::Customer(customer), deposits),
        debit(Ledger::TaxPayable, Holder::Seller, totals.tax),
        credit(Ledger::Receivable, Holder::Customer(customer), applied.to_invoice)?,
        credit(Ledger::WriteOff, Holder::Seller, applied.to_written_off)?,
        credit(Ledger::CustomerCredit, Holder::Customer(customer), applied.to_customer)?,
    ])
}

/// What was deferred is earned.
///
/// # Errors
/// If the amount is too large.
pub fn released(amount: Money) -> Result<[Leg; 2], MoneyError> {
    Ok([
        debit(Ledger::DeferredRevenue, Holder::Seller, amount),
        credit(Ledger::Revenue, Holder::Seller, amount)?,
    ])
}

/// Credit of the customer goes back to it.
///
/// # Errors
/// If the amount is too large.
pub fn refunded(customer: BillingAccountId, amount: Money) -> Result<[Leg; 2], MoneyError> {
    payment_received(customer, amount.negated()?)
}

/// What a customer has paid in beforehand is corrected: by more than nothing the seller gives, by less it
/// takes.
///
/// # Errors
/// If the amount is too large.
pub fn adjusted(customer: BillingAccountId, amount: Money) -> Result<[Leg; 2], MoneyError> {
    Ok([
        debit(Ledger::WriteOff, Holder::Seller, amount),
        credit(Ledger::CustomerCredit, Holder::Customer(customer), amount)?,
    ])
}

/// Credit goes from one customer to another.
///
/// # Errors
/// If the amount is too large.
pub fn moved(
    from: BillingAccountId,
    to: BillingAccountId,
    amount: Money,
) -> Result<[Leg; 2], MoneyError> {
    Ok([
        debit(Ledger::CustomerCredit, Holder::Customer(from), amount),
        credit(Ledger::CustomerCredit, Holder::Customer(to), amount)?,
    ])
}

/// Credit of the customer is set aside, what was given and what was paid in before; by less than nothing, it is
/// let go again.
///
/// # Errors
/// If the amount is too large.
pub fn reserved(
    customer: BillingAccountId,
    (given, prepaid): (Money, Money),
) -> Result<[Leg; 3], MoneyError> {
    Ok([
        debit(Ledger::CustomerCredit, Holder::Customer(customer), given.plus(prepaid)?),
        credit(Ledger::CustomerCredit, Holder::Reserved(customer), given)?,
        credit(Ledger::CustomerCredit, Holder::PrepaidReserved(customer), prepaid)?,
    ])
}

/// What is open of an invoice is given up, and as much tax in it is owed no more.
///
/// # Errors
/// If an amount is too large.
pub fn written_off(
    customer: BillingAccountId,
    (amount, tax): (Money, Money),
) -> Result<[Leg; 3], MoneyError> {
    Ok([
        debit(Ledger::WriteOff, Holder::Seller, amount.minus(tax)?),
        debit(Ledger::TaxPayable, Holder::Seller, tax),
        credit(Ledger::Receivable, Holder::Customer(customer), amount)?,
    ])
}

/// As much tax that was owed no more is so no longer: a credit note takes the place of what was given up, and
/// brings back its own.
///
/// # Errors
/// If the amount is too large.
pub fn tax_returned_before(amount: Money) -> Result<[Leg; 2], MoneyError> {
    Ok([
        debit(Ledger::WriteOff, Holder::Seller, amount),
        credit(Ledger::TaxPayable, Holder::Seller, amount)?,
    ])
}

/// A bank charges a fee, and takes it from what came in.
///
/// # Errors
/// If the amount is too large.
pub fn bank_fee(amount: Money) -> Result<[Leg; 2], MoneyError> {
    Ok([
        debit(Ledger::BankFee, Holder::Seller, amount),
        credit(Ledger::Cash, Holder::Seller, amount)?,
    ])
}

/// A part of what was earned is owed to a partner.
///
/// # Errors
/// If the amount is too large.
pub fn share_owed(partner: AccountId, amount: Money) -> Result<[Leg; 2], MoneyError> {
    Ok([
        debit(Ledger::Revenue, Holder::Seller, amount),
        credit(Ledger::PartnerPayable, Holder::Partner(partner), amount)?,
    ])
}

/// What is owed to a partner is paid out, with the tax on it, of which the tax office owes as much.
///
/// # Errors
/// If an amount is too large.
pub fn share_paid(partner: AccountId, totals: Totals) -> Result<[Leg; 3], MoneyError> {
    Ok([
        debit(Ledger::PartnerPayable, Holder::Partner(partner), totals.net),
        debit(Ledger::TaxPayable, Holder::Seller, totals.tax),
        credit(Ledger::Cash, Holder::Seller, totals.gross)?,
    ])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::sample::{euros, id};
    use crate::domain::id::{Id, InvoiceId};

    fn entry(legs: impl IntoIterator<Item = Leg>) -> Result<Option<Entry>, Rejection> {
        let at = Instant::from_micros(0).expect("an instant");
        Entry::new(at, SellerNumber::PROVIDER, id::<InvoiceId>(1).subject(), legs)
    }

    fn customer() -> BillingAccountId {
        id(2)
    }

    fn earned() -> Unearned {
        Unearned { deposits: euros("0"), deferred: euros("0") }
    }

    fn held(deposits: &str) -> Unearned {
        Unearned { deposits: euros(deposits), ..earned() }
    }

    fn totals(net: Money, tax: Money) -> Totals {
        Totals::nothing(net.currency()).plus(net, tax).expect("a sum")
    }

    /// The balances after entries, those that are nothing left away.
    fn balances(postings: &[&[Leg]]) -> BTreeMap<Ledger, String> {
        let mut sums: BTreeMap<Ledger, Money> = BTreeMap::new();
        for legs in postings {
            let Some(entry) = entry(legs.iter().copied()).expect("balanced") else { continue };
            for (key, change) in entry.changes() {
                let sum = sums.entry(key.ledger).or_insert(euros("0"));
                *sum = sum.plus(change).expect("a sum");
            }
        }
        sums.retain(|_, sum| !sum.is_zero());
        sums.into_iter().map(|(ledger, sum)| (ledger, sum.decimal().to_string())).collect()
    }

    fn expected(rows: &[(Ledger, &str)]) -> BTreeMap<Ledger, String> {
        rows.iter().map(|(ledger, sum)| (*ledger, (*sum).to_owned())).collect()
    }

    #[test]
    fn what_is_moved_and_set_aside_stays_credit_and_a_correction_is_the_sellers() {
        let corrected = adjusted(customer(), euros("30")).expect("legs");
        let aside = reserved(customer(), (euros("12"), euros("8"))).expect("legs");
        let away = moved(customer(), id(3), euros("5")).expect("legs");
        let sums = balances(&[&corrected, &aside, &away]);
        let expected = [(Ledger::CustomerCredit, "-30.00"), (Ledger::WriteOff, "30.00")];
        assert_eq!(sums, expected.map(|(of, sum)| (of, sum.to_owned())).into());
        let own = |legs: &[Leg], of: Holder| {
            let legs = legs.iter().filter(|it| it.holder == of).map(|it| it.amount);
            Money::sum(legs, euros("0").currency()).expect("a sum")
        };
        let all = [&corrected[..], &aside, &away].concat();
        assert_eq!(own(&all, Holder::Customer(customer())), euros("-5"));
        assert_eq!(own(&all, Holder::Reserved(customer())), euros("-12"));
        assert_eq!(own(&all, Holder::PrepaidReserved(customer())), euros("-8"));
        assert_eq!(own(&all, Holder::Customer(id(3))), euros("-5"));
    }

    #[test]
    fn what_is_deferred_is_revenue_when_it_is_released_and_none_when_it_is_given_back() {
        let of = |deferred: &str| Unearned { deferred: euros(deferred), ..earned() };
        let sums = totals(euros("100"), euros("20"));
        let issued = invoice_issued(customer(), sums, of("90")).expect("legs");
        let january = released(euros("30")).expect("legs");
        use Ledger::{CustomerCredit, DeferredRevenue, Receivable, Revenue, TaxPayable};
        assert_eq!(
            balances(&[&issued, &january]),
            expected(&[
                (Receivable, "120.00"),
                (Revenue, "-40.00"),
                (DeferredRevenue, "-60.00"),
                (TaxPayable, "-20.00"),
            ])
        );
        let nothing = euros("0");
        let applied =
            Applied { to_invoice: nothing, to_written_off: nothing, to_customer: euros("72") };
        let back = totals(euros("60"), euros("12"));
        let back = credit_note_issued(customer(), (back, of("60")), applied).expect("legs");
        assert_eq!(
            balances(&[&issued, &january, &back]),
            expected(&[
                (Receivable, "120.00"),
                (Revenue, "-40.00"),
                (TaxPayable, "-8.00"),
                (CustomerCredit, "-72.00"),
            ])
        );
    }

    #[test]
    fn legs_that_do_not_balance_in_each_currency_are_refused() {
        let dollars = Money::minor(10_000, Currency::USD);
        let on = |ledger, amount| debit(ledger, Holder::Seller, amount);
        let table = [
            vec![on(Ledger::Cash, euros("1"))],
            vec![on(Ledger::Cash, euros("1")), on(Ledger::Revenue, euros("-0.99"))],
            vec![
                on(Ledger::Cash, euros("100")),
                on(Ledger::Revenue, dollars.negated().expect("ok")),
            ],
        ];
        for legs in table {
            let refused = entry(legs).map_err(|it| it.code);
            assert_eq!(refused, Err(Code::JournalUnbalanced));
        }
        assert_eq!(entry([on(Ledger::Cash, euros("0"))]), Ok(None));
    }

    #[test]
    fn an_invoice_that_is_paid_too_much_leaves_credit() {
        let sums = totals(euros("100"), euros("20"));
        let issued = invoice_issued(customer(), sums, earned()).expect("legs");
        let received = payment_received(customer(), euros("150")).expect("legs");
        let settled = allocated(customer(), euros("120")).expect("legs");
        let rows = [
            (Ledger::Revenue, "-100.00"),
            (Ledger::TaxPayable, "-20.00"),
            (Ledger::Cash, "150.00"),
            (Ledger::CustomerCredit, "-30.00"),
        ];
        assert_eq!(balances(&[&issued, &received, &settled]), expected(&rows));
    }

    #[test]
    fn what_is_credited_taken_back_and_given_back_leaves_nothing() {
        let sums = totals(euros("100"), euros("20"));
        let applied = Applied {
            to_invoice: euros("0"),
            to_written_off: euros("0"),
            to_customer: euros("120"),
        };
        let legs = [
            invoice_issued(customer(), sums, earned()).expect("legs").to_vec(),
            payment_received(customer(), euros("120")).expect("legs").to_vec(),
            allocated(customer(), euros("120")).expect("legs").to_vec(),
            credit_note_issued(customer(), (sums, earned()), applied).expect("legs").to_vec(),
            refunded(customer(), euros("120")).expect("legs").to_vec(),
        ];
        let postings: Vec<_> = legs.iter().map(Vec::as_slice).collect();
        assert_eq!(balances(&postings), expected(&[]));
        let back = taken_back(customer(), euros("120")).expect("legs");
        let rows = [(Ledger::Receivable, "120.00"), (Ledger::CustomerCredit, "-120.00")];
        assert_eq!(balances(&[&back]), expected(&rows));
    }

    #[test]
    fn what_is_given_up_or_shared_has_its_ledger() {
        let given_up = written_off(customer(), (euros("7"), euros("2"))).expect("legs");
        let shared = share_owed(id(9), euros("3")).expect("legs");
        let rows = [
            (Ledger::Receivable, "-7.00"),
            (Ledger::Revenue, "3.00"),
            (Ledger::TaxPayable, "2.00"),
            (Ledger::PartnerPayable, "-3.00"),
            (Ledger::WriteOff, "5.00"),
        ];
        assert_eq!(balances(&[&given_up, &shared]), expected(&rows));
    }

    #[test]
    fn a_deposit_is_held_and_not_earned_until_it_goes_back() {
        let sums = totals(euros("150"), euros("10"));
        let issued = invoice_issued(customer(), sums, held("100")).expect("legs");
        let rows = [
            (Ledger::Receivable, "160.00"),
            (Ledger::Revenue, "-50.00"),
            (Ledger::TaxPayable, "-10.00"),
            (Ledger::DepositsHeld, "-100.00"),
        ];
        assert_eq!(balances(&[&issued]), expected(&rows));
        let deposit = totals(euros("100"), euros("0"));
        let applied = Applied {
            to_invoice: euros("0"),
            to_written_off: euros("0"),
            to_customer: euros("100"),
        };
        let back = credit_note_issued(customer(), (deposit, held("100")), applied).expect("legs");
        let rows = [(Ledger::CustomerCredit, "-100.00"), (Ledger::DepositsHeld, "100.00")];
        assert_eq!(balances(&[&back]), expected(&rows));
    }

    #[test]
    fn a_loss_that_is_credited_was_neither_earned_nor_given_up() {
        for returned in ["0", "11.67"].map(euros) {
            let sums = totals(euros("100"), euros("20"));
            let applied = Applied {
                to_invoice: euros("0"),
                to_written_off: euros("70"),
                to_customer: euros("50"),
            };
            let legs = [
                invoice_issued(customer(), sums, earned()).expect("legs").to_vec(),
                payment_received(customer(), euros("50")).expect("legs").to_vec(),
                allocated(customer(), euros("50")).expect("legs").to_vec(),
                written_off(customer(), (euros("70"), returned)).expect("legs").to_vec(),
                credit_note_issued(customer(), (sums, earned()), applied).expect("legs").to_vec(),
                tax_returned_before(returned).expect("legs").to_vec(),
            ];
            let postings: Vec<_> = legs.iter().map(Vec::as_slice).collect();
            let rows = [(Ledger::Cash, "50.00"), (Ledger::CustomerCredit, "-50.00")];
            assert_eq!(balances(&postings), expected(&rows));
        }
    }

    proptest! {
        #[test]
        fn every_posting_balances(net in -1_000_000..1_000_000_i64, tax in 0..1_000_000_i64, open in 0..1_000_000_i64) {
            let minor = |it| Money::minor(it, Currency::EUR);
            let sums = totals(minor(net), minor(tax));
            let to_invoice = minor(open.min((net + tax).max(0)));
            let to_customer = sums.gross.minus(to_invoice).expect("a difference");
            let applied = Applied { to_invoice, to_written_off: minor(0), to_customer };
            let legs: Vec<Vec<Leg>> = vec![
                invoice_issued(customer(), sums, earned()).expect("legs").to_vec(),
                payment_received(customer(), minor(net)).expect("legs").to_vec(),
                allocated(customer(), minor(net)).expect("legs").to_vec(),
                taken_back(customer(), minor(net)).expect("legs").to_vec(),
                credit_note_issued(customer(), (sums, earned()), applied).expect("legs").to_vec(),
                refunded(customer(), minor(net)).expect("legs").to_vec(),
                written_off(customer(), (minor(net), minor(tax))).expect("legs").to_vec(),
                invoice_issued(customer(), sums, Unearned { deposits: minor(open), ..earned() }).expect("legs").to_vec(),
                share_owed(id(9), minor(net)).expect("legs").to_vec(),
                share_paid(id(9), sums).expect("legs").to_vec(),
            ];
            for legs in legs {
                prop_assert!(entry(legs).is_ok());
            }
        }
    }
}
