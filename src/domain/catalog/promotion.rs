//! What lowers a price: discounts, the coupons that unlock them, and promotions that announce them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::keys_violations;
use super::lifecycle::{Life, Trigger};
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{
    AccountId, ClassId, CouponId, DiscountId, OfferId, PriceId, PromotionId, ResourceId,
};
use crate::domain::localized::Localized;
use crate::domain::money::Money;
use crate::domain::quantity::Percent;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, Prose};
use crate::domain::time::{Instant, Span, Validity};
use crate::domain::word::words;

/// By how much a price is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reduction {
    /// By a share of it.
    Share(Percent),
    /// By an amount, but never below nothing.
    Amount(Money),
    /// To a fixed fee, which also takes the place of tiers.
    Fee(Money),
}

/// How often a reduction is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lasting {
    /// On the first charge alone.
    Once,
    /// On every charge.
    Always,
    /// On every charge for a time from the subscription's start.
    For(Span),
    /// On so many charges.
    Charges(u32),
}

words! {
    /// Which sorts of charge are lowered.
    Charged {
        /// What is due once, at the start.
        Setup = "setup";
        /// What is due in every period.
        Recurring = "recurring";
        /// What is due with a renewal.
        Renewal = "renewal";
        /// What is due for use.
        Usage = "usage";
    }
}

/// What a discount is given on, and to whom. An empty set is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// On these offers.
    pub offers: BTreeSet<OfferId>,
    /// On these terms of an offer.
    pub terms: BTreeSet<text::Code>,
    /// On these resources.
    pub resources: BTreeSet<ResourceId>,
    /// On these prices.
    pub prices: BTreeSet<PriceId>,
    /// On these sorts of charge.
    pub charges: BTreeSet<Charged>,
    /// To accounts of these classes.
    pub classes: BTreeSet<ClassId>,
    /// To these accounts.
    pub accounts: BTreeSet<AccountId>,
}

/// What is to be priced, as a scope looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The offer.
    pub offer: OfferId,
    /// The term, if one was chosen.
    pub term: Option<&'a text::Code>,
    /// The resource that is charged, if it is one.
    pub resource: Option<ResourceId>,
    /// The price.
    pub price: PriceId,
    /// The sort of charge.
    pub charged: Charged,
    /// Who pays.
    pub account: AccountId,
    /// The class of who pays.
    pub class: Option<ClassId>,
}

impl Scope {
    /// Whether something lies in it.
    #[must_use]
    pub fn covers(&self, it: &Subject<'_>) -> bool {
        meets(&self.offers, Some(&it.offer))
            && meets(&self.terms, it.term)
            && meets(&self.resources, it.resource.as_ref())
            && meets(&self.prices, Some(&it.price))
            && meets(&self.charges, Some(&it.charged))
            && meets(&self.classes, it.class.as_ref())
            && meets(&self.accounts, Some(&it.account))
    }

    /// How narrow it is. Of several discounts only the most specific is given: one price before
    /// one resource, that before one term, that before one offer, that before all.
    #[must_use]
    pub fn rank(&self) -> u8 {
        let rules = [
            !self.offers.is_empty(),
            !self.terms.is_empty(),
            !self.resources.is_empty(),
            !self.prices.is_empty(),
        ];
        rules.iter().enumerate().filter(|it| *it.1).map(|it| 1 << it.0).sum()
    }
}

fn meets<T: Ord>(rule: &BTreeSet<T>, it: Option<&T>) -> bool {
    rule.is_empty() || it.is_some_and(|it| rule.contains(it))
}

words! {
    /// What it takes to get a discount.
    Access {
        /// Nothing: whoever it covers gets it.
        Automatic = "automatic";
        /// A coupon.
        Coupon = "coupon";
    }
}

/// A standing reduction of prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// Its id.
    pub id: DiscountId,
    /// Whose it is.
    pub stamp: Stamp,
    /// What invoices call it.
    pub name: Localized<Name>,
    /// By how much.
    pub reduction: Reduction,
    /// How often.
    pub lasting: Lasting,
    /// On what, and for whom.
    pub scope: Scope,
    /// What it takes to get it.
    pub access: Access,
    /// Which of equally specific ones comes first: the higher.
    pub priority: u8,
    /// When it can be got.
    pub valid_for: Validity,
}

/// The discount that is given: the most specific of those that cover the subject, valid at `now`
/// and either automatic or unlocked by a coupon; by priority, then by age, where that does not
/// decide.
#[must_use]
pub fn given<'a>(
    discounts: &'a [Discount],
    unlocked: &BTreeSet<DiscountId>,
    subject: &Subject<'_>,
    now: Instant,
) -> Option<&'a Discount> {
    let open = |it: &&Discount| match it.access {
        Access::Automatic => true,
        Access::Coupon => unlocked.contains(&it.id),
    };
    let fits = |it: &&Discount| it.valid_for.contains(now) && it.scope.covers(subject);
    let order = |it: &&Discount| (it.scope.rank(), it.priority, std::cmp::Reverse(it.id));
    discounts.iter().filter(open).filter(fits).max_by_key(order)
}

/// A code that unlocks a discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    /// Its id.
    pub id: CouponId,
    /// Whose it is.
    pub stamp: Stamp,
    /// What the buyer types; compared in upper case.
    pub code: text::Code,
    /// What it unlocks.
    pub discount: DiscountId,
    /// How often it can be used in all.
    pub uses_max: Option<u32>,
    /// How often one account can use it.
    pub uses_per_account_max: Option<u32>,
    /// When it can be used.
    pub valid_for: Validity,
}

/// How often a coupon has been used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uses {
    /// By anybody.
    pub in_all: u32,
    /// By the account that wants to use it.
    pub by_account: u32,
}

impl Coupon {
    /// The form under which two spellings of one code are the same.
    #[must_use]
    pub fn folded(&self) -> String {
        self.code.as_str().to_uppercase()
    }

    /// Refuses a use beyond its time or its limits.
    ///
    /// # Errors
    /// If it is not valid, or used up.
    pub fn must_be_usable(&self, uses: Uses, now: Instant) -> Result<(), Rejection> {
        let spent = |max: Option<u32>, uses: u32| max.is_some_and(|it| uses >= it);
        let why = match (self.valid_for.contains(now), spent(self.uses_max, uses.in_all)) {
            (false, _) => "is not valid now",
            (true, true) => "is used up",
            (true, false) if spent(self.uses_per_account_max, uses.by_account) => {
                "was used by the account as often as it may"
            }
            (true, false) => return Ok(()),
        };
        Err(Rejection::new(Code::CouponForbids, format!("the coupon `{}` {why}", self.code)))
    }
}

words! {
    /// How the criteria of a group hang together.
    Junction {
        /// All must hold.
        All = "all";
        /// One must hold.
        Any = "any";
    }
}

/// A condition of a promotion, in the words of who announced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// What is looked at.
    pub parameter: Name,
    /// How it is compared.
    pub operator: text::Code,
    /// What it is compared with.
    pub value: Prose,
}

/// What a promotion does, in the words of who announced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What is done.
    pub kind: Name,
    /// What it is done to.
    pub object: Option<Name>,
    /// With which value.
    pub value: Option<Prose>,
}

/// Conditions that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriteriaGroup {
    /// What the group is called.
    pub name: Option<Name>,
    /// How its conditions hang together.
    pub junction: Junction,
    /// The conditions.
    pub criteria: Vec<Criterion>,
}

/// A case of a promotion: if the conditions hold, the actions follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// What it is called; once per promotion.
    pub name: Name,
    /// Which case comes first: the higher.
    pub priority: u8,
    /// How its groups hang together.
    pub junction: Junction,
    /// The conditions.
    pub groups: Vec<CriteriaGroup>,
    /// What follows.
    pub actions: Vec<Action>,
}

/// What is announced: for a time, for some, with the discounts that make it true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// Its id.
    pub id: PromotionId,
    /// Whose it is.
    pub stamp: Stamp,
    /// How far it has come.
    pub life: Life,
    /// What it is called.
    pub name: Localized<Name>,
    /// What it says.
    pub description: Option<Localized<Prose>>,
    /// What sort of promotion it is: `discount`, `award`.
    pub kind: Option<text::Code>,
    /// What makes it true.
    pub discounts: BTreeSet<DiscountId>,
    /// What is promoted.
    pub offers: BTreeSet<OfferId>,
    patterns: Vec<Pattern>,
}

impl Promotion {
    /// A promotion that promises nothing yet.
    #[must_use]
    pub const fn new(id: PromotionId, stamp: Stamp, life: Life, name: Localized<Name>) -> Self {
        Self {
            id,
            stamp,
            life,
            name,
            description: None,
            kind: None,
            discounts: BTreeSet::new(),
            offers: BTreeSet::new(),
            patterns: Vec::new(),
        }
    }

    /// Its cases.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The promotion with other cases.
    ///
    /// # Errors
    /// If two have one name, or one of them does nothing.
    pub fn with_patterns(self, patterns: Vec<Pattern>) -> Result<Self, Invalid> {
        let mut found = keys_violations("/patterns", patterns.iter().map(|it| &it.name));
        for (place, _) in patterns.iter().enumerate().filter(|it| it.1.actions.is_empty()) {
            let field = format!("/patterns/{place}/actions");
            found.push(Violation::new(field, "required", "must have at least one entry"));
        }
        Invalid::unless_empty(found)?;
        Ok(Self { patterns, ..self })
    }

    /// The promotion after a trigger.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger) -> Result<(Self, Verb), Rejection> {
        let (life, verb) = self.life.on(trigger, 0)?;
        Ok((Self { life, ..self }, verb))
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::*;
    use crate::domain::catalog::lifecycle::State;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000).expect("in range")
    }

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(Uuid::from_u128(number))
    }

    fn stamp() -> Stamp {
        Stamp::new(SellerNumber::PROVIDER, None, at(0))
    }

    fn name() -> Localized<Name> {
        Localized::new("en".parse().expect("a locale"), "Spring".parse().expect("a name"))
    }

    fn discount(number: u128, scope: Scope) -> Discount {
        Discount {
            id: id(number),
            stamp: stamp(),
            name: name(),
            reduction: Reduction::Share(Percent::new(Decimal::TEN)),
            lasting: Lasting::Always,
            scope,
            access: Access::Automatic,
            priority: 0,
            valid_for: Validity::ALWAYS,
        }
    }

    fn subject() -> Subject<'static> {
        Subject {
            offer: id(1),
            term: None,
            resource: Some(id(1)),
            price: id(1),
            charged: Charged::Recurring,
            account: id(1),
            class: None,
        }
    }

    fn chosen(discounts: &[Discount]) -> Option<DiscountId> {
        given(discounts, &BTreeSet::new(), &subject(), at(0)).map(|it| it.id)
    }

    #[test]
    fn only_the_most_specific_discount_is_given() {
        let all = discount(1, Scope::default());
        let offer = discount(2, Scope { offers: [id(1)].into(), ..Scope::default() });
        let resource = discount(3, Scope { resources: [id(1)].into(), ..Scope::default() });
        let other = discount(4, Scope { prices: [id(9)].into(), ..Scope::default() });
        let mut discounts = vec![all, offer, resource, other];
        for expected in [Some(id(3)), Some(id(2)), Some(id(1)), None] {
            assert_eq!(chosen(&discounts), expected);
            discounts.retain(|it| Some(it.id) != expected);
        }
    }

    #[test]
    fn a_discount_covers_what_meets_all_its_rules() {
        for (scope, expected) in [
            (Scope { charges: [Charged::Recurring].into(), ..Scope::default() }, true),
            (Scope { charges: [Charged::Setup].into(), ..Scope::default() }, false),
            (Scope { classes: [id(1)].into(), ..Scope::default() }, false),
            (Scope { accounts: [id(1)].into(), ..Scope::default() }, true),
            (Scope { terms: ["y".parse().expect("a code")].into(), ..Scope::default() }, false),
        ] {
            assert_eq!(scope.covers(&subject()), expected, "{scope:?}");
        }
    }

    #[test]
    fn priority_and_then_age_decide_between_equals() {
        let mut discounts = [discount(1, Scope::default()), discount(2, Scope::default())];
        assert_eq!(chosen(&discounts), Some(id(1)));
        discounts[1].priority = 1;
        assert_eq!(chosen(&discounts), Some(id(2)));
    }

    #[test]
    fn what_needs_a_coupon_is_given_only_with_it_and_in_its_time() {
        let mut discounts = [discount(1, Scope::default())];
        discounts[0].access = Access::Coupon;
        discounts[0].valid_for = Validity::new(None, Some(at(10))).expect("not empty");
        assert_eq!(chosen(&discounts), None);
        let with = |now| given(&discounts, &[id(1)].into(), &subject(), at(now)).map(|it| it.id);
        assert_eq!([with(9), with(10)], [Some(id(1)), None]);
    }

    #[test]
    fn a_coupon_ends_with_its_time_and_its_uses() {
        let coupon = Coupon {
            id: id(1),
            stamp: stamp(),
            code: "Spring-26".parse().expect("a code"),
            discount: id(1),
            uses_max: Some(100),
            uses_per_account_max: Some(1),
            valid_for: Validity::new(Some(at(10)), None).expect("not empty"),
        };
        assert_eq!(coupon.folded(), "SPRING-26");
        for (in_all, by_account, now, usable) in
            [(99, 0, 10, true), (99, 0, 9, false), (100, 0, 10, false), (99, 1, 10, false)]
        {
            let uses = Uses { in_all, by_account };
            let code = coupon.must_be_usable(uses, at(now)).map_err(|it| it.code);
            let expected = if usable { Ok(()) } else { Err(Code::CouponForbids) };
            assert_eq!(code, expected, "{uses:?} at {now}");
        }
    }

    #[test]
    fn a_case_of_a_promotion_does_something() {
        let life = Life::new(State::Active, Validity::ALWAYS).expect("can begin");
        let promotion = Promotion::new(id(1), stamp(), life, name());
        let action = Action { kind: "ten off".parse().expect("a name"), object: None, value: None };
        let pattern = |actions: &[Action]| Pattern {
            name: "spring".parse().expect("a name"),
            priority: 0,
            junction: Junction::All,
            groups: vec![],
            actions: actions.to_vec(),
        };
        let with = |patterns| promotion.clone().with_patterns(patterns);
        assert!(with(vec![pattern(&[])]).is_err());
        assert!(with(vec![pattern(std::slice::from_ref(&action)); 2]).is_err());
        let kept = with(vec![pattern(&[action])]).expect("valid");
        assert_eq!(kept.patterns().len(), 1);
        assert_eq!(kept.on(Trigger::Launch).map(|it| it.1), Ok(Verb::Launched));
    }
}
