//! Shares: how an amount is parted among a platform, an owner and partners.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, CategoryId, OfferId, ShareModelId};
use crate::domain::money::{Currency, Money, MoneyError, Rounding};
use crate::domain::quantity::Percent;
use crate::domain::stamp::Stamp;
use crate::domain::text::Name;
use crate::domain::time::Date;
use crate::domain::word::words;

/// How many parts a model may have.
pub const PARTS_MAX: usize = 50;

/// A percentage of a model has so many decimal places at most.
const PLACES_MAX: u32 = 6;

words! {
    /// In which role somebody gets a part.
    Role {
        /// Whoever runs the installation.
        Platform = "platform";
        /// Whoever sells.
        Owner = "owner";
        /// Whoever contributed.
        Partner = "partner";
    }
}

/// For what a model is. What is said of an offer goes before what is said of who delivers it, that
/// before what is said of a category, and that before what is said of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// For all offers of its seller.
    Seller,
    /// For the offers of a category, and of those below it.
    Category(CategoryId),
    /// For one offer.
    Offer(OfferId),
    /// For the offers that one account delivers for their seller.
    Supplier(AccountId),
}

/// Who gets which part of what is paid for some offers of a seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareModel {
    /// Its identity.
    pub id: ShareModelId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// What people call it.
    pub name: Name,
    /// For what it is.
    pub scope: Scope,
    /// The first day on which it holds: for what is invoiced from then on.
    pub valid_from: Date,
    /// The parts.
    pub shares: Shares,
    /// What the seller kept of the marketplace when the parts were worked out from that: they follow what it
    /// keeps. Nothing if they were said.
    pub keeping: Option<Percent>,
}

impl ShareModel {
    /// The model with these parts as somebody says them. To say again what they are changes nothing of
    /// whether they follow what the seller keeps.
    #[must_use]
    pub fn with_said(self, shares: Shares) -> Self {
        let keeping = self.keeping.filter(|_| self.shares == shares);
        Self { shares, keeping, ..self }
    }
}

/// The model that holds for an offer, which an account may deliver for its seller, on a day: of those that
/// are said of the narrowest thing the latest. With each category that the offer lies in, or below, comes how far up it is: a category is
/// narrower than those above it.
#[must_use]
pub fn in_force<'a>(
    models: &'a [ShareModel],
    (offer, supplier): (OfferId, Option<AccountId>),
    categories: &BTreeMap<CategoryId, usize>,
    on: Date,
) -> Option<&'a ShareModel> {
    let narrow = |it: &ShareModel| match it.scope {
        Scope::Seller => Some((0, Reverse(0))),
        Scope::Category(id) => categories.get(&id).map(|up| (1, Reverse(*up))),
        Scope::Supplier(id) => (Some(id) == supplier).then_some((2, Reverse(0))),
        Scope::Offer(id) => (id == offer).then_some((3, Reverse(0))),
    };
    let holding = models.iter().filter(|it| it.valid_from <= on);
    let holding = holding.filter_map(|it| Some((narrow(it)?, it)));
    let found = holding.max_by_key(|(narrow, it)| (*narrow, it.valid_from, it.stamp.number));
    found.map(|it| it.1)
}

/// One part of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Who gets it.
    pub account: AccountId,
    /// In which role.
    pub role: Role,
    /// How much.
    pub portion: Portion,
}

/// How much somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Portion {
    /// A fixed amount of each charge, taken off first.
    Fixed(Money),
    /// So many hundredths of what is left then.
    Percent(Percent),
}

/// The parts of a model.
///
/// Invariant: the percentages sum to 100, nobody has two, no fixed part is negative, and only the
/// platform may get nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares(Vec<Part>);

impl Shares {
    /// The parts as they are.
    ///
    /// # Errors
    /// If they break the invariant.
    pub fn new(parts: Vec<Part>) -> Result<Self, Rejection> {
        let refused = |why: String| Err(Rejection::new(Code::ShareExceeds, why));
        if parts.len() > PARTS_MAX {
            return refused(format!("a model has at most {PARTS_MAX} parts"));
        }
        let mut sum = Decimal::ZERO;
        for (place, part) in parts.iter().enumerate() {
            if parts[..place].iter().any(|it| it.account == part.account) {
                return refused(format!("`{}` has more than one part", part.account));
            }
            if !part.is_fair() {
                return refused(format!(
                    "`{}` must get more than nothing, at most 100 %, with at most 6 decimal places",
                    part.account
                ));
            }
            sum += part.percent().decimal();
        }
        if sum != Percent::WHOLE.decimal() {
            return refused(format!(
                "the percentages sum to `{}` and must sum to 100",
                sum.normalize()
            ));
        }
        Ok(Self(parts))
    }

    /// What the platform gets.
    #[must_use]
    pub fn of_platform(&self) -> Percent {
        let found = self.0.iter().find(|it| it.role == Role::Platform);
        found.map_or(Percent::ZERO, Part::percent)
    }

    /// The parts of which the platform has so many hundredths of all that is paid, and all others of the
    /// rest what they had of theirs, in millionths of a hundredth; what that leaves over is the owner's.
    ///
    /// # Errors
    /// If a fixed part is taken off before, or somebody would be left nothing.
    pub fn giving(
        &self,
        (owner, platform): (AccountId, AccountId),
        percent: Percent,
    ) -> Result<Self, Rejection> {
        if percent == self.of_platform() && (percent.is_zero() || !self.has_fixed()) {
            return Ok(self.clone());
        }
        if !percent.is_zero() && self.has_fixed() {
            let why = "a fixed part is taken off before the platform gets its part";
            return Err(Rejection::new(Code::ShareExceeds, why));
        }
        let whole = Percent::WHOLE.decimal();
        let (had, has) = (whole - self.of_platform().decimal(), whole - percent.decimal());
        let (mut parts, mut left) = (Vec::with_capacity(self.0.len() + 1), has);
        for part in self.0.iter().filter(|it| it.role != Role::Platform) {
            let portion = match part.portion {
                Portion::Percent(it) => {
                    // Whoever is no platform has something, so that `had` is not nothing.
                    let now = (it.decimal() * has / had).trunc_with_scale(PLACES_MAX);
                    left -= now;
                    Portion::Percent(Percent::new(now))
                }
                Portion::Fixed(_) => part.portion,
            };
            parts.push(Part { portion, ..*part });
        }
        if !left.is_zero() {
            give(&mut parts, owner, left);
        }
        if has.is_zero() {
            parts.clear();
        }
        if !percent.is_zero() {
            let portion = Portion::Percent(percent);
            parts.push(Part { account: platform, role: Role::Platform, portion });
        }
        Self::new(parts)
    }

    fn has_fixed(&self) -> bool {
        self.0.iter().any(|it| matches!(it.portion, Portion::Fixed(_)))
    }

    /// The parts.
    #[must_use]
    pub fn as_slice(&self) -> &[Part] {
        &self.0
    }

    /// What each part gets of what was paid of a charge so far, in whole minor units that sum to it:
    /// fixed parts as far as it suffices for them, the first first, and the percentages of what is
    /// left, rounded. Of a charge in another currency a fixed part is nothing. An amount that goes back is
    /// parted as it was when it came.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn so_far(&self, paid: Money, rounding: Rounding) -> Result<Vec<Money>, Rejection> {
        if paid.is_negative() {
            let parts = self.so_far(paid.negated()?, rounding)?;
            return Ok(parts.into_iter().map(Money::negated).collect::<Result<_, _>>()?);
        }
        let (mut left, mut fixed) = (paid, Vec::with_capacity(self.0.len()));
        for part in &self.0 {
            let wanted = part.fixed(paid.currency()).unwrap_or(Money::zero(paid.currency()));
            let gets = if left.minus(wanted)?.is_negative() { left } else { wanted };
            left = left.minus(gets)?;
            fixed.push(gets);
        }
        let rates = self.rated(left, rounding)?;
        let whole = |(fixed, rate): (Money, Money)| fixed.plus(rate);
        Ok(fixed.into_iter().zip(rates).map(whole).collect::<Result<_, _>>()?)
    }

    /// What the percentages get of an amount, each rounded; what that leaves over or lacks is the owner's. Where
    /// there is none, or it would come to less than nothing, the largest remainders are rounded up.
    fn rated(&self, of: Money, rounding: Rounding) -> Result<Vec<Money>, MoneyError> {
        let rate = |it: &Part| {
            let exact = of.amount().part(it.percent().decimal(), Percent::WHOLE.decimal())?;
            exact.book(rounding)
        };
        let mut rates = self.0.iter().map(rate).collect::<Result<Vec<_>, MoneyError>>()?;
        let over = of.minus(Money::sum(rates.iter().copied(), of.currency())?)?;
        if over.is_zero() {
            return Ok(rates);
        }
        let owner = self.0.iter().position(|it| it.role == Role::Owner);
        let rest = owner.map(|it| Ok((it, rates[it].plus(over)?))).transpose()?;
        if let Some((owner, rest)) = rest.filter(|it: &(usize, Money)| !it.1.is_negative()) {
            rates[owner] = rest;
            return Ok(rates);
        }
        let weights: Vec<_> = self.0.iter().map(Part::weight).collect();
        Ok(of.split(&weights).expect("percentages sum to 100 and not to nothing"))
    }
}

/// Gives the owner so many hundredths more.
fn give(parts: &mut Vec<Part>, owner: AccountId, more: Decimal) {
    match parts.iter_mut().find(|it| it.account == owner) {
        Some(it) => it.portion = Portion::Percent(Percent::new(it.percent().decimal() + more)),
        None => {
            let portion = Portion::Percent(Percent::new(more));
            parts.push(Part { account: owner, role: Role::Owner, portion });
        }
    }
}

impl Part {
    fn percent(&self) -> Percent {
        match self.portion {
            Portion::Fixed(_) => Percent::ZERO,
            Portion::Percent(percent) => percent,
        }
    }

    fn fixed(&self, currency: Currency) -> Option<Money> {
        match self.portion {
            Portion::Fixed(amount) => Some(amount).filter(|it| it.currency() == currency),
            Portion::Percent(_) => None,
        }
    }

    /// The percentage in millionths of a hundredth: whole, because it has at most 6 places.
    fn weight(&self) -> u64 {
        let millionths = self.percent().decimal() * Decimal::from(1_000_000);
        u64::try_from(millionths).expect("a percentage is 0 to 100")
    }

    fn is_fair(&self) -> bool {
        match self.portion {
            Portion::Fixed(amount) => amount.as_minor() > 0,
            Portion::Percent(percent) => {
                let least =
                    percent >= Percent::ZERO && (self.role == Role::Platform || !percent.is_zero());
                least
                    && percent <= Percent::WHOLE
                    && percent.decimal().normalize().scale() <= PLACES_MAX
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::sample::{self, euros, id};
    use crate::domain::quantity::decimal;

    fn part(number: u128, role: Role, percent: &str) -> Part {
        let percent = Percent::new(decimal(percent).expect(percent));
        Part { account: id(number), role, portion: Portion::Percent(percent) }
    }

    fn fixed(number: u128, amount: &str) -> Part {
        let portion = Portion::Fixed(euros(amount));
        Part { account: id(number), role: Role::Partner, portion }
    }

    fn four(owner: &str) -> Vec<Part> {
        vec![
            part(1, Role::Platform, "25.5"),
            part(2, Role::Owner, owner),
            part(3, Role::Partner, "5.1"),
            part(4, Role::Partner, "9"),
        ]
    }

    fn amounts(shares: &Shares, amount: &str) -> Vec<String> {
        let parts = shares.so_far(euros(amount), Rounding::HalfUp).expect(amount);
        parts.iter().map(|it| it.decimal().to_string()).collect()
    }

    #[test]
    fn parts_are_whole_cents_that_sum_to_the_amount() {
        let shares = Shares::new(four("60.4")).expect("shares");
        assert_eq!(amounts(&shares, "1500.70"), ["382.68", "906.42", "76.54", "135.06"]);
        assert_eq!(amounts(&shares, "-1500.70"), ["-382.68", "-906.42", "-76.54", "-135.06"]);
        assert_eq!(amounts(&shares, "0.01"), ["0.00", "0.01", "0.00", "0.00"]);
    }

    #[test]
    fn partners_get_what_is_rounded_as_invoices_are_and_the_owner_the_rest() {
        use Rounding::{HalfEven, HalfUp};
        let (owner, partner) = (Role::Owner, Role::Partner);
        type Row<'a> = (&'a [(Role, &'a str)], &'a str, Rounding, &'a [&'a str]);
        let rows: [Row<'_>; 7] = [
            (&[(owner, "90"), (partner, "10")], "93.25", HalfUp, &["83.92", "9.33"]),
            (&[(owner, "90"), (partner, "10")], "93.25", HalfEven, &["83.93", "9.32"]),
            (&[(owner, "90"), (partner, "10")], "-93.25", HalfUp, &["-83.92", "-9.33"]),
            (&[(owner, "50"), (partner, "50")], "0.01", HalfUp, &["0.00", "0.01"]),
            // Nobody bears the rest: a cent is given once.
            (&[(partner, "50"), (partner, "50")], "0.01", HalfUp, &["0.01", "0.00"]),
            (&[(partner, "25"), (partner, "75")], "10", HalfUp, &["2.50", "7.50"]),
            // The owner has too little for what rounding adds.
            (
                &[(partner, "30"), (partner, "30"), (partner, "30"), (owner, "10")],
                "0.05",
                HalfUp,
                &["0.02", "0.02", "0.01", "0.00"],
            ),
        ];
        for (parts, amount, rounding, expected) in rows {
            let parts = (1..).zip(parts).map(|(number, (role, it))| part(number, *role, it));
            let shares = Shares::new(parts.collect()).expect("shares");
            let found = shares.so_far(euros(amount), rounding).expect(amount);
            let found: Vec<_> = found.iter().map(|it| it.decimal().to_string()).collect();
            assert_eq!(found, expected, "{amount}");
        }
    }

    #[test]
    fn fixed_parts_are_taken_off_first() {
        let parts = vec![fixed(1, "2"), part(2, Role::Owner, "70"), part(3, Role::Partner, "30")];
        let shares = Shares::new(parts).expect("shares");
        assert_eq!(amounts(&shares, "12"), ["2.00", "7.00", "3.00"]);
        assert_eq!(amounts(&shares, "-12"), ["-2.00", "-7.00", "-3.00"]);
        // Of what does not suffice the fixed parts get what there is.
        assert_eq!(amounts(&shares, "1.99"), ["1.99", "0.00", "0.00"]);
        let dollars =
            shares.so_far(Money::minor(1000, Currency::USD), Rounding::HalfUp).expect("parts");
        let dollars: Vec<_> = dollars.iter().map(|it| it.as_minor()).collect();
        assert_eq!(dollars, [0, 700, 300], "the fixed part is one of euros");
    }

    #[test]
    fn parts_that_are_not_the_whole_are_refused() {
        let refused = Shares::new(four("70.4")).expect_err("refused");
        assert_eq!(refused.detail, "the percentages sum to `110` and must sum to 100");
        let table = [
            vec![],
            vec![part(1, Role::Owner, "99.999999")],
            vec![part(1, Role::Owner, "50"), part(1, Role::Partner, "50")],
            vec![part(1, Role::Owner, "100"), part(2, Role::Partner, "0")],
            vec![part(1, Role::Owner, "101"), part(2, Role::Partner, "-1")],
            vec![part(1, Role::Owner, "99.9999999"), part(2, Role::Partner, "0.0000001")],
            vec![part(1, Role::Owner, "100"), fixed(2, "0")],
        ];
        for parts in table {
            let refused = Shares::new(parts.clone()).map_err(|it| it.code);
            assert_eq!(refused, Err(Code::ShareExceeds), "{parts:?}");
        }
        let parts = vec![part(1, Role::Platform, "0"), part(2, Role::Owner, "100")];
        assert!(Shares::new(parts).is_ok());
    }

    #[test]
    fn the_platform_gets_its_part_and_all_others_theirs_of_the_rest() {
        let told = |parts: Vec<Part>, percent: &str| {
            let percent = Percent::new(decimal(percent).expect(percent));
            let shares = Shares::new(parts).expect("shares");
            let given = shares.giving((id(2), id(1)), percent);
            given.map_or_else(
                |it| it.detail,
                |it| {
                    let parts = it.as_slice().iter();
                    let parts = parts.map(|it| (it.role, it.percent().decimal().normalize()));
                    parts.map(|(role, it)| format!("{role} {it}")).collect::<Vec<_>>().join(", ")
                },
            )
        };
        let alone = || vec![part(2, Role::Owner, "100")];
        let shared = || vec![part(2, Role::Owner, "80"), part(3, Role::Partner, "20")];
        let all = || vec![part(1, Role::Platform, "100")];
        let cut = || vec![fixed(3, "2"), part(2, Role::Owner, "100")];
        let nearly = || vec![part(2, Role::Owner, "99.999999"), part(3, Role::Partner, "0.000001")];
        for (parts, percent, expected) in [
            (alone(), "12.5", "owner 87.5, platform 12.5"),
            (shared(), "10", "owner 72, partner 18, platform 10"),
            (four("60.4"), "25.5", "platform 25.5, owner 60.4, partner 5.1, partner 9"),
            (
                four("60.4"),
                "50",
                "owner 40.536914, partner 3.422818, partner 6.040268, platform 50",
            ),
            (four("60.4"), "0", "owner 81.073827, partner 6.845637, partner 12.080536"),
            (shared(), "100", "platform 100"),
            (all(), "40", "owner 60, platform 40"),
            (cut(), "0", "partner 0, owner 100"),
            (cut(), "5", "a fixed part is taken off before the platform gets its part"),
            (
                nearly(),
                "50",
                "`acc_00000000-0000-0000-0000-000000000003` must get more than nothing, at most 100 %, \
                 with at most 6 decimal places",
            ),
        ] {
            assert_eq!(told(parts, percent), expected, "{percent}");
        }
    }

    fn model(number: u64, scope: Scope, from: &str) -> ShareModel {
        let stamp = sample::stamp().numbered(number);
        let parts = vec![part(1, Role::Owner, "100")];
        ShareModel {
            id: id(u128::from(number)),
            stamp,
            name: "Model".parse().expect("a name"),
            scope,
            valid_from: sample::date(from),
            shares: Shares::new(parts).expect("shares"),
            keeping: None,
        }
    }

    #[test]
    fn parts_follow_what_is_kept_until_others_are_said() {
        let ten = Percent::new(10.into());
        let parts = |owner: &str, partner: &str| {
            let parts = vec![part(1, Role::Owner, owner), part(2, Role::Partner, partner)];
            Shares::new(parts).expect("shares")
        };
        let own = model(1, Scope::Supplier(id(2)), "2026-01-01");
        let agreed = ShareModel { shares: parts("10", "90"), keeping: Some(ten), ..own };
        for (said, keeping) in [
            (parts("10", "90"), Some(ten)),
            (parts("10.0", "90.00"), Some(ten)),
            (parts("20", "80"), None),
        ] {
            let after = agreed.clone().with_said(said.clone());
            assert_eq!((after.shares, after.keeping), (said, keeping));
        }
        let by_hand = ShareModel { keeping: None, ..agreed };
        assert_eq!(by_hand.clone().with_said(by_hand.shares.clone()), by_hand);
    }

    #[test]
    fn the_narrowest_and_then_the_latest_model_holds() {
        let models = [
            model(1, Scope::Seller, "2026-01-01"),
            model(2, Scope::Seller, "2026-03-01"),
            model(3, Scope::Category(id(7)), "2026-01-01"),
            model(4, Scope::Offer(id(9)), "2026-02-01"),
            model(5, Scope::Seller, "2026-03-01"),
            model(6, Scope::Category(id(5)), "2026-02-01"),
            model(7, Scope::Supplier(id(3)), "2026-02-01"),
        ];
        // Each category lies in the one after it; the offers from 9 on are delivered by somebody.
        let found = |offer: u128, categories: &[u128], on: &str| {
            let categories = categories.iter().enumerate().map(|(up, it)| (id(*it), up)).collect();
            let supplier = (offer >= 9).then(|| id(3));
            let found = in_force(&models, (id(offer), supplier), &categories, sample::date(on));
            found.map_or(0, |it| it.stamp.number)
        };
        for (offer, categories, on, expected) in [
            (8, &[] as &[u128], "2025-12-31", 0),
            (8, &[], "2026-01-01", 1),
            (8, &[], "2026-03-01", 5),
            (8, &[6, 7], "2026-03-01", 3),
            (8, &[7, 5], "2026-03-01", 3),
            (8, &[5, 7], "2026-03-01", 6),
            (8, &[5, 7], "2026-01-31", 3),
            (9, &[5, 7], "2026-02-01", 4),
            (9, &[7], "2026-01-31", 3),
            (9, &[7], "2026-02-01", 4),
            (10, &[7], "2026-01-31", 3),
            (10, &[7], "2026-02-01", 7),
        ] {
            assert_eq!(found(offer, categories, on), expected, "{offer} {categories:?} {on}");
        }
    }

    proptest! {
        #[test]
        fn fixed_parts_and_percentages_sum_to_what_was_paid(
            minor in -100_000..100_000_i64,
            fixed_part in 1..50_000_i64,
        ) {
            let portion = Portion::Fixed(Money::minor(fixed_part, Currency::EUR));
            let mut parts = vec![Part { account: id(9), role: Role::Partner, portion }];
            parts.extend(four("60.4"));
            let paid = Money::minor(minor, Currency::EUR);
            let parts = Shares::new(parts).expect("shares");
            let parts = parts.so_far(paid, Rounding::HalfUp).expect("parts");
            let first = parts[0].as_minor().abs();
            prop_assert_eq!(first, fixed_part.min(minor.abs()));
            prop_assert_eq!(Money::sum(parts, Currency::EUR), Ok(paid));
        }

        /// Whoever has which parts, of whatever: nobody gives anything, and all of it is somebody's. Who is not
        /// the owner gets what is rounded as asked, unless there is too little for that.
        #[test]
        fn shares_lose_nothing(
            minor in -10_000_000..10_000_000_i64, weights in prop::collection::vec(1..1_000_i64, 1..6),
            has_owner in any::<bool>(), half_even in any::<bool>(),
        ) {
            let rounding = if half_even { Rounding::HalfEven } else { Rounding::HalfUp };
            let all: i64 = weights.iter().sum();
            let mut left = Decimal::ONE_HUNDRED;
            let mut parts = Vec::with_capacity(weights.len());
            for (number, weight) in (1..).zip(&weights[1..]) {
                let percent = (Decimal::from(weight * 100) / Decimal::from(all)).trunc_with_scale(6);
                left -= percent;
                parts.push(part(number, Role::Partner, &percent.max(Decimal::new(1, 6)).to_string()));
            }
            let role = if has_owner { Role::Owner } else { Role::Partner };
            parts.push(part(99, role, &left.to_string()));
            let Ok(shares) = Shares::new(parts) else { return Ok(()) };
            let amount = Money::minor(minor, Currency::EUR);
            let parts = shares.so_far(amount, rounding).expect("parts");
            prop_assert!(parts.iter().all(|it| it.as_minor() * minor.signum() >= 0));
            if has_owner && minor > 1_000_000 {
                for (part, gets) in shares.as_slice().iter().zip(&parts) {
                    let exact = amount.amount().part(part.percent().decimal(), 100.into()).expect("small");
                    let is_rounded = exact.book(rounding) == Ok(*gets);
                    prop_assert!(is_rounded || part.role == Role::Owner, "{exact:?} {gets}");
                }
            }
            prop_assert_eq!(Money::sum(parts, Currency::EUR), Ok(amount));
        }
    }
}
