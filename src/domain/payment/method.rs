//! Payment methods: how an account pays, kept so that it can be charged again.

use serde::{Deserialize, Serialize};

use super::mandate::Mandate;
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, PaymentMethodId};
use crate::domain::sealed::Sealed;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Iban, Name};
use crate::domain::time::{Date, Instant};
use crate::domain::word::words;

words! {
    /// In which way money comes in.
    MethodKind {
        /// The payer transfers it.
        BankTransfer = "bank_transfer";
        /// The seller collects it from a bank account.
        DirectDebit = "direct_debit";
        /// By card, through a gateway.
        Card = "card";
        /// In coins and notes.
        Cash = "cash";
        /// By check.
        Check = "check";
        /// From a wallet, through a gateway.
        Wallet = "wallet";
        /// By voucher.
        Voucher = "voucher";
        /// From a prepaid or loyalty balance.
        Bucket = "bucket";
    }
}

words! {
    /// Whether a payment method can be used.
    State {
        /// It waits to be confirmed by its holder or gateway.
        Pending = "pending";
        /// It can be used.
        Active = "active";
        /// Its time is over.
        Expired = "expired";
        /// Its holder took it away.
        Removed = "removed";
        /// Its bank sent back what was collected, and will again.
        Refused = "refused";
    }
}

/// How an account pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMethod {
    /// Its identity.
    pub id: PaymentMethodId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Whose it is.
    pub account: AccountId,
    /// What its holder calls it.
    pub name: Name,
    /// Whether it is taken where nothing else is said.
    pub is_default: bool,
    /// Its details.
    pub details: MethodDetails,
    state: State,
    state_at: Instant,
}

/// A payment method to be kept.
#[derive(Debug, Clone)]
pub struct KeepMethod {
    /// Its identity.
    pub id: PaymentMethodId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Whose it is.
    pub account: AccountId,
    /// What its holder calls it.
    pub name: Name,
    /// Whether it is taken where nothing else is said.
    pub is_default: bool,
    /// Its details.
    pub details: MethodDetails,
}

impl PaymentMethod {
    /// A method that can be used from now on.
    #[must_use]
    pub fn kept(command: KeepMethod, now: Instant) -> (Self, Verb) {
        let KeepMethod { id, stamp, account, name, is_default, details } = command;
        let state = State::Active;
        (
            Self { id, stamp, account, name, is_default, details, state, state_at: now },
            Verb::Created,
        )
    }

    /// Whether it can be used on a day.
    #[must_use]
    pub fn state_on(&self, day: Date) -> State {
        let is_over = self.details.expires_on().is_some_and(|it| it <= day);
        if self.state == State::Active && is_over { State::Expired } else { self.state }
    }

    /// Since when it is kept, or was taken away.
    #[must_use]
    pub const fn state_at(&self) -> Instant {
        self.state_at
    }

    /// Whether it is kept to be used, whether or not its time is over.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.state == State::Active
    }

    /// Whether its holder took it away.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.state == State::Removed
    }

    /// The method taken where nothing else is said.
    ///
    /// # Errors
    /// If it cannot be used on the day.
    pub fn made_default(self, today: Date) -> Result<(Self, Verb), Rejection> {
        self.usable_on(today)?;
        Ok((Self { is_default: true, ..self }, Verb::Changed))
    }

    /// The method taken only where it is named.
    #[must_use]
    pub fn no_default(self) -> (Self, Verb) {
        (Self { is_default: false, ..self }, Verb::Changed)
    }

    /// The method taken away.
    #[must_use]
    pub fn removed(self, now: Instant) -> (Self, Verb) {
        let state = State::Removed;
        (Self { state, state_at: now, is_default: false, ..self }, Verb::Removed)
    }

    /// The mandate by which is collected, if it is one.
    #[must_use]
    pub const fn mandate(&self) -> Option<&Mandate> {
        match &self.details {
            MethodDetails::DirectDebit { mandate, .. } => Some(mandate),
            MethodDetails::Plain(_) | MethodDetails::Card { .. } | MethodDetails::Wallet { .. } => {
                None
            }
        }
    }

    /// The method after a debit by its mandate was ordered.
    #[must_use]
    pub fn used(mut self, on: Date) -> (Self, Verb) {
        if let MethodDetails::DirectDebit { mandate, .. } = &mut self.details {
            mandate.used_on = Some(on);
        }
        (self, Verb::Changed)
    }

    /// The method after a debit by its mandate was called off: the last that is left was ordered on a
    /// day, if any is.
    #[must_use]
    pub fn called_off(mut self, last: Option<Date>) -> (Self, Verb) {
        if let MethodDetails::DirectDebit { mandate, .. } = &mut self.details {
            mandate.used_on = last;
        }
        (self, Verb::Changed)
    }

    /// The method after its bank sent back what was collected, for a reason that will not pass.
    #[must_use]
    pub fn refused(self, now: Instant) -> (Self, Verb) {
        (Self { state: State::Refused, state_at: now, ..self }, Verb::Changed)
    }

    /// Refuses to be used on a day on which it cannot be.
    ///
    /// # Errors
    /// [`Code::PaymentStateForbids`].
    pub fn usable_on(&self, day: Date) -> Result<(), Rejection> {
        match self.state_on(day) {
            State::Active => Ok(()),
            state @ (State::Pending | State::Expired | State::Removed | State::Refused) => {
                let why = format!("the payment method `{}` is `{state}`", self.id);
                Err(Rejection::new(Code::PaymentStateForbids, why))
            }
        }
    }
}

/// The details of a payment method. What must not be seen is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MethodDetails {
    /// One that needs none.
    Plain(MethodKind),
    /// A card as its gateway knows it; its number is never ours.
    Card {
        /// The gateway.
        gateway: text::Code,
        /// What the gateway calls it.
        token: Sealed,
        /// Who issued it.
        brand: Name,
        /// The last four digits.
        last_digits: text::Code,
        /// The first day on which it can no longer be used.
        expires_on: Date,
    },
    /// A mandate to collect from a bank account.
    DirectDebit {
        /// The account.
        iban: Sealed,
        /// Its last four digits.
        last_digits: text::Code,
        /// Who holds it.
        holder: Name,
        /// What its holder has signed.
        mandate: Mandate,
    },
    /// A wallet as its gateway knows it.
    Wallet {
        /// The gateway.
        gateway: text::Code,
        /// What the gateway calls it.
        token: Sealed,
    },
}

impl MethodDetails {
    /// In which way money comes in.
    #[must_use]
    pub const fn kind(&self) -> MethodKind {
        match self {
            Self::Plain(kind) => *kind,
            Self::Card { .. } => MethodKind::Card,
            Self::DirectDebit { .. } => MethodKind::DirectDebit,
            Self::Wallet { .. } => MethodKind::Wallet,
        }
    }

    /// The first day on which it can no longer be used, if it has one.
    #[must_use]
    pub fn expires_on(&self) -> Option<Date> {
        match self {
            Self::Card { expires_on, .. } => Some(*expires_on),
            Self::DirectDebit { mandate, .. } => Some(mandate.ends_on()),
            Self::Plain(_) | Self::Wallet { .. } => None,
        }
    }
}

/// The details of a payment method as they are said: with what must not be seen in clear.
#[derive(Clone, PartialEq, Eq)]
pub enum SaidDetails {
    /// One that needs none.
    Plain(MethodKind),
    /// A card.
    Card {
        /// The gateway.
        gateway: text::Code,
        /// What the gateway calls it.
        token: Name,
        /// Who issued it.
        brand: Name,
        /// The last four digits.
        last_digits: text::Code,
        /// The first day on which it can no longer be used.
        expires_on: Date,
    },
    /// A mandate to collect from a bank account.
    DirectDebit {
        /// The account.
        iban: Iban,
        /// Who holds it.
        holder: Name,
        /// What its holder has signed.
        mandate: Mandate,
    },
    /// A wallet.
    Wallet {
        /// The gateway.
        gateway: text::Code,
        /// What the gateway calls it.
        token: Name,
    },
}

impl SaidDetails {
    /// Refuses what cannot be a method of the sort, and the number of a card wherever it stands: we
    /// keep none.
    ///
    /// # Errors
    /// With every field that is wrong.
    pub fn check(&self, today: Date) -> Result<(), Invalid> {
        let mut found = Vec::new();
        let mut must = |is_so: bool, field: &str, rule: &'static str, message: &str| {
            if !is_so {
                found.push(Violation::new(field, rule, message));
            }
        };
        match self {
            Self::Plain(kind) => {
                let is_plain = !matches!(
                    kind,
                    MethodKind::Card | MethodKind::DirectDebit | MethodKind::Wallet
                );
                must(is_plain, "/kind", "required", "needs its details beside it");
            }
            Self::Card { last_digits, expires_on, .. } => {
                let digits = last_digits.as_str();
                let is_four = digits.len() == 4 && digits.bytes().all(|it| it.is_ascii_digit());
                must(is_four, "/last_digits", "format", "must be the last four digits of the card");
                must(*expires_on > today, "/expires", "range", "must not be over");
            }
            Self::DirectDebit { iban, mandate, .. } => {
                for (is_so, field, rule, message) in mandate.rules(iban, today) {
                    must(is_so, field, rule, message);
                }
            }
            Self::Wallet { .. } => {}
        }
        for (field, text) in self.texts() {
            let message = "must not be the number of a card: give what its gateway calls it";
            must(!has_card_number(text), field, "card_number", message);
        }
        Invalid::unless_empty(found)
    }

    /// What was said in words, by its field.
    fn texts(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Card { gateway, token, brand, .. } => vec![
                ("/gateway", gateway.as_str()),
                ("/token", token.as_str()),
                ("/brand", brand.as_str()),
            ],
            Self::DirectDebit { holder, mandate, .. } => {
                vec![("/holder", holder.as_str()), ("/mandate", mandate.reference.as_str())]
            }
            Self::Wallet { gateway, token } => {
                vec![("/gateway", gateway.as_str()), ("/token", token.as_str())]
            }
        }
    }

    /// What its holder may call it who says nothing: `Visa ···· 4242`.
    #[must_use]
    pub fn name(&self) -> Name {
        let name = match self {
            Self::Plain(kind) => kind.word().replace('_', " "),
            Self::Card { brand, last_digits, .. } => format!("{brand} ···· {last_digits}"),
            Self::DirectDebit { iban, .. } => format!("{} ···· {}", iban.country(), iban.last()),
            Self::Wallet { gateway, .. } => gateway.to_string(),
        };
        let cut: String = name.chars().take(255).collect();
        cut.parse().expect("a brand or word and a few signs are a name")
    }

    /// The same with what must not be seen sealed.
    #[must_use]
    pub fn sealed(self, mut seal: impl FnMut(&str) -> Sealed) -> MethodDetails {
        match self {
            Self::Plain(kind) => MethodDetails::Plain(kind),
            Self::Card { gateway, token, brand, last_digits, expires_on } => {
                let token = seal(token.as_str());
                MethodDetails::Card { gateway, token, brand, last_digits, expires_on }
            }
            Self::DirectDebit { iban, holder, mandate } => {
                let last_digits = iban.last().parse().expect("letters and digits are a code");
                let iban = seal(iban.as_str());
                MethodDetails::DirectDebit { iban, last_digits, holder, mandate }
            }
            Self::Wallet { gateway, token } => {
                MethodDetails::Wallet { gateway, token: seal(token.as_str()) }
            }
        }
    }
}

/// Whether the number of a card (ISO/IEC 7812) stands in a text: 12 to 19 digits, in one or in
/// groups, of which the last checks the others.
#[must_use]
pub fn has_card_number(text: &str) -> bool {
    let mut digits = Vec::new();
    for it in text.chars().chain(['.']) {
        match it.to_digit(10) {
            Some(digit) => digits.push(digit),
            None if it == ' ' || it == '-' => {}
            None if (12..=19).contains(&digits.len()) && checks(&digits) => return true,
            None => digits.clear(),
        }
    }
    false
}

/// The rule of Luhn.
fn checks(digits: &[u32]) -> bool {
    let doubled = |it: u32| if it > 4 { it * 2 - 9 } else { it * 2 };
    let from_the_end = digits.iter().rev().enumerate();
    let sum: u32 = from_the_end.map(|(at, it)| if at % 2 == 1 { doubled(*it) } else { *it }).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, id, stamp};

    fn card(token: &str, last_digits: &str, expires_on: &str) -> SaidDetails {
        SaidDetails::Card {
            gateway: "stripe".parse().expect("a code"),
            token: token.parse().expect("a name"),
            brand: "Visa".parse().expect("a name"),
            last_digits: last_digits.parse().expect("a code"),
            expires_on: date(expires_on),
        }
    }

    fn kept(details: SaidDetails) -> PaymentMethod {
        let name = details.name();
        let details = details.sealed(|it| Sealed::new(it.as_bytes().to_vec()));
        let stamp = stamp();
        let (id, account, is_default) = (id(1), id(2), false);
        let command = KeepMethod { id, stamp, account, name, is_default, details };
        PaymentMethod::kept(command, Instant::from_micros(1).expect("an instant")).0
    }

    #[test]
    fn the_number_of_a_card_is_found_however_it_is_written() {
        for text in [
            "4242424242424242",
            "4242 4242 4242 4242",
            "tok 4000-0566-5566-5556.",
            "x378282246310005y",
            "6759649826438453",
        ] {
            assert!(has_card_number(text), "{text}");
        }
        for text in [
            "",
            "pm_1NabcDEF",
            "4242424242424241",
            "4242",
            "tok_12345678",
            "42424242424242424242424242",
        ] {
            assert!(!has_card_number(text), "{text}");
        }
    }

    #[test]
    fn a_card_is_kept_by_its_token_and_never_by_its_number() {
        let today = date("2026-02-01");
        let wrong = |it: SaidDetails| {
            let found = it.check(today).expect_err("refused").violations;
            found.iter().map(|it| format!("{} {}", it.field, it.rule)).collect::<Vec<_>>()
        };
        assert_eq!(card("pm_1", "4242", "2027-01-01").check(today), Ok(()));
        let number = "4242 4242 4242 4242";
        assert_eq!(wrong(card(number, "4242", "2027-01-01")), ["/token card_number"]);
        assert_eq!(
            wrong(card("pm_1", "424", "2026-02-01")),
            ["/last_digits format", "/expires range"]
        );
        assert_eq!(wrong(SaidDetails::Plain(MethodKind::Card)), ["/kind required"]);
        assert_eq!(SaidDetails::Plain(MethodKind::BankTransfer).check(today), Ok(()));
    }

    #[test]
    fn a_card_that_is_over_is_taken_no_more() {
        let it = kept(card("pm_1", "4242", "2026-03-01"));
        assert_eq!((it.name.as_str(), it.details.kind()), ("Visa ···· 4242", MethodKind::Card));
        assert_eq!(it.state_on(date("2026-02-28")), State::Active);
        assert_eq!(it.state_on(date("2026-03-01")), State::Expired);
        let refused = it.clone().made_default(date("2026-03-01")).map_err(|it| it.code);
        assert_eq!(refused, Err(Code::PaymentStateForbids));
        let (it, _) = it.made_default(date("2026-02-28")).expect("usable");
        let (it, verb) = it.removed(Instant::from_micros(2).expect("an instant"));
        assert!(it.is_removed() && !it.is_default && verb == Verb::Removed);
        assert!(it.usable_on(date("2026-02-01")).is_err());
    }
}
