//! Words in which a paper tells how an amount came about: what each language has to say.

/// How amounts come about.
#[derive(Debug)]
pub(super) struct Because {
    pub(super) flat: &'static str,
    pub(super) per_unit: &'static str,
    pub(super) graduated: &'static str,
    pub(super) volume: &'static str,
    pub(super) package: &'static str,
    pub(super) stairstep: &'static str,
    pub(super) stated: &'static str,
    pub(super) percentage: &'static str,
    pub(super) graduated_percentage: &'static str,
    pub(super) per_dimension: &'static str,
    pub(super) minimum: &'static str,
    pub(super) committed: &'static str,
    pub(super) covered: &'static str,
    /// All values of a dimension that a price does not name.
    pub(super) other: &'static str,
    pub(super) as_of: &'static str,
    pub(super) counted: &'static str,
    pub(super) records: &'static str,
    pub(super) included: &'static str,
    pub(super) tier: &'static str,
    /// The same with from where to where it goes.
    pub(super) tier_of: &'static str,
    /// Up to, over one and up to another, and over: where a bound belongs to the tier below it.
    pub(super) above: [&'static str; 3],
    /// Below, from one to below another, and from: where it belongs to the tier above it.
    pub(super) from: [&'static str; 3],
    pub(super) days: &'static str,
    /// The same in seconds.
    pub(super) seconds: &'static str,
    pub(super) reversed: &'static str,
    pub(super) less: &'static str,
    /// It takes the place of another price, of which so much was given back.
    pub(super) in_place_of: &'static str,
    /// What goes back is less by so much, which nobody had paid.
    pub(super) never_paid: &'static str,
    /// Units are charged for days of days, and fees of tiers of so much in full.
    pub(super) undivided: &'static str,
    /// The same in seconds.
    pub(super) undivided_seconds: &'static str,
    /// It is rounded before something is taken off.
    pub(super) booked: &'static str,
    /// So much is paid from what was paid in before, on a line of its own.
    pub(super) prepaid: &'static str,
    /// So much comes back to that.
    pub(super) prepaid_back: &'static str,
    /// So much of it is paid so: it bears no tax.
    pub(super) of_prepaid: &'static str,
    /// What was chosen, for which the price is meant.
    pub(super) chosen_for: &'static str,
    /// So much of it comes back to that: no tax does with it.
    pub(super) of_prepaid_back: &'static str,
    pub(super) rounded: &'static str,
    pub(super) contains_tax: &'static str,
    pub(super) taken_back: &'static str,
    pub(super) taken_back_for: &'static str,
    pub(super) taxed: &'static str,
    pub(super) taxed_together: &'static str,
    pub(super) taxed_unrounded: &'static str,
    pub(super) too_much: &'static str,
}
