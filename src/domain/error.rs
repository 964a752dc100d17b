//! Why something is refused: the business says no, or the input breaks a rule.
//!
//! These know nothing of HTTP and of storage. What a use case answers, with failures of ours
//! added, is [`services::Error`](crate::services::Error); how each contract says it is that
//! contract's `error.rs`.

use std::fmt;

use thiserror::Error;

use super::money::MoneyError;

/// The business says no, for a reason that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct Rejection {
    /// The stable name of the reason.
    pub code: Code,
    /// What a caller may read: the objects, the rule, the remedy.
    pub detail: String,
}

impl Rejection {
    /// A refusal for `code`, told in `detail`: lower case, no full stop, values in backticks.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl From<MoneyError> for Rejection {
    fn from(it: MoneyError) -> Self {
        let code = match it {
            MoneyError::Currencies { .. } => Code::CurrenciesDiffer,
            MoneyError::TooLarge | MoneyError::Text { .. } => Code::AmountOutOfRange,
        };
        Self::new(code, it.to_string())
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        /// Every reason for which the business says no. A name, once released, keeps its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// All reasons.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The name on the wire: `account_has_open_invoices`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// One sentence for the catalogue of problems.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc),+),)+ }
            }
        }
    };
}

// Keep in alphabetical order.
codes! {
    /// The account still has something that keeps it from closing.
    AccountNotEmpty = "account_not_empty";
    /// The state of the account does not allow the operation.
    AccountStateForbids = "account_state_forbids";
    /// The account tree would run in a circle, or be too deep.
    AccountTreeForbids = "account_tree_forbids";
    /// An invoice must say where its recipient is, and that is not known.
    AddressIncomplete = "address_incomplete";
    /// The appliance was set up before.
    AlreadySetUp = "already_set_up";
    /// The amount is beyond what can be booked, or not positive where it must be.
    AmountOutOfRange = "amount_out_of_range";
    /// The state of the billing account does not allow the operation.
    BillingAccountStateForbids = "billing_account_state_forbids";
    /// What is to be billed was not given completely, so that nothing is billed.
    BillingInputIncomplete = "billing_input_incomplete";
    /// The billing run cannot do this now.
    BillingRunForbids = "billing_run_forbids";
    /// The catalogue element cannot be changed this way in its state.
    CatalogStateForbids = "catalog_state_forbids";
    /// The tree of categories would run in a circle, or be too deep.
    CatalogTreeForbids = "catalog_tree_forbids";
    /// The clock cannot be moved here.
    ClockForbids = "clock_forbids";
    /// The coupon is not valid, or used up.
    CouponForbids = "coupon_forbids";
    /// The credit would exceed what is left of the invoice or its line.
    CreditExceeds = "credit_exceeds";
    /// The account owes more than its seller trusts it with.
    CreditLimitExceeded = "credit_limit_exceeded";
    /// Amounts of different currencies meet.
    CurrenciesDiffer = "currencies_differ";
    /// The life cycle of the document does not allow the step.
    DocumentStateForbids = "document_state_forbids";
    /// Something with this key exists already.
    Duplicate = "duplicate";
    /// The element is still in use.
    InUse = "in_use";
    /// The state of the invoice does not allow the operation.
    InvoiceStateForbids = "invoice_state_forbids";
    /// The journal entry does not balance in each currency.
    JournalUnbalanced = "journal_unbalanced";
    /// Every customer account keeps at least one customer administrator.
    LastAdministrator = "last_administrator";
    /// The link is wrong, was used, or is too old.
    LinkVoid = "link_void";
    /// The state of the listener does not allow the operation.
    ListenerStateForbids = "listener_state_forbids";
    /// The state of the mail does not allow the operation.
    MailStateForbids = "mail_state_forbids";
    /// The meter's way of counting is not supported for billing.
    MeterNotRated = "meter_not_rated";
    /// The subscription is no pool of which users could have parts.
    NotAPool = "not_a_pool";
    /// This is for others to do: nobody does it to itself.
    NotForOneself = "not_for_oneself";
    /// The offer cannot be ordered now, or not by this account.
    OfferNotAvailable = "offer_not_available";
    /// The consumer key may not call the operation.
    OperationNotAllowed = "operation_not_allowed";
    /// The state of the order does not allow the operation.
    OrderStateForbids = "order_state_forbids";
    /// An electronic invoice wants more than the document says.
    PaperIncomplete = "paper_incomplete";
    /// The state of the party does not allow the operation.
    PartyStateForbids = "party_state_forbids";
    /// The password was given out to be used once, or has expired: another must be chosen first.
    PasswordMustChange = "password_must_change";
    /// The payment would exceed what it is for.
    PaymentExceeds = "payment_exceeds";
    /// The state of the payment does not allow the operation.
    PaymentStateForbids = "payment_state_forbids";
    /// There is no price for it: none in the currency of the account, or none in force on the day.
    PriceMissing = "price_missing";
    /// The price cannot be sold, because billing has no rule for it.
    PriceNotRated = "price_not_rated";
    /// A published price is never changed: a version that takes its place begins later.
    PriceVersionForbids = "price_version_forbids";
    /// What is referred to does not exist or may not be used here.
    ReferenceUnknown = "reference_unknown";
    /// A resource is required, conflicts, or is out of its limits.
    ResourceConflict = "resource_conflict";
    /// Only who has bought an offer says what it thinks of it.
    ReviewForbids = "review_forbids";
    /// The state of the seat does not allow the operation, or it would take more than there is.
    SeatForbids = "seat_forbids";
    /// The user has a seat of the subscription already.
    SeatHeld = "seat_held";
    /// All seats of the subscription are taken.
    SeatsTaken = "seats_taken";
    /// The state of the settlement note, or of the share, does not allow the operation.
    SettlementStateForbids = "settlement_state_forbids";
    /// The parts that are to be shared do not make up the whole.
    ShareExceeds = "share_exceeds";
    /// The state of the shipment does not allow the operation.
    ShipmentStateForbids = "shipment_state_forbids";
    /// The login or the password is wrong, or too many sign-ins have failed.
    SignInRefused = "sign_in_refused";
    /// The request is not signed as it must be, or was taken before.
    SignatureRefused = "signature_refused";
    /// A product needs another one, or cannot be had together with it.
    SpecificationConflict = "specification_conflict";
    /// The state of the subscription does not allow the operation.
    SubscriptionStateForbids = "subscription_state_forbids";
    /// The state of the provisioning task does not allow the operation.
    TaskStateForbids = "task_state_forbids";
    /// No tax rule covers the supply.
    TaxUndetermined = "tax_undetermined";
    /// Units cannot be given back any more before the next renewal.
    UnitsKept = "units_kept";
    /// The usage record cannot be taken.
    UsageRefused = "usage_refused";
    /// The state of the usage record does not allow the operation.
    UsageStateForbids = "usage_state_forbids";
    /// The state of the user does not allow the operation.
    UserStateForbids = "user_state_forbids";
    /// The password is too weak.
    WeakPassword = "weak_password";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Input that breaks rules of form: all that were found, at least one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Invalid {
    /// Each rule that was broken.
    pub violations: Vec<Violation>,
}

/// One rule that one field breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where: a JSON pointer into the input, such as `/prices/0/rate`.
    pub field: String,
    /// Which rule, as a stable word: `required`, `range`, `format`, `unknown_field`.
    pub rule: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Violation {
    /// `field` breaks `rule`; `message` says what is wrong and what would be right.
    pub fn new(field: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), rule, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.message)
    }
}

impl Invalid {
    /// One broken rule.
    pub fn one(field: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        Self { violations: vec![Violation::new(field, rule, message)] }
    }

    /// The same where what was looked at is a part of the input, at `place` in it.
    #[must_use]
    pub fn below(mut self, place: &str) -> Self {
        for violation in &mut self.violations {
            violation.field.insert_str(0, place);
        }
        self
    }

    /// Nothing, or all the rules that were broken.
    pub fn unless_empty(violations: Vec<Violation>) -> Result<(), Self> {
        if violations.is_empty() { Ok(()) } else { Err(Self { violations }) }
    }
}

/// Why a command is refused: its form, or the business.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The input breaks rules of form.
    #[error(transparent)]
    Invalid(Invalid),
    /// The business says no.
    #[error(transparent)]
    Rejected(Rejection),
}

impl From<Invalid> for Refusal {
    fn from(it: Invalid) -> Self {
        Self::Invalid(it)
    }
}

impl From<Rejection> for Refusal {
    fn from(it: Rejection) -> Self {
        Self::Rejected(it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_in_order() {
        assert!(Code::ALL.windows(2).all(|it| it[0].name() < it[1].name()));
    }
}
