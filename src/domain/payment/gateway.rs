//! Gateways: who takes in money for a seller, and how they are spoken to.
//!
//! A payment method on file names its gateway by its code; a seller may have several at once.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Invalid, Refusal, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::GatewayId;
use crate::domain::sealed::Sealed;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, WebAddress};
use crate::domain::word::words;

words! {
    /// In whose words a gateway is spoken to.
    GatewayKind {
        /// Ours: nothing is paid, and whoever tries it says what becomes of a payment.
        Sandbox = "sandbox";
        /// Those of Stripe, which others speak too.
        Stripe = "stripe";
        /// Those of PayPal's orders, version 2.
        Paypal = "paypal";
    }
}

words! {
    /// Whether a gateway takes payments.
    State {
        /// It does.
        Active = "active";
        /// Its seller took it away; what began through it is still heard of.
        Removed = "removed";
    }
}

/// Who takes in money for a seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    /// Its identity.
    pub id: GatewayId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// By what payment methods name it.
    pub code: text::Code,
    /// In whose words it is spoken to.
    pub kind: GatewayKind,
    /// What payers read of it.
    pub name: Name,
    /// How one gets in.
    pub access: Access,
    /// How many days after each failure a payment that is due by itself is tried again.
    pub retry_days: Vec<u16>,
    state: State,
}

/// How one gets in to a gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Where it is; where its kind usually is if nothing is said.
    pub address: Option<WebAddress>,
    /// As whom we speak to it, where it wants to know.
    pub login: Option<Name>,
    /// What proves to it who we are.
    pub secret: Option<Sealed>,
    /// What proves to us that it was the gateway that called.
    pub signing: Option<Sealed>,
}

/// How often a payment is tried again at most, and after how many days at most.
const RETRIES_MAX: usize = 10;
const RETRY_DAYS_MAX: u16 = 365;

/// When a payment that failed is tried again if its seller says nothing.
pub const RETRY_DAYS: [u16; 3] = [3, 5, 7];

/// A gateway to be kept.
#[derive(Debug, Clone)]
pub struct KeepGateway {
    /// Its identity.
    pub id: GatewayId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// By what payment methods name it.
    pub code: text::Code,
    /// In whose words it is spoken to.
    pub kind: GatewayKind,
    /// What payers read of it.
    pub name: Name,
    /// How one gets in.
    pub access: Access,
    /// How many days after each failure a payment is tried again.
    pub retry_days: Vec<u16>,
}

impl Gateway {
    /// A gateway that takes payments from now on.
    ///
    /// # Errors
    /// With every field that is missing or wrong.
    pub fn kept(command: KeepGateway) -> Result<(Self, Verb), Invalid> {
        let KeepGateway { id, stamp, code, kind, name, access, retry_days } = command;
        let state = State::Active;
        let kept = Self { id, stamp, code, kind, name, access, retry_days, state };
        kept.check()?;
        Ok((kept, Verb::Created))
    }

    /// The gateway after its seller has changed something.
    ///
    /// # Errors
    /// If it was taken away; with every field that is missing or wrong.
    pub fn revised(self) -> Result<(Self, Verb), Refusal> {
        self.must_be_there()?;
        self.check()?;
        Ok((self, Verb::Changed))
    }

    /// The gateway taken away.
    ///
    /// # Errors
    /// If it was before.
    pub fn removed(self) -> Result<(Self, Verb), Rejection> {
        self.must_be_there()?;
        Ok((Self { state: State::Removed, ..self }, Verb::Removed))
    }

    /// Whether it takes payments.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether it takes payments.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    /// After how many days a payment is tried again of which so many tries have failed; `None` if
    /// that was the last.
    #[must_use]
    pub fn retry_after(&self, tries: u16) -> Option<u16> {
        self.retry_days.get(usize::from(tries).checked_sub(1)?).copied()
    }

    fn must_be_there(&self) -> Result<(), Rejection> {
        match self.state {
            State::Active => Ok(()),
            State::Removed => {
                let why = format!("the gateway `{}` was taken away", self.code);
                Err(Rejection::new(Code::PaymentStateForbids, why))
            }
        }
    }

    fn check(&self) -> Result<(), Invalid> {
        let mut found = Vec::new();
        let mut must = |is_so: bool, field: &str, rule: &'static str, message: String| {
            if !is_so {
                found.push(Violation::new(field, rule, message));
            }
        };
        let (is_ours, wants_login) = match self.kind {
            GatewayKind::Sandbox => (true, false),
            GatewayKind::Stripe => (false, false),
            GatewayKind::Paypal => (false, true),
        };
        let needed = |what: &str| format!("must be given: {what}");
        must(
            is_ours || self.access.secret.is_some(),
            "/secret",
            "required",
            needed("it lets us in"),
        );
        must(
            self.access.signing.is_some(),
            "/signing_secret",
            "required",
            needed("its call-backs are known by it"),
        );
        must(
            !wants_login || self.access.login.is_some(),
            "/login",
            "required",
            needed("it is asked with the secret"),
        );
        let days = &self.retry_days;
        let fits = days.iter().all(|it| (1..=RETRY_DAYS_MAX).contains(it));
        must(
            days.len() <= RETRIES_MAX && fits,
            "/retry_days",
            "range",
            format!("must be at most {RETRIES_MAX} numbers from 1 to {RETRY_DAYS_MAX}"),
        );
        Invalid::unless_empty(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{id, stamp};

    fn command(kind: GatewayKind) -> KeepGateway {
        let sealed = || Some(Sealed::new(vec![1]));
        KeepGateway {
            id: id(1),
            stamp: stamp(),
            code: "shop".parse().expect("a code"),
            kind,
            name: "Shop".parse().expect("a name"),
            access: Access { address: None, login: None, secret: sealed(), signing: sealed() },
            retry_days: RETRY_DAYS.to_vec(),
        }
    }

    fn fields(of: KeepGateway) -> Vec<String> {
        let refused = Gateway::kept(of).err().map(|it| it.violations).unwrap_or_default();
        refused.into_iter().map(|it| it.field).collect()
    }

    #[test]
    fn each_kind_needs_what_it_is_spoken_to_with() {
        for kind in GatewayKind::ALL {
            let mut bare = command(*kind);
            bare.access = Access { secret: None, signing: None, ..bare.access };
            let expected: &[&str] = match kind {
                GatewayKind::Sandbox => &["/signing_secret"],
                GatewayKind::Stripe => &["/secret", "/signing_secret"],
                GatewayKind::Paypal => &["/secret", "/signing_secret", "/login"],
            };
            assert_eq!(fields(bare), expected, "{kind}");
        }
    }

    #[test]
    fn a_ladder_of_tries_ends() {
        let kept = Gateway::kept(command(GatewayKind::Stripe)).expect("a gateway").0;
        let after: Vec<_> = (0..5).map(|it| kept.retry_after(it)).collect();
        assert_eq!(after, [None, Some(3), Some(5), Some(7), None]);
        for wrong in [vec![0], vec![366], vec![1; 11]] {
            let it = KeepGateway { retry_days: wrong, ..command(GatewayKind::Sandbox) };
            assert_eq!(fields(it), ["/retry_days"]);
        }
    }

    #[test]
    fn what_was_taken_away_is_changed_no_more() {
        let removed = Gateway::kept(command(GatewayKind::Stripe)).expect("a gateway").0;
        let removed = removed.removed().expect("it was there").0;
        assert!(!removed.is_active() && removed.clone().revised().is_err());
        assert_eq!(removed.removed().map_err(|it| it.code), Err(Code::PaymentStateForbids));
    }
}
