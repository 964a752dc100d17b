//! Coupons: codes that unlock discounts, and the redemptions of who brought them.

use serde::{Deserialize, Serialize};

use super::discount::{Discount, Lasting};
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::id::{
    AccountId, BillingAccountId, ClassId, CouponId, DiscountId, OfferId, OrderId, RedemptionId,
};
use crate::domain::stamp::Stamp;
use crate::domain::text;
use crate::domain::time::{Date, Instant, Validity};

/// A code that unlocks a discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    /// Its id.
    pub id: CouponId,
    /// Whose it is.
    pub stamp: Stamp,
    /// What it unlocks.
    pub discount: DiscountId,
    code: text::Code,
    limits: CouponLimits,
    used: u32,
    ended_at: Option<Instant>,
}

/// When and how often a coupon can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponLimits {
    /// How often in all.
    pub uses_max: Option<u32>,
    /// How often by one account.
    pub uses_per_account_max: Option<u32>,
    /// When.
    pub valid_for: Validity,
}

impl CouponLimits {
    fn check(&self) -> Result<(), Invalid> {
        let limits =
            [("/uses_max", self.uses_max), ("/uses_per_account_max", self.uses_per_account_max)];
        let none = limits.into_iter().filter(|it| it.1 == Some(0));
        let why = "must be at least 1; leave it out for no limit";
        Invalid::unless_empty(none.map(|it| Violation::new(it.0, "range", why)).collect())
    }
}

/// The form under which two spellings of one code are the same.
#[must_use]
pub fn folded(code: &str) -> String {
    code.to_uppercase()
}

impl Coupon {
    /// A coupon that nobody has used.
    ///
    /// # Errors
    /// If it could never be used.
    pub fn new(
        id: CouponId,
        stamp: Stamp,
        (code, discount): (text::Code, DiscountId),
        limits: CouponLimits,
    ) -> Result<Self, Invalid> {
        limits.check()?;
        Ok(Self { id, stamp, discount, code, limits, used: 0, ended_at: None })
    }

    /// What the buyer types; compared in upper case.
    #[must_use]
    pub const fn code(&self) -> &text::Code {
        &self.code
    }

    /// When and how often it can be used.
    #[must_use]
    pub const fn limits(&self) -> &CouponLimits {
        &self.limits
    }

    /// How often it was used, by anybody.
    #[must_use]
    pub const fn used(&self) -> u32 {
        self.used
    }

    /// When it was ended.
    #[must_use]
    pub const fn ended_at(&self) -> Option<Instant> {
        self.ended_at
    }

    /// The form under which two spellings of its code are the same.
    #[must_use]
    pub fn folded(&self) -> String {
        folded(self.code.as_str())
    }

    /// The coupon with other limits.
    ///
    /// # Errors
    /// If it could never be used.
    pub fn limited(self, limits: CouponLimits) -> Result<Self, Invalid> {
        limits.check()?;
        Ok(Self { limits, ..self })
    }

    /// The coupon that nobody can use any more. Who has used it keeps what it gives.
    ///
    /// # Errors
    /// If it was ended before.
    pub fn ended(self, now: Instant) -> Result<Self, Rejection> {
        if self.ended_at.is_some() {
            let why = format!("the coupon `{}` was ended before", self.code);
            return Err(Rejection::new(Code::CatalogStateForbids, why));
        }
        Ok(Self { ended_at: Some(now), ..self })
    }

    /// Refuses an account that cannot get what it unlocks, on a day in its zone.
    ///
    /// # Errors
    /// If that is not valid on the day, or is for others.
    pub fn must_be_for(
        &self,
        unlocks: &Discount,
        (account, class): (AccountId, ClassId),
        on: Date,
    ) -> Result<(), Rejection> {
        let terms = unlocks.terms();
        let is_late = unlocks.is_over(on) || terms.valid_until.is_some_and(|it| it <= on);
        let is_for = terms.scope.is_for(Some(account), Some(class));
        let why = match (is_late || on < terms.valid_from, is_for) {
            (true, _) => "unlocks what is not valid now",
            (false, false) => "is not for this account",
            (false, true) => return Ok(()),
        };
        Err(self.refused(why))
    }

    /// Refuses an order that buys nothing which it is for.
    ///
    /// # Errors
    /// If none of the offers lies in the scope of what it unlocks.
    pub fn must_be_for_any(
        &self,
        unlocks: &Discount,
        mut offers: impl Iterator<Item = OfferId>,
    ) -> Result<(), Rejection> {
        let scope = &unlocks.terms().scope.offers;
        if offers.any(|it| scope.is_empty() || scope.contains(&it)) {
            return Ok(());
        }
        Err(self.refused("is for nothing that is ordered"))
    }

    /// Refuses a use for what an order buys, or for everything on a billing account, while one of the
    /// uses there, `others`, lowers the same on a day: nothing is lowered twice by one coupon.
    ///
    /// # Errors
    /// If one does.
    pub fn must_not_meet<'a>(
        &self,
        unlocks: &Discount,
        mut others: impl Iterator<Item = &'a Redemption>,
        (order, on): (Option<OrderId>, Date),
    ) -> Result<(), Rejection> {
        let lasting = unlocks.terms().lasting;
        let meets = |it: &Redemption| {
            let of_the_same = it.order.is_none() || order.is_none() || it.order == order;
            it.coupon == self.id && of_the_same && it.lasts(lasting, on)
        };
        if others.any(meets) {
            return Err(self.refused("is in use on the billing account"));
        }
        Ok(())
    }

    fn refused(&self, why: &str) -> Rejection {
        Rejection::new(Code::CouponForbids, format!("the coupon `{}` {why}", self.code))
    }

    /// The coupon after one use more, by an account that has used it so often.
    ///
    /// # Errors
    /// If it is not valid, or used up.
    pub fn redeemed(self, by_account: u32, now: Instant) -> Result<Self, Rejection> {
        let spent = |max: Option<u32>, uses: u32| max.is_some_and(|it| uses >= it);
        let is_valid = self.ended_at.is_none() && self.limits.valid_for.contains(now);
        let why = match (is_valid, spent(self.limits.uses_max, self.used)) {
            (false, _) => "is not valid now",
            (true, true) => "is used up",
            (true, false) if spent(self.limits.uses_per_account_max, by_account) => {
                "was used by the account as often as it may"
            }
            (true, false) => return Ok(Self { used: self.used.saturating_add(1), ..self }),
        };
        Err(self.refused(why))
    }

    /// The coupon after a use was given back.
    #[must_use]
    pub fn given_back(self) -> Self {
        Self { used: self.used.saturating_sub(1), ..self }
    }
}

/// A use of a coupon: what is billed to one billing account is lowered by what it unlocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    /// Its id.
    pub id: RedemptionId,
    /// Whose it is: owned by the account that brought the coupon.
    pub stamp: Stamp,
    /// Of which coupon.
    pub coupon: CouponId,
    /// Its code, as invoices name it.
    pub code: text::Code,
    /// What it unlocked.
    pub discount: DiscountId,
    /// On whose invoices it is given.
    pub billing_account: BillingAccountId,
    /// Only on what this order bought; `None`: on everything there.
    pub order: Option<OrderId>,
    /// The day on which the coupon was brought, in the zone of the billing account.
    pub redeemed_on: Date,
    invoices: u32,
    ended_at: Option<Instant>,
}

/// A coupon that somebody brings.
#[derive(Debug, Clone, Copy)]
pub struct Brought<'a> {
    /// Which.
    pub coupon: &'a Coupon,
    /// To which billing account.
    pub billing_account: BillingAccountId,
    /// With which order, if with one.
    pub order: Option<OrderId>,
    /// On which day there.
    pub on: Date,
}

impl Redemption {
    /// A use from which nothing was taken yet.
    #[must_use]
    pub fn of(id: RedemptionId, stamp: Stamp, it: &Brought<'_>) -> Self {
        Self {
            id,
            stamp,
            coupon: it.coupon.id,
            code: it.coupon.code.clone(),
            discount: it.coupon.discount,
            billing_account: it.billing_account,
            order: it.order,
            redeemed_on: it.on,
            invoices: 0,
            ended_at: None,
        }
    }

    /// On how many bills it was given.
    #[must_use]
    pub const fn invoices(&self) -> u32 {
        self.invoices
    }

    /// When it was ended.
    #[must_use]
    pub const fn ended_at(&self) -> Option<Instant> {
        self.ended_at
    }

    /// Whether it can be given on a bill more, if that lasts so long. On which days' charges what lasts for a
    /// time is given does not hang on the day of the bill.
    #[must_use]
    pub fn is_left(&self, lasting: Lasting) -> bool {
        self.ended_at.is_none()
            && match lasting {
                Lasting::Once => self.invoices == 0,
                Lasting::Always | Lasting::For(_) => true,
                Lasting::Charges(max) => self.invoices < max,
            }
    }

    /// Whether it is given on what is charged for a day, if that lasts so long.
    #[must_use]
    pub fn lasts(&self, lasting: Lasting, on: Date) -> bool {
        self.is_left(lasting)
            && match lasting {
                Lasting::For(span) => on < span.after(self.redeemed_on, 1),
                Lasting::Once | Lasting::Always | Lasting::Charges(_) => true,
            }
    }

    /// The use after it was given on one bill more.
    #[must_use]
    pub fn billed(self) -> Self {
        Self { invoices: self.invoices.saturating_add(1), ..self }
    }

    /// The use that is given on no later bill.
    ///
    /// # Errors
    /// If it was ended before.
    pub fn ended(self, now: Instant) -> Result<Self, Rejection> {
        if self.ended_at.is_some() {
            let why = format!("the use of the coupon `{}` was ended before", self.code);
            return Err(Rejection::new(Code::CouponForbids, why));
        }
        Ok(Self { ended_at: Some(now), ..self })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::time::Span;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000).expect("in range")
    }

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(Uuid::from_u128(number))
    }

    fn stamp() -> Stamp {
        Stamp::new(SellerNumber::PROVIDER, None, at(0))
    }

    fn coupon(limits: CouponLimits) -> Coupon {
        let code = "Spring-26".parse().expect("a code");
        Coupon::new(id(1), stamp(), (code, id(1)), limits).expect("usable")
    }

    fn limits() -> CouponLimits {
        CouponLimits {
            uses_max: Some(2),
            uses_per_account_max: Some(1),
            valid_for: Validity::new(Some(at(10)), Some(at(20))).expect("not empty"),
        }
    }

    #[test]
    fn a_coupon_ends_with_its_time_and_its_uses() {
        assert_eq!(coupon(limits()).folded(), "SPRING-26");
        for (uses, by_account, now, usable) in [
            (1, 0, 10, true),
            (1, 0, 9, false),
            (1, 0, 20, false),
            (2, 0, 10, false),
            (1, 1, 10, false),
        ] {
            let used = (0..uses).try_fold(coupon(limits()), |it, _| it.redeemed(0, at(10)));
            let found = used.expect("in time").redeemed(by_account, at(now));
            let expected = if usable { Ok(uses + 1) } else { Err(Code::CouponForbids) };
            let found = found.map(|it| it.used()).map_err(|it| it.code);
            assert_eq!(found, expected, "{uses} and {by_account} at {now}");
        }
    }

    #[test]
    fn a_use_that_is_given_back_can_be_had_again_until_the_coupon_is_ended() {
        let once = coupon(CouponLimits { uses_max: Some(1), ..limits() });
        let used = once.redeemed(0, at(10)).expect("in time");
        assert!(used.clone().redeemed(0, at(10)).is_err());
        let free = used.given_back();
        assert!(free.clone().redeemed(0, at(10)).is_ok());
        let ended = free.ended(at(11)).expect("runs");
        assert_eq!(
            ended.clone().redeemed(0, at(12)).map_err(|it| it.code),
            Err(Code::CouponForbids)
        );
        assert_eq!(ended.ended(at(12)).map_err(|it| it.code), Err(Code::CatalogStateForbids));
    }

    #[test]
    fn a_coupon_that_nobody_could_use_is_refused() {
        let never = CouponLimits { uses_max: Some(0), uses_per_account_max: Some(0), ..limits() };
        let refused = coupon(limits()).limited(never).expect_err("refused");
        let fields: Vec<_> = refused.violations.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["/uses_max", "/uses_per_account_max"]);
    }

    #[test]
    fn a_use_is_given_on_so_many_bills_or_for_a_time() {
        let day = |text: &str| text.parse::<Date>().expect(text);
        let (coupon, on) = (coupon(limits()), day("2026-01-15"));
        let brought = Brought { coupon: &coupon, billing_account: id(1), order: None, on };
        let fresh = Redemption::of(id(1), stamp(), &brought);
        let once = fresh.clone().billed();
        let twice = once.clone().billed();
        let given =
            |lasting, on: &str| [&fresh, &once, &twice].map(|it| it.lasts(lasting, day(on)));
        assert_eq!(given(Lasting::Once, "2026-02-01"), [true, false, false]);
        assert_eq!(given(Lasting::Charges(2), "2026-02-01"), [true, true, false]);
        assert_eq!(given(Lasting::Always, "2036-02-01"), [true; 3]);
        let month = Lasting::For(Span::months(1));
        assert_eq!(given(month, "2026-02-14"), [true; 3]);
        assert_eq!(given(month, "2026-02-15"), [false; 3]);
        let ended = fresh.clone().ended(at(9)).expect("runs");
        assert!(!ended.lasts(Lasting::Always, on) && ended.ended(at(10)).is_err());
    }
}
