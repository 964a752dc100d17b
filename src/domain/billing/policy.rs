//! Policies: the questions on which peers disagree, each a named setting with a default.
//!
//! A seller has one [`Policy`]. Billing has a rule for every value of every setting: nothing can be set
//! without effect.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::proration::ProrationUnit;
use crate::domain::catalog::price::tier::Reach;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::money::Rounding;
use crate::domain::quantity::Percent;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Date;
use crate::domain::word::words;

words! {
    /// What a tiered price charges where nothing was used.
    ZeroUsage {
        /// The fee of the first tier.
        FirstTierFee = "first_tier_fee";
        /// Nothing.
        Nothing = "nothing";
    }
}

words! {
    /// What becomes of a line that comes to nothing.
    ZeroLines {
        /// It stands on the invoice and says why it costs nothing.
        Keep = "keep";
        /// It is left away.
        Drop = "drop";
    }
}

words! {
    /// What becomes of an invoice that comes to nothing, line by line.
    ZeroInvoices {
        /// It is issued, and paid with that.
        Issue = "issue";
        /// It is left away.
        Skip = "skip";
    }
}

words! {
    /// What recurring prices do while a subscription is held.
    WhileHeld {
        /// They are charged as ever.
        Charge = "charge";
        /// Days on hold cost nothing.
        Pause = "pause";
    }
}

words! {
    /// Which version of a price a running subscription takes, unless its prices are frozen.
    PriceVersionAt {
        /// The one in force when the service period begins.
        Period = "period";
        /// The one in force when its term began.
        Renewal = "renewal";
        /// The one in force when its term began, if that has an end and so binds; else the one in force when
        /// the service period begins.
        Commitment = "commitment";
    }
}

words! {
    /// When a change to something cheaper takes effect.
    DowngradeAt {
        /// At once.
        Now = "now";
        /// At the end of the period that was paid.
        PeriodEnd = "period_end";
    }
}

words! {
    /// From what the credit of a change is computed.
    CreditBase {
        /// From the unused part of what was charged.
        UnusedPart = "unused_part";
        /// From all that was charged.
        FullCharge = "full_charge";
    }
}

words! {
    /// When units that are given back are credited.
    RemovedUnits {
        /// At once.
        Now = "now";
        /// They run to the end of the period.
        PeriodEnd = "period_end";
    }
}

words! {
    /// Which days a part of a period counts after the billing day was moved.
    MovedAnchor {
        /// Those of the new anchor's own full period.
        OwnPeriod = "own_period";
        /// Those of the period that was left.
        FormerPeriod = "former_period";
        /// Those of a period that is counted back from the end of the part.
        CountedBack = "counted_back";
    }
}

words! {
    /// From when another billing day holds.
    MovedDay {
        /// From the end of the period that runs.
        PeriodEnd = "period_end";
        /// At once: what is charged afterwards is charged up to that day.
        Now = "now";
    }
}

words! {
    /// What a part of a period costs of the fees that tiers have besides the prices of their units.
    TierFees {
        /// As much of them as of the units.
        Prorated = "prorated";
        /// All of them, once in a period: when the tier is reached for the first time in it.
        Whole = "whole";
    }
}

words! {
    /// What stands together on an invoice.
    Grouping {
        /// All subscriptions of a billing account.
        BillingAccount = "billing_account";
        /// One subscription.
        Subscription = "subscription";
    }
}

words! {
    /// In which order coupons apply.
    CouponOrder {
        /// The narrowest scope first.
        ScopeFirst = "scope_first";
        /// Percentages before amounts.
        PercentFirst = "percent_first";
    }
}

words! {
    /// Whether prepaid balances pay tax.
    PrepaidUse {
        /// They pay the gross.
        AfterTax = "after_tax";
        /// They lower the net.
        BeforeTax = "before_tax";
    }
}

words! {
    /// What becomes of who pays before and has spent more than it has paid in.
    AtZero {
        /// It is told, where it wants that.
        Alert = "alert";
        /// What is billed there is stopped besides, until enough is paid in.
        Hold = "hold";
    }
}

words! {
    /// What tax a fee for paying late bears that names no tax category.
    LateFeeTax {
        /// None: it makes good for a damage, and is no price of anything (in the European Union: Court of
        /// Justice, C-222/81).
        Outside = "outside";
        /// That of what has no tax category.
        Taxed = "taxed";
    }
}

words! {
    /// What becomes of the tax in what is given up of an invoice.
    WriteOffTax {
        /// It stays owed.
        Keep = "keep";
        /// It is owed no more: relief for bad debts (Directive 2006/112/EC, Article 90).
        Return = "return";
    }
}

words! {
    /// On what tax is computed.
    TaxScope {
        /// On the sum of an invoice's lines per rate.
        Invoice = "invoice";
        /// On each line.
        Line = "line";
        /// On all lines of an invoice: rounded once, and divided among the rates by remainder.
        Total = "total";
    }
}

words! {
    /// By which law what is sold is taxed.
    TaxRegime {
        /// By the rules that the seller wrote down.
        OwnRules = "own_rules";
        /// By the law of the European Union on value added tax.
        EuVat = "eu_vat";
        /// By the seller's rules where one covers a sale, and else by that law.
        OwnRulesFirst = "own_rules_first";
    }
}

words! {
    /// At whose rate consumers in other member states are taxed.
    DistanceSales {
        /// At that of their state (One Stop Shop).
        Destination = "destination";
        /// At the seller's: it sells for less than EUR 10,000 a year abroad (Article 59c).
        Home = "home";
    }
}

words! {
    /// Which numbers for value added tax make a buyer a business.
    VatNumbers {
        /// Those that are written as one; nobody looks them up.
        AsGiven = "as_given";
        /// The same; they are looked up in their register, and count until it does not know them.
        LookedUp = "looked_up";
        /// Those that the register knows. Until it has been asked, nothing is billed.
        Verified = "verified";
    }
}

words! {
    /// When what was billed becomes revenue.
    Recognition {
        /// When the invoice is issued.
        AtIssue = "at_issue";
        /// Day by day over the service period: what is charged for days to come is deferred, and booked
        /// as revenue when the month is over in which it is earned.
        OverPeriod = "over_period";
    }
}

words! {
    /// Whether a seller sells what other sellers have listed beside its own.
    Marketplace {
        /// As the nearest above it has decided that decides for those below; not if none does.
        Inherited = "inherited";
        /// It sells its own alone.
        Closed = "closed";
        /// It does.
        Open = "open";
        /// It does, and so do those below it that decide nothing themselves.
        OpenBelow = "open_below";
    }
}

/// All settings of a seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// How an amount is rounded where it is booked.
    pub rounding: Rounding,
    /// What a tiered price charges where nothing was used.
    pub zero_usage: ZeroUsage,
    /// How bounds of tiers are read where a client does not say.
    pub tier_bounds: Reach,
    /// In what a part of a period is measured.
    pub proration: ProrationUnit,
    /// What becomes of a line that comes to nothing.
    pub zero_lines: ZeroLines,
    /// What becomes of an invoice that comes to nothing.
    pub zero_invoices: ZeroInvoices,
    /// What recurring prices do while a subscription is held.
    pub while_held: WhileHeld,
    /// Which version of a price a running subscription takes.
    pub price_version: PriceVersionAt,
    /// When a change to something cheaper takes effect.
    pub downgrade: DowngradeAt,
    /// From what the credit of a change is computed.
    pub credit_base: CreditBase,
    /// When units that are given back are credited.
    pub removed_units: RemovedUnits,
    /// For how many days after a renewal units can be given back; `None` for always.
    pub removal_days: Option<u16>,
    /// Which days a part of a period counts after the billing day was moved.
    pub moved_anchor: MovedAnchor,
    /// From when another billing day holds.
    pub moved_day: MovedDay,
    /// What a part of a period costs of the fees of tiers.
    pub tier_fees: TierFees,
    /// What stands together on an invoice.
    pub grouping: Grouping,
    /// In which order coupons apply.
    pub coupon_order: CouponOrder,
    /// Whether prepaid balances pay tax.
    pub prepaid: PrepaidUse,
    /// On what tax is computed.
    pub tax_scope: TaxScope,
    /// By which law what is sold is taxed.
    pub tax_regime: TaxRegime,
    /// Under the law of the European Union: at whose rate consumers in other member states are taxed.
    pub distance_sales: DistanceSales,
    /// Under that law: which numbers make a buyer a business.
    pub vat_numbers: VatNumbers,
    /// For how many billing periods late usage is still charged.
    pub late_usage_periods: u8,
    /// For how many hours from its billing date on a bill can be looked at before it is issued. What is
    /// used in those hours for the time that it charges is on it. What somebody waits for is issued at
    /// once: the first bill of what begins on a billing date.
    pub review_hours: u16,
    /// When what was billed becomes revenue.
    pub recognition: Recognition,
    /// The first day from which resellers are billed for what they sell on; `None`: they are not, and
    /// what they owe is settled elsewhere.
    pub resale_from: Option<Date>,
    /// For how many minutes an order that is paid first waits for its payment.
    pub payment_minutes: u16,
    /// So many hundredths of what other sellers are paid are the platform's: each model by which they
    /// share says so. `None`: they say it themselves. Who runs the installation alone sets it.
    pub platform_percent: Option<Percent>,
    /// Whether it sells what other sellers have listed.
    pub marketplace: Marketplace,
    /// So many hundredths it keeps of what it is paid for that, after the platform's part.
    pub marketplace_percent: Percent,
    /// What tax a fee for paying late bears that names no tax category.
    pub late_fee_tax: LateFeeTax,
    /// What becomes of the tax in what is given up of an invoice.
    pub write_off_tax: WriteOffTax,
    /// What becomes of who pays before and has spent more than it has paid in.
    pub prepaid_at_zero: AtZero,
    /// For how many days buyers give back by themselves what they have bought.
    pub returns: Returns,
}

/// For how many days from the one on which something was had its buyer can give it back by itself, for all that was
/// paid for it but for what was used; `None`: it has to ask its seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returns {
    /// What came in a parcel.
    pub physical: Option<u16>,
    /// What has files or links to take.
    pub digital: Option<u16>,
    /// Everything else.
    pub service: Option<u16>,
}

/// What sort of thing is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// It came in a parcel.
    Physical,
    /// It has files or links to take.
    Digital,
    /// Everything else.
    Service,
}

impl Returns {
    /// Buyers ask.
    pub const NONE: Self = Self { physical: None, digital: None, service: None };

    /// The last day on which something that was had on one can be given back; `None` if its buyer has to ask.
    #[must_use]
    pub fn until(&self, what: Returned, had_on: Date) -> Option<Date> {
        let days = match what {
            Returned::Physical => self.physical,
            Returned::Digital => self.digital,
            Returned::Service => self.service,
        };
        days.map(|it| had_on.plus_days(it.into()))
    }

    /// Refuses to give something back when the days for that are over, or there are none.
    ///
    /// # Errors
    /// With the last day, or that its seller is to be asked.
    pub fn must_take_back(&self, what: Returned, had_on: Date, on: Date) -> Result<(), Rejection> {
        let why = match self.until(what, had_on) {
            Some(until) if on <= until => return Ok(()),
            Some(until) => format!("it could be given back until `{until}`: ask its seller"),
            None => "its seller has to be asked before it is given back".to_owned(),
        };
        Err(Rejection::new(Code::SubscriptionStateForbids, why))
    }
}

/// The longest that an order waits for its payment: a week.
pub const PAYMENT_MINUTES_MAX: u16 = 7 * 24 * 60;

impl Policy {
    /// What holds where a seller has set nothing.
    pub const DEFAULT: Self = Self {
        rounding: Rounding::HalfUp,
        zero_usage: ZeroUsage::Nothing,
        tier_bounds: Reach::Above,
        proration: ProrationUnit::Day,
        zero_lines: ZeroLines::Drop,
        zero_invoices: ZeroInvoices::Skip,
        while_held: WhileHeld::Charge,
        price_version: PriceVersionAt::Commitment,
        downgrade: DowngradeAt::PeriodEnd,
        credit_base: CreditBase::UnusedPart,
        removed_units: RemovedUnits::PeriodEnd,
        removal_days: None,
        moved_anchor: MovedAnchor::OwnPeriod,
        moved_day: MovedDay::PeriodEnd,
        tier_fees: TierFees::Prorated,
        grouping: Grouping::BillingAccount,
        coupon_order: CouponOrder::ScopeFirst,
        prepaid: PrepaidUse::AfterTax,
        tax_scope: TaxScope::Invoice,
        tax_regime: TaxRegime::OwnRules,
        distance_sales: DistanceSales::Destination,
        vat_numbers: VatNumbers::AsGiven,
        late_usage_periods: 1,
        review_hours: 0,
        recognition: Recognition::AtIssue,
        resale_from: None,
        payment_minutes: 5,
        platform_percent: None,
        marketplace: Marketplace::Inherited,
        marketplace_percent: Percent::ZERO,
        late_fee_tax: LateFeeTax::Outside,
        write_off_tax: WriteOffTax::Keep,
        prepaid_at_zero: AtZero::Alert,
        returns: Returns::NONE,
    };

    /// So many hundredths a seller keeps of what it sells for others, if it does: by its own settings, or
    /// by those of the nearest `above` it that decides for those below.
    #[must_use]
    pub fn keeps_of_others<'a>(
        &self,
        above: impl IntoIterator<Item = &'a Self>,
    ) -> Option<Percent> {
        match self.marketplace {
            Marketplace::Closed => None,
            Marketplace::Open | Marketplace::OpenBelow => Some(self.marketplace_percent),
            Marketplace::Inherited => {
                let decides = |it: &&Self| it.marketplace == Marketplace::OpenBelow;
                above.into_iter().find(decides).map(|it| it.marketplace_percent)
            }
        }
    }

    /// Refuses to take units back when the days for that are over.
    ///
    /// # Errors
    /// If they are.
    pub fn must_take_back(&self, term_from: Date, on: Date) -> Result<(), Rejection> {
        let days = self.removal_days.map(i64::from);
        match days.filter(|it| *it <= on.days_since(term_from)) {
            None => Ok(()),
            Some(days) => {
                let why = format!(
                    "units can be given back in the first {days} days of a term, and this one \
                     began on `{term_from}`"
                );
                Err(Rejection::new(Code::UnitsKept, why))
            }
        }
    }

    /// The longest time for which a bill can be looked at: two weeks.
    pub const REVIEW_HOURS_MAX: u16 = 336;

    /// Refuses numbers out of bounds, such as one that would keep bills back too long.
    ///
    /// # Errors
    /// With the first of them.
    pub fn check(&self) -> Result<(), Invalid> {
        if !(1..=PAYMENT_MINUTES_MAX).contains(&self.payment_minutes) {
            let message = format!("must be 1 to {PAYMENT_MINUTES_MAX}");
            return Err(Invalid::one("/payment_minutes", "range", message));
        }
        let percent = self.platform_percent.map(Percent::decimal);
        if percent
            .is_some_and(|it| it < Decimal::ZERO || it > Decimal::ONE_HUNDRED || 6 < it.scale())
        {
            let message = "must be 0 to 100, with at most 6 decimal places";
            return Err(Invalid::one("/platform_percent", "range", message));
        }
        let kept = self.marketplace_percent.decimal();
        if kept < Decimal::ZERO || kept >= Decimal::ONE_HUNDRED || 6 < kept.scale() {
            let message = "must be 0 to less than 100, with at most 6 decimal places";
            return Err(Invalid::one("/marketplace_percent", "range", message));
        }
        if self.review_hours > Self::REVIEW_HOURS_MAX {
            let message = format!("must be at most {}: two weeks", Self::REVIEW_HOURS_MAX);
            return Err(Invalid::one("/review_hours", "range", message));
        }
        Ok(())
    }
}

/// The settings of all sellers that have set any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Policies(pub BTreeMap<SellerNumber, Policy>);

words! {
    /// The settings under which an installation bills as a peer does.
    Preset {
        /// As Tillbox does of itself.
        Tillbox = "tillbox";
        /// As Lago does.
        Lago = "lago";
        /// As Stripe does.
        Stripe = "stripe";
        /// As Kill Bill does.
        Killbill = "killbill";
        /// As CloudBlue and Odin Automation do.
        Cloudblue = "cloudblue";
        /// As the FIWARE ecosystem does.
        Fiware = "fiware";
    }
}

impl Preset {
    /// Its settings.
    #[must_use]
    pub const fn policy(self) -> Policy {
        // Others let a price move within a term.
        let by = Policy { price_version: PriceVersionAt::Period, ..Policy::DEFAULT };
        match self {
            Self::Tillbox => Policy::DEFAULT,
            Self::Lago => Policy {
                zero_usage: ZeroUsage::FirstTierFee,
                zero_lines: ZeroLines::Keep,
                zero_invoices: ZeroInvoices::Issue,
                tier_fees: TierFees::Whole,
                tax_scope: TaxScope::Total,
                ..by
            },
            Self::Stripe => Policy {
                proration: ProrationUnit::Second,
                zero_lines: ZeroLines::Keep,
                zero_invoices: ZeroInvoices::Issue,
                downgrade: DowngradeAt::Now,
                removed_units: RemovedUnits::Now,
                tax_scope: TaxScope::Line,
                ..by
            },
            Self::Killbill => Policy {
                while_held: WhileHeld::Pause,
                moved_anchor: MovedAnchor::CountedBack,
                moved_day: MovedDay::Now,
                downgrade: DowngradeAt::Now,
                ..by
            },
            Self::Cloudblue => Policy { price_version: PriceVersionAt::Renewal, ..by },
            Self::Fiware => Policy {
                rounding: Rounding::HalfEven,
                proration: ProrationUnit::None,
                tax_scope: TaxScope::Line,
                ..by
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_can_be_taken() {
        for preset in Preset::ALL {
            assert_eq!(preset.policy().check(), Ok(()), "{preset}");
        }
    }

    #[test]
    fn the_nearest_above_decides_for_who_decides_nothing() {
        use Marketplace::{Closed, Inherited, Open, OpenBelow};
        type Said = (Marketplace, i64);
        let percent = |it: i64| Percent::new(it.into());
        let of = |(marketplace, kept): (Marketplace, i64)| Policy {
            marketplace,
            marketplace_percent: percent(kept),
            ..Policy::DEFAULT
        };
        let table: [(Said, &[Said], Option<i64>); 8] = [
            ((Inherited, 1), &[], None),
            ((Closed, 1), &[(OpenBelow, 2)], None),
            ((Open, 1), &[(Closed, 2)], Some(1)),
            ((OpenBelow, 1), &[(OpenBelow, 2)], Some(1)),
            ((Inherited, 1), &[(OpenBelow, 2)], Some(2)),
            ((Inherited, 1), &[(Open, 2)], None),
            ((Inherited, 1), &[(Closed, 2), (OpenBelow, 3)], Some(3)),
            ((Inherited, 1), &[(OpenBelow, 2), (OpenBelow, 3)], Some(2)),
        ];
        for (own, above, expected) in table {
            let above: Vec<_> = above.iter().copied().map(of).collect();
            let found = of(own).keeps_of_others(&above);
            assert_eq!(found, expected.map(percent), "{own:?} {above:?}");
        }
    }

    #[test]
    fn who_delivers_is_left_something() {
        let is_refused = |percent: &str| {
            let percent = crate::domain::quantity::decimal(percent).expect(percent);
            let marketplace_percent = Percent::new(percent);
            Policy { marketplace_percent, ..Policy::DEFAULT }.check().is_err()
        };
        let found = ["0", "99.999999", "100", "0.0000001"].map(is_refused);
        assert_eq!(found, [false, false, true, true]);
    }

    #[test]
    fn units_are_taken_back_in_the_first_days_of_a_term_only() {
        let table = [
            // The worked case W121: a window of 7 days after the renewal of a year.
            (Some(7), "2026-01-06", true),
            (Some(7), "2026-01-10", false),
            (Some(7), "2026-01-07", true),
            (Some(7), "2026-01-08", false),
            (Some(0), "2026-01-01", false),
            (None, "2026-12-31", true),
        ];
        let day = |it: &str| it.parse::<Date>().expect(it);
        for (removal_days, on, is_taken) in table {
            let policy = Policy { removal_days, ..Policy::DEFAULT };
            let found = policy.must_take_back(day("2026-01-01"), day(on));
            assert_eq!(found.is_ok(), is_taken, "{removal_days:?} {on}");
            assert!(found.is_ok() || policy.check().is_ok(), "what is refused can be set");
        }
    }

    #[test]
    fn things_are_given_back_for_as_many_days_as_their_sort_is() {
        use Returned::{Digital, Physical, Service};
        let returns = Returns { physical: Some(14), digital: Some(0), service: None };
        let day = |it: &str| it.parse::<Date>().expect(it);
        let table = [
            (Physical, "2026-01-01", "2026-01-15"),
            (Physical, "2026-01-15", "2026-01-15"),
            (Physical, "2026-01-16", "over"),
            (Digital, "2026-01-01", "2026-01-01"),
            (Digital, "2026-01-02", "over"),
            (Service, "2026-01-01", "ask"),
        ];
        for (what, on, expected) in table {
            let had_on = day("2026-01-01");
            let until = returns.until(what, had_on).map(|it| it.to_string());
            let found = match (returns.must_take_back(what, had_on, day(on)), until) {
                (Ok(()), Some(until)) => until,
                (Err(_), Some(_)) => "over".to_owned(),
                (_, None) => "ask".to_owned(),
            };
            assert_eq!(found, expected, "{what:?} on {on}");
        }
    }

    #[test]
    fn a_bill_is_looked_at_for_two_weeks_at_most() {
        let is_refused = |review_hours| Policy { review_hours, ..Policy::DEFAULT }.check().is_err();
        assert_eq!([0, 336, 337].map(is_refused), [false, false, true]);
    }
}
