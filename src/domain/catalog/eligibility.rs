//! Eligibility: who may buy an offer, and where.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::account::Nature;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, ClassId, OfferId};
use crate::domain::text::{Code, Country};
use crate::domain::word::words;

/// Who may buy: whoever meets every rule that is set. An empty set is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Eligibility {
    /// Only such buyers.
    pub natures: BTreeSet<Nature>,
    /// Only buyers of these countries.
    pub countries: BTreeSet<Country>,
    /// Only accounts of these classes.
    pub classes: BTreeSet<ClassId>,
    /// Only these accounts.
    pub accounts: BTreeSet<AccountId>,
    /// Only through these channels. Who asks says through which it does, of those that are open to it
    /// ([`Doorway`]).
    pub channels: BTreeSet<Code>,
    /// Only in these market segments.
    pub markets: BTreeSet<Code>,
    /// Only who has one of these offers.
    pub needs_one_of: BTreeSet<OfferId>,
    /// Only who has none of these offers.
    pub excludes: BTreeSet<OfferId>,
    /// How many subscriptions to the offer an account may have.
    pub per_account_max: Option<u32>,
}

/// Through which channels somebody may order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doorway<'a> {
    /// The channel of the program that orders, if it has one: all that it orders comes through that.
    pub bound: Option<&'a Code>,
    /// The channels that are kept for the customers of some classes.
    pub kept: &'a BTreeSet<Code>,
    /// Those that are kept for the customers of the class of who orders.
    pub open: &'a BTreeSet<Code>,
    /// Whether it decides on the orders of the seller, and so may order through any.
    pub decides: bool,
}

impl Doorway<'_> {
    /// The channel of an order for which one was said, or none.
    ///
    /// # Errors
    /// If the program has another, or it is kept for others.
    pub fn channel(&self, said: Option<&Code>) -> Result<Option<Code>, Invalid> {
        let refused = |rule, why: String| Invalid::one("/channel", rule, why);
        match (said, self.bound) {
            (Some(said), Some(bound)) if said != bound => {
                let why = format!("must be `{bound}`: the token orders through that alone");
                return Err(refused("conflict", why));
            }
            (_, _) => {}
        }
        let channel = said.or(self.bound);
        let is_closed =
            |it: &Code| !self.decides && self.kept.contains(it) && !self.open.contains(it);
        match channel {
            Some(it) if is_closed(it) => {
                let why = format!("must be another: `{it}` is kept for other classes of customers");
                Err(refused("reference", why))
            }
            found => Ok(found.cloned()),
        }
    }
}

/// What is known of somebody who wants to buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    /// The account.
    pub account: AccountId,
    /// What sort of buyer it is.
    pub nature: Nature,
    /// Where it is, if that is known.
    pub country: Option<Country>,
    /// Its class.
    pub class: Option<ClassId>,
    /// The channel through which it asks.
    pub channel: Option<Code>,
    /// The market segments it belongs to.
    pub markets: BTreeSet<Code>,
    /// How many living subscriptions it has to each offer.
    pub holdings: BTreeMap<OfferId, u32>,
}

words! {
    /// Why somebody may not buy an offer.
    Obstacle {
        /// Another sort of buyer is meant.
        Nature = "nature";
        /// It is not sold in the buyer's country.
        Country = "country";
        /// It is for other classes of accounts.
        Class = "class";
        /// It is for other accounts.
        Account = "account";
        /// It is sold through other channels.
        Channel = "channel";
        /// It is for other market segments.
        Market = "market";
        /// Another offer must be had first.
        Needs = "needs_another_offer";
        /// It does not go with an offer that the buyer has.
        Excluded = "excluded_by_another_offer";
        /// The account has as many as it may have.
        TooMany = "too_many";
    }
}

impl Obstacle {
    /// The obstacle as the rest of a sentence that begins with the offer.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Nature => "is not meant for this sort of buyer",
            Self::Country => "is not sold in the buyer's country",
            Self::Class => "is not sold to the account's class",
            Self::Account => "is not sold to this account",
            Self::Channel => "is not sold through this channel",
            Self::Market => "is not sold in the buyer's market segment",
            Self::Needs => "needs another offer that the account does not have",
            Self::Excluded => "does not go with an offer that the account has",
            Self::TooMany => "is held as often as an account may hold it",
        }
    }
}

impl Eligibility {
    /// Whether it is sold to who asks through a channel, or through none that is known.
    #[must_use]
    pub fn is_sold_through(&self, channel: Option<&Code>) -> bool {
        self.channels.is_empty() || channel.is_some_and(|it| self.channels.contains(it))
    }

    /// The channels through which another seller sells what is sold through some alone: those that who `lists` it
    /// keeps for classes of its customers are for nobody where who `carries` it keeps none of that name.
    #[must_use]
    pub fn channels_of_carrier(
        &self,
        lists: &BTreeSet<Code>,
        carries: &BTreeSet<Code>,
    ) -> BTreeSet<Code> {
        let is_there = |it: &&Code| !lists.contains(*it) || carries.contains(*it);
        self.channels.iter().filter(is_there).cloned().collect()
    }

    /// Everything that keeps a buyer from the offer `offer`; nothing if it may buy. `held` says how
    /// many living subscriptions to an offer it has, or would have.
    #[must_use]
    pub fn obstacles(
        &self,
        offer: OfferId,
        (buyer, held): (&Buyer, &dyn Fn(OfferId) -> u32),
    ) -> Vec<Obstacle> {
        let outside = |rule: &BTreeSet<Code>, have: &BTreeSet<Code>| {
            !rule.is_empty() && rule.is_disjoint(have)
        };
        let held = |it: &OfferId| held(*it);
        let rules = [
            (Obstacle::Nature, misses(&self.natures, Some(&buyer.nature))),
            (Obstacle::Country, misses(&self.countries, buyer.country.as_ref())),
            (Obstacle::Class, misses(&self.classes, buyer.class.as_ref())),
            (Obstacle::Account, misses(&self.accounts, Some(&buyer.account))),
            (Obstacle::Channel, !self.is_sold_through(buyer.channel.as_ref())),
            (Obstacle::Market, outside(&self.markets, &buyer.markets)),
            (
                Obstacle::Needs,
                !self.needs_one_of.is_empty() && self.needs_one_of.iter().all(|it| held(it) == 0),
            ),
            (Obstacle::Excluded, self.excludes.iter().any(|it| held(it) > 0)),
            (Obstacle::TooMany, self.per_account_max.is_some_and(|it| held(&offer) >= it)),
        ];
        rules.into_iter().filter(|it| it.1).map(|it| it.0).collect()
    }
}

/// Whether there is a rule, and what is known does not meet it.
fn misses<T: Ord>(rule: &BTreeSet<T>, known: Option<&T>) -> bool {
    !rule.is_empty() && !known.is_some_and(|it| rule.contains(it))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;

    fn offer(number: u128) -> OfferId {
        OfferId::from_uuid(Uuid::from_u128(number))
    }

    fn buyer() -> Buyer {
        Buyer {
            account: AccountId::from_uuid(Uuid::from_u128(1)),
            nature: Nature::Company,
            country: "DE".parse().ok(),
            class: Some(ClassId::from_uuid(Uuid::from_u128(1))),
            channel: "web".parse().ok(),
            markets: ["small".parse().expect("a code")].into(),
            holdings: [(offer(5), 1)].into(),
        }
    }

    #[test]
    fn a_channel_that_its_lister_keeps_is_there_where_a_carrier_keeps_one_too() {
        let codes = |all: &str| {
            let codes = all.split_whitespace().map(|it| it.parse::<Code>().expect("a code"));
            codes.collect::<BTreeSet<_>>()
        };
        for (bound, lists, carries, expected) in [
            ("", "partner", "", ""),
            ("web", "partner", "", "web"),
            ("web", "partner", "web", "web"),
            ("partner", "partner", "", ""),
            ("partner", "partner", "gold", ""),
            ("partner", "partner", "partner", "partner"),
            ("partner web", "partner", "", "web"),
            ("partner web", "partner", "partner", "partner web"),
        ] {
            let rules = Eligibility { channels: codes(bound), ..Eligibility::default() };
            let found = rules.channels_of_carrier(&codes(lists), &codes(carries));
            assert_eq!(found, codes(expected), "{bound}: {lists}, {carries}");
        }
    }

    fn obstacles(rules: &Eligibility, of: OfferId, buyer: &Buyer) -> Vec<Obstacle> {
        let held = |it: OfferId| buyer.holdings.get(&it).copied().unwrap_or(0);
        rules.obstacles(of, (buyer, &held))
    }

    fn codes(text: &str) -> BTreeSet<Code> {
        [text.parse().expect(text)].into()
    }

    #[test]
    fn a_channel_is_open_to_those_for_whom_it_is_kept() {
        let code = |it: &str| it.parse::<Code>().expect("a code");
        let codes = |all: &str| all.split_whitespace().map(code).collect::<BTreeSet<Code>>();
        let kept = codes("partner");
        let told = |said: &str, bound: &str, open: &str, decides: bool| {
            let (said, bound) = (codes(said), codes(bound));
            let open = codes(open);
            let doorway = Doorway { bound: bound.first(), kept: &kept, open: &open, decides };
            match doorway.channel(said.first()) {
                Ok(it) => it.map_or("-".to_owned(), |it| it.to_string()),
                Err(it) => it.violations[0].rule.to_owned(),
            }
        };
        for (said, bound, open, decides, expected) in [
            ("", "", "", false, "-"),
            ("web", "", "", false, "web"),
            ("partner", "", "", false, "reference"),
            ("partner", "", "partner", false, "partner"),
            ("partner", "", "", true, "partner"),
            ("", "web", "", false, "web"),
            ("web", "web", "", false, "web"),
            ("shop", "web", "", true, "conflict"),
            ("", "partner", "", false, "reference"),
            ("", "partner", "partner", false, "partner"),
        ] {
            assert_eq!(told(said, bound, open, decides), expected, "{said} by {bound} of {open}");
        }
    }

    #[test]
    fn without_rules_everybody_may_buy() {
        assert_eq!(obstacles(&Eligibility::default(), offer(1), &buyer()), []);
    }

    #[test]
    fn each_rule_keeps_out_whom_it_does_not_name() {
        let none = Eligibility::default;
        let other = Uuid::from_u128(2);
        for (rules, expected) in [
            (Eligibility { natures: [Nature::Company].into(), ..none() }, None),
            (Eligibility { natures: [Nature::Personal].into(), ..none() }, Some(Obstacle::Nature)),
            (
                Eligibility { countries: ["FR".parse().expect("a country")].into(), ..none() },
                Some(Obstacle::Country),
            ),
            (
                Eligibility { classes: [ClassId::from_uuid(other)].into(), ..none() },
                Some(Obstacle::Class),
            ),
            (
                Eligibility { accounts: [AccountId::from_uuid(other)].into(), ..none() },
                Some(Obstacle::Account),
            ),
            (Eligibility { channels: codes("web"), ..none() }, None),
            (Eligibility { channels: codes("shop"), ..none() }, Some(Obstacle::Channel)),
            (Eligibility { markets: codes("large"), ..none() }, Some(Obstacle::Market)),
            (Eligibility { needs_one_of: [offer(4), offer(5)].into(), ..none() }, None),
            (Eligibility { needs_one_of: [offer(4)].into(), ..none() }, Some(Obstacle::Needs)),
            (Eligibility { excludes: [offer(5)].into(), ..none() }, Some(Obstacle::Excluded)),
            (Eligibility { excludes: [offer(4)].into(), ..none() }, None),
        ] {
            let found = obstacles(&rules, offer(1), &buyer());
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{rules:?}");
        }
    }

    #[test]
    fn what_is_not_known_of_a_buyer_does_not_meet_a_rule() {
        let rules = Eligibility {
            countries: ["DE".parse().expect("a country")].into(),
            ..Default::default()
        };
        let unknown = Buyer { country: None, ..buyer() };
        assert_eq!(obstacles(&rules, offer(1), &unknown), [Obstacle::Country]);
    }

    #[test]
    fn an_account_has_no_more_of_an_offer_than_it_may() {
        let rules = Eligibility { per_account_max: Some(1), ..Default::default() };
        assert_eq!(obstacles(&rules, offer(1), &buyer()), []);
        assert_eq!(obstacles(&rules, offer(5), &buyer()), [Obstacle::TooMany]);
    }
}
