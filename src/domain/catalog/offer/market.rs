//! The marketplace: offers that a seller lists stand on the shelves of others too, who sell them to
//! customers of their own.
//!
//! Who delivers what is listed is its seller; who invoices it is the seller of whoever buys. What keeps
//! an offer from being listed keeps it from being changed into that as long as it is.

use super::Offer;
use crate::domain::catalog::lifecycle::State;
use crate::domain::error::Violation;
use crate::domain::word::words;

words! {
    /// On whose shelves an offer stands.
    Market {
        /// On its seller's own.
        Own = "own";
        /// On those of all sellers that carry the marketplace as well.
        Listed = "listed";
        /// On its seller's own again; whoever bought it elsewhere keeps it.
        TakenOff = "taken_off";
    }
}

impl Offer {
    /// Whether sellers beside its own may have it on their shelves.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.market == Market::Listed
    }

    /// Whether it is or was to be had of other sellers than its own.
    #[must_use]
    pub fn was_listed(&self) -> bool {
        match self.market {
            Market::Own => false,
            Market::Listed | Market::TakenOff => true,
        }
    }

    /// The offer on the marketplace.
    #[must_use]
    pub fn listed(self) -> Self {
        Self { market: Market::Listed, ..self }
    }

    /// The offer off the marketplace; as it is if it was never on it.
    #[must_use]
    pub fn taken_off(self) -> Self {
        let market = match self.market {
            Market::Own => Market::Own,
            Market::Listed | Market::TakenOff => Market::TakenOff,
        };
        Self { market, ..self }
    }

    /// Everything that keeps the offer from the marketplace; nothing if it can be listed. `named` are the
    /// offers that are known of those which it bundles or adds to.
    #[must_use]
    pub fn listing_obstacles(&self, named: &[Offer]) -> Vec<Violation> {
        let (mut found, content) = (Vec::new(), &self.content);
        let mut add = |field: &str, rule, message: String| {
            found.push(Violation::new(field, rule, message));
        };
        let state = self.life.state();
        if state != State::Launched {
            add("/state", "state", format!("must be launched, but is `{state}`"));
        }
        if let Some(original) = content.copy_of {
            let message = format!("is a copy of `{original}`: who sells that lists it");
            add("/copy_of", "conflict", message);
        }
        if let Some(supplier) = content.supplier {
            let message =
                format!("`{supplier}` delivers it: who delivers lists an offer of its own");
            add("/supplier", "conflict", message);
        }
        if !content.eligibility.accounts.is_empty() || !content.eligibility.classes.is_empty() {
            let message = "is for chosen accounts or classes, and customers of others are in none";
            add("/eligibility", "conflict", message.to_owned());
        }
        let is_listed = |id| named.iter().any(|it| it.id == id && it.is_listed());
        for (place, part) in content.parts.iter().enumerate().filter(|it| !is_listed(it.1.offer)) {
            let message = format!("`{}` must be on the marketplace itself", part.offer);
            add(&format!("/parts/{place}/offer"), "state", message);
        }
        if let Some(to) = content.adds_to.filter(|it| !is_listed(*it)) {
            add("/adds_to", "state", format!("`{to}` must be on the marketplace itself"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::bundle::Part;
    use crate::domain::catalog::eligibility::Eligibility;
    use crate::domain::catalog::lifecycle::Life;
    use crate::domain::catalog::offer::OfferContent;
    use crate::domain::id::{Id, OfferId};
    use crate::domain::localized::Localized;
    use crate::domain::stamp::{SellerNumber, Stamp};
    use crate::domain::time::{Instant, Validity};

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn content() -> OfferContent {
        let locale = "en".parse().expect("a locale");
        OfferContent::named(Localized::new(locale, "Map".parse().expect("a name")))
    }

    fn offer(number: u128, state: State, content: OfferContent) -> Offer {
        let now = Instant::from_micros(0).expect("an instant");
        let life = Life::new(state, Validity::ALWAYS).expect("can begin");
        let stamp = Stamp::new(SellerNumber::PROVIDER, None, now);
        Offer::new(id(number), stamp, life, content).expect("valid")
    }

    #[test]
    fn what_can_be_listed_is_the_sellers_own_and_for_everybody() {
        let parts = vec![Part::one(id(2)), Part::one(id(3))];
        let few = |eligibility| OfferContent { eligibility, ..content() };
        let accounts = Eligibility { accounts: [id(9)].into(), ..Eligibility::default() };
        let classes = Eligibility { classes: [id(9)].into(), ..Eligibility::default() };
        let add = |to: u128| OfferContent { adds_to: Some(id::<OfferId>(to)), ..content() };
        let named = [
            offer(2, State::Launched, content()).listed(),
            offer(3, State::Launched, content()).listed().taken_off(),
        ];
        let launched = State::Launched;
        let table: [(State, OfferContent, &[&str]); 9] = [
            (launched, content(), &[]),
            (State::Active, content(), &["/state"]),
            (launched, OfferContent { copy_of: Some(id(8)), ..content() }, &["/copy_of"]),
            (launched, OfferContent { supplier: Some(id(9)), ..content() }, &["/supplier"]),
            (launched, few(accounts), &["/eligibility"]),
            (launched, few(classes), &["/eligibility"]),
            (launched, OfferContent { parts, ..content() }, &["/parts/1/offer"]),
            (launched, add(2), &[]),
            (launched, add(3), &["/adds_to"]),
        ];
        for (state, content, expected) in table {
            let found = offer(1, state, content).listing_obstacles(&named);
            let fields: Vec<_> = found.iter().map(|it| it.field.as_str()).collect();
            assert_eq!(fields, expected, "{found:?}");
        }
    }

    #[test]
    fn what_was_never_listed_cannot_be_taken_off() {
        let it = offer(1, State::Launched, content());
        let steps =
            [it.clone(), it.clone().taken_off(), it.clone().listed(), it.listed().taken_off()];
        let found = steps.map(|it| (it.market, it.is_listed(), it.was_listed()));
        let own = (Market::Own, false, false);
        assert_eq!(
            found,
            [own, own, (Market::Listed, true, true), (Market::TakenOff, false, true)]
        );
    }
}
