//! Customer classes: the terms that a vendor gives a group of customers.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | customer class | CustomerClass | – | – |
//!
//! Every vendor is born with a class named `Default`, number 0. A change of terms affects every
//! account of the class from the next step on; what was billed stays as it was.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::cycle::Cycle;
use super::profile::limit_violations;
use crate::domain::dunning::Ladder;
use crate::domain::error::{Code, Invalid, Refusal, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::ClassId;
use crate::domain::money::{Currency, Money};
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text::{self, Name, Prose};
use crate::domain::time::{Date, Instant};
use crate::domain::word::words;

/// By when an invoice is to be paid, and what happens if it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CreditTerms {
    /// So many days has the payer, the day of the invoice being the first.
    pub due_days: u16,
    /// So many days after that are borne without consequence.
    pub grace_days: u16,
    /// So many days may the balance stay negative before the account is held.
    pub hold_days: u16,
    /// Whether the house holds by itself.
    pub holding: Holding,
}

words! {
    /// Who puts a credit hold.
    Holding {
        /// The house, when the terms are broken.
        Automatic = "automatic";
        /// People only.
        Manual = "manual";
    }
}

/// Since when an account owes: what the terms are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrears {
    /// The due day of the oldest invoice that is not fully paid.
    pub oldest_due_on: Date,
    /// The day on which the account's balance went below zero.
    pub negative_since_on: Date,
}

impl CreditTerms {
    /// Ten days to pay, and thirty days of a negative balance before people may think of a hold: the
    /// house holds by itself only where somebody has said so.
    pub const DEFAULT: Self =
        Self { due_days: 10, grace_days: 0, hold_days: 30, holding: Holding::Manual };

    /// The last day on which an invoice of `invoice_on` is paid in time.
    ///
    /// The day of the invoice counts, so a due period of one day ends on it; one of no days is
    /// taken for one. So counts the contract that names the period (APS: the invoice date plus the due
    /// period, less a day), and an invoice says the day itself; what a seller is granted to pay out
    /// its partners is counted from the day after, by
    /// [`SettlementNote`](crate::domain::settlement::note::SettlementNote).
    #[must_use]
    pub fn due_on(self, invoice_on: Date) -> Date {
        invoice_on.plus_days(i64::from(self.due_days.max(1)) - 1)
    }

    /// The last day on which a late payment is borne.
    #[must_use]
    pub fn grace_ends_on(self, due_on: Date) -> Date {
        due_on.plus_days(i64::from(self.grace_days))
    }

    /// Whether an account that owes is to be held today by the house: the grace of an overdue
    /// invoice is over, *and* the balance has been negative for longer than the hold period.
    #[must_use]
    pub fn are_broken(self, arrears: Arrears, today: Date) -> bool {
        let hold_on = self.holds_on(arrears.oldest_due_on, arrears.negative_since_on);
        hold_on.is_some_and(|it| it <= today)
    }

    /// The first day on which the house is to hold an account whose oldest overdue invoice was due
    /// on a day and whose balance is below zero since another; `None` where only people hold.
    #[must_use]
    pub fn holds_on(self, oldest_due_on: Date, negative_since_on: Date) -> Option<Date> {
        let borne_until = negative_since_on.plus_days(i64::from(self.hold_days));
        match self.holding {
            Holding::Automatic => {
                Some(self.grace_ends_on(oldest_due_on).max(borne_until).plus_days(1))
            }
            Holding::Manual => None,
        }
    }
}

words! {
    /// Whether one pays before or after.
    BillingType {
        /// Before: nothing runs without money for it.
        Prepaid = "prepaid";
        /// After, by invoice.
        Postpaid = "postpaid";
    }
}

words! {
    /// Whether a member of a customer account may order by itself.
    MemberBuying {
        /// It may.
        Allowed = "allowed";
        /// Its administrators order.
        Forbidden = "forbidden";
    }
}

words! {
    /// How customers are reminded of what they owe.
    Reminding {
        /// By mail: what presupposes a reminder waits until one has gone out.
        Mail = "mail";
        /// By post too, which people see to: nothing waits for a mail.
        Post = "post";
    }
}

/// What a vendor grants to the customers of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassTerms {
    /// What the class is called.
    pub name: Name,
    /// Whom it is for.
    pub description: Option<Prose>,
    /// By when they pay.
    pub credit: CreditTerms,
    /// How much they may owe, at most once per currency; a currency that is absent has no limit.
    pub credit_limits: Vec<Money>,
    /// When their statements are made.
    pub cycle: Cycle,
    /// Whether they pay before or after.
    pub billing_type: BillingType,
    /// What is done step by step when they do not pay.
    pub dunning: Ladder,
    /// Whether their members may order.
    pub member_buying: MemberBuying,
    /// How they are reminded when they do not pay.
    pub reminding: Reminding,
    /// The channels that are kept for them, and for those of other classes that name them.
    pub channels: BTreeSet<text::Code>,
}

impl ClassTerms {
    /// The terms that a vendor begins with.
    #[must_use]
    pub fn default_terms() -> Self {
        Self {
            name: "Default".parse().expect("the word is a name"),
            description: None,
            credit: CreditTerms::DEFAULT,
            credit_limits: Vec::new(),
            cycle: Cycle::MONTHLY,
            billing_type: BillingType::Postpaid,
            dunning: Ladder::NONE,
            member_buying: MemberBuying::Forbidden,
            reminding: Reminding::Mail,
            channels: BTreeSet::new(),
        }
    }

    fn check(&self) -> Result<(), Invalid> {
        let mut found = limit_violations(&self.credit_limits);
        found.extend(self.cycle.violations("/cycle"));
        Invalid::unless_empty(found)
    }
}

/// A vendor's customers of one kind, and their terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerClass {
    /// Its identity.
    pub id: ClassId,
    /// Whose it is; its number is what contracts call it by, and 0 for the default class.
    pub stamp: Stamp,
    terms: ClassTerms,
    /// What is done about its customers has yet to follow its terms, if they have changed.
    following: Option<Following>,
}

/// How far what is done about the customers of a class follows the terms that it has now. It is kept
/// with the class, so that it goes on in pieces wherever the house is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Following {
    /// Since when.
    pub since_at: Instant,
    /// The place of the last customer for whom it does; `None`: for none yet.
    pub after: Option<Vec<u8>>,
}

/// Lays down a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateClass {
    /// The identity it gets.
    pub id: ClassId,
    /// Whose it will be, and its number: from 1 up.
    pub stamp: Stamp,
    /// What it grants.
    pub terms: ClassTerms,
}

impl CustomerClass {
    /// The number of the class that every vendor is born with.
    pub const DEFAULT_NUMBER: u64 = 0;

    /// The class that every vendor is born with.
    #[must_use]
    pub fn born_with(vendor: SellerNumber, id: ClassId, now: Instant) -> (Self, Verb) {
        let stamp = Stamp::new(vendor, None, now).numbered(Self::DEFAULT_NUMBER);
        (Self { id, stamp, terms: ClassTerms::default_terms(), following: None }, Verb::Created)
    }

    /// A further class.
    pub fn create(command: CreateClass) -> Result<(Self, Verb), Invalid> {
        let CreateClass { id, stamp, terms } = command;
        terms.check()?;
        if stamp.number == Self::DEFAULT_NUMBER {
            let message = "must not be 0, which is the number of the default class";
            return Err(Invalid::one("/number", "range", message));
        }
        Ok((Self { id, stamp, terms, following: None }, Verb::Created))
    }

    /// The same class with other terms. What is done about who has not paid has to follow them, from
    /// the first customer on, where they say something else of that.
    pub fn revise(self, terms: ClassTerms, now: Instant) -> Result<(Self, Verb), Invalid> {
        terms.check()?;
        let of = |it: &ClassTerms| (it.dunning.clone(), it.credit, it.reminding);
        let following = match of(&self.terms) == of(&terms) {
            true => self.following,
            false => Some(Following { since_at: now, after: None }),
        };
        Ok((Self { terms, following, ..self }, Verb::Changed))
    }

    /// The same with what is done followed up to a customer, or for all of them.
    #[must_use]
    pub fn followed(self, up_to: Option<Vec<u8>>) -> Self {
        let following = self.following.zip(up_to);
        let following = following.map(|(it, up_to)| Following { after: Some(up_to), ..it });
        Self { following, ..self }
    }

    /// How far what is done follows its terms; `None`: it does for everybody.
    #[must_use]
    pub const fn following(&self) -> Option<&Following> {
        self.following.as_ref()
    }

    /// The class no more, unless it is the default one or has `accounts` in it.
    pub fn remove(self, accounts: u64) -> Result<(Self, Verb), Refusal> {
        let refused = |why: String| Err(Rejection::new(Code::InUse, why).into());
        if self.is_default() {
            return refused("the default class cannot be removed".to_owned());
        }
        if accounts > 0 {
            return refused(format!("class `{}` has {accounts} accounts", self.terms.name));
        }
        Ok((self, Verb::Removed))
    }

    /// Whether it is the class that its vendor was born with.
    #[must_use]
    pub const fn is_default(&self) -> bool {
        self.stamp.number == Self::DEFAULT_NUMBER
    }

    /// What it grants.
    #[must_use]
    pub const fn terms(&self) -> &ClassTerms {
        &self.terms
    }

    /// How much an account of the class may owe in a currency; `None` for without limit.
    #[must_use]
    pub fn credit_limit(&self, currency: Currency) -> Option<Money> {
        self.terms.credit_limits.iter().copied().find(|it| it.currency() == currency)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    fn terms(due_days: u16, grace_days: u16, hold_days: u16) -> CreditTerms {
        CreditTerms { due_days, grace_days, hold_days, holding: Holding::Automatic }
    }

    fn stamp(number: u64) -> Stamp {
        let now = Instant::from_micros(0).expect("in range");
        Stamp::new(SellerNumber::PROVIDER, None, now).numbered(number)
    }

    fn create(number: u64, terms: ClassTerms) -> Result<(CustomerClass, Verb), Invalid> {
        let id = ClassId::from_uuid(Uuid::nil());
        CustomerClass::create(CreateClass { id, stamp: stamp(number), terms })
    }

    #[test]
    fn the_day_of_the_invoice_is_the_first_of_the_due_period() {
        for (due_days, expected) in
            [(10, "2026-01-10"), (1, "2026-01-01"), (0, "2026-01-01"), (32, "2026-02-01")]
        {
            assert_eq!(terms(due_days, 0, 0).due_on(date("2026-01-01")), date(expected));
        }
    }

    #[test]
    fn the_house_holds_after_grace_and_hold_period_are_both_over() {
        let arrears =
            Arrears { oldest_due_on: date("2026-01-10"), negative_since_on: date("2026-01-01") };
        for (grace, hold, today, expected) in [
            (0, 0, "2026-01-10", false),
            (0, 0, "2026-01-11", true),
            (5, 0, "2026-01-15", false),
            (5, 0, "2026-01-16", true),
            (0, 30, "2026-01-31", false),
            (0, 30, "2026-02-01", true),
            (40, 30, "2026-02-19", false),
            (40, 30, "2026-02-20", true),
        ] {
            let terms = terms(10, grace, hold);
            let case = format!("grace {grace} hold {hold} on {today}");
            assert_eq!(terms.are_broken(arrears, date(today)), expected, "{case}");
            let manual = CreditTerms { holding: Holding::Manual, ..terms };
            assert!(!manual.are_broken(arrears, date(today)), "{case}");
        }
    }

    #[test]
    fn a_vendor_is_born_with_the_default_class_and_keeps_it() {
        let id = ClassId::from_uuid(Uuid::nil());
        let now = Instant::from_micros(0).expect("in range");
        let (class, verb) = CustomerClass::born_with(SellerNumber(7), id, now);
        assert_eq!((class.terms().name.as_str(), class.stamp.number), ("Default", 0));
        assert_eq!((class.stamp.seller, verb), (SellerNumber(7), Verb::Created));
        assert!(class.remove(0).is_err());
    }

    #[test]
    fn a_class_goes_only_when_nobody_is_in_it() {
        let (class, _) = create(1, ClassTerms::default_terms()).expect("right terms");
        let refused = class.clone().remove(2).map_err(|it| it.to_string());
        assert_eq!(refused, Err("class `Default` has 2 accounts".to_owned()));
        assert_eq!(class.remove(0).map(|it| it.1), Ok(Verb::Removed));
    }

    #[test]
    fn what_is_done_follows_terms_that_say_something_else_of_it() {
        let (class, _) = create(1, ClassTerms::default_terms()).expect("right terms");
        let now = Instant::from_micros(7).expect("in range");
        let same = ClassTerms { name: "Gold".parse().expect("a name"), ..class.terms().clone() };
        let class = class.revise(same.clone(), now).expect("right terms").0;
        assert_eq!(class.following(), None);
        let other = ClassTerms { dunning: Ladder::usual(), ..same };
        let class = class.revise(other.clone(), now).expect("right terms").0;
        assert_eq!(class.following(), Some(&Following { since_at: now, after: None }));
        let class = class.followed(Some(vec![1]));
        assert_eq!(class.following().and_then(|it| it.after.clone()), Some(vec![1]));
        let renamed = class.clone().revise(other, now).expect("right terms").0;
        assert_eq!(renamed.following(), class.following(), "it goes on");
        let again = ClassTerms { dunning: Ladder::NONE, ..class.terms().clone() };
        let again = class.clone().revise(again, now).expect("right terms").0;
        assert_eq!(again.following().and_then(|it| it.after.clone()), None, "it begins anew");
        assert_eq!(class.followed(None).following(), None);
    }

    #[test]
    fn limits_are_not_negative_and_there_is_one_per_currency() {
        let limits = [
            Money::minor(10, Currency::EUR),
            Money::minor(-1, Currency::USD),
            Money::minor(20, Currency::EUR),
        ];
        let terms = ClassTerms { credit_limits: limits.to_vec(), ..ClassTerms::default_terms() };
        let refused = create(1, terms.clone()).map_err(|it| it.violations.len());
        assert_eq!(refused.map(|it| it.1), Err(2));
        assert!(create(0, ClassTerms::default_terms()).is_err());

        let terms = ClassTerms { credit_limits: limits[..1].to_vec(), ..terms };
        let (class, _) = create(1, terms).expect("right terms");
        assert_eq!(class.credit_limit(Currency::EUR), Some(limits[0]));
        assert_eq!(class.credit_limit(Currency::USD), None);
    }
}
