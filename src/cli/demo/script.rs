//! The script of a demo: who takes part, what is sold, and what happens on which day, as the files
//! in `assets/seed` say it.
//!
//! A body in a file is that of a request to the API, which reads it as strictly as anybody's.

use std::collections::BTreeMap;

use rust_embed::RustEmbed;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::stage::HOUSE;
use crate::cli::failure::Failure;

#[derive(RustEmbed)]
#[folder = "assets/seed"]
struct Files;

/// The body of a request, as far as the file has it.
pub(super) type Body = Map<String, Value>;

/// Everything that a demo is made of.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) cast: Cast,
    pub(super) shop: Shop,
    pub(super) story: Story,
}

/// Who takes part.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cast {
    pub(super) provider: Provider,
    #[serde(default)]
    pub(super) accounts: Vec<Member>,
}

/// Who runs the house.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Provider {
    pub(super) company: String,
    pub(super) operator: String,
    pub(super) email: String,
    pub(super) locale: String,
    pub(super) currency: String,
    pub(super) zone: String,
    /// What else there is to say of it.
    pub(super) body: Body,
    /// By what it bills, where that is not as usual.
    #[serde(default)]
    pub(super) billing_policy: Body,
    /// What is to be said of the class that its customers are in if nothing else is said.
    #[serde(default)]
    pub(super) default_class: Body,
    #[serde(default)]
    pub(super) classes: Vec<Keyed>,
    #[serde(default)]
    pub(super) users: Vec<Person>,
}

/// Something that is made by one request and gets a name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keyed {
    pub(super) key: String,
    pub(super) body: Body,
}

/// An account and its people.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub(super) key: String,
    /// The month of the story, from 0, and the day on which it comes; the first if nothing is said.
    #[serde(default = "first_day")]
    pub(super) on: (u32, u32),
    /// Who opens it: the house if nothing is said.
    #[serde(default = "house")]
    pub(super) by: String,
    pub(super) body: Body,
    /// By what it bills, if it sells, where that is not as usual.
    #[serde(default)]
    pub(super) billing_policy: Body,
    #[serde(default)]
    pub(super) classes: Vec<Keyed>,
    #[serde(default)]
    pub(super) users: Vec<Person>,
    #[serde(default)]
    pub(super) pays: Habit,
}

/// Somebody of an account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub(super) key: String,
    /// What the person is, if it is one of those whose login is told.
    pub(super) told: Option<String>,
    pub(super) body: Body,
}

/// How an account pays its invoices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Habit {
    /// So many days after they were issued.
    pub(super) after_days: i64,
    /// Not at all from this month of the story on.
    pub(super) until_month: Option<u32>,
    /// Of what is issued in a month of the story, only so many percent.
    pub(super) partly: Option<(u32, u32)>,
    /// Whether it leaves a card in the end, from which is taken what falls due afterwards.
    #[serde(default)]
    pub(super) card: bool,
}

impl Default for Habit {
    fn default() -> Self {
        Self { after_days: 9, until_month: None, partly: None, card: false }
    }
}

/// What is sold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shop {
    #[serde(default)]
    pub(super) tax_categories: Vec<Keyed>,
    #[serde(default)]
    pub(super) tax_zones: Vec<Keyed>,
    #[serde(default)]
    pub(super) tax_rules: Vec<Body>,
    #[serde(default)]
    pub(super) categories: Vec<Keyed>,
    #[serde(default)]
    pub(super) asset_types: Vec<Keyed>,
    #[serde(default)]
    pub(super) meters: Vec<Keyed>,
    #[serde(default)]
    pub(super) resources: Vec<Keyed>,
    #[serde(default)]
    pub(super) service_terms: Vec<Keyed>,
    #[serde(default)]
    pub(super) letterheads: Vec<Body>,
    #[serde(default)]
    pub(super) gateways: Vec<Body>,
    /// What prices are called in other languages, by their names.
    #[serde(default)]
    pub(super) price_names: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) ladders: Vec<Ladder>,
    pub(super) offers: Vec<Offer>,
    #[serde(default)]
    pub(super) resales: Vec<Resale>,
    /// What resellers sell of their own, and list on the marketplace.
    #[serde(default)]
    pub(super) listed: Vec<Offer>,
}

/// An offer with what it delivers and costs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Offer {
    pub(super) key: String,
    pub(super) body: Body,
    /// What is to be said of what it delivers, apart from the name.
    #[serde(default)]
    pub(super) specification: Body,
    #[serde(default)]
    pub(super) prices: Vec<Price>,
}

/// Offers between which subscriptions switch, from the least to the most.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ladder {
    pub(super) offers: Vec<String>,
}

/// A price in each currency.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Price {
    /// What the price is apart from its model and currency.
    pub(super) body: Body,
    /// As in a price of the API; `flat` if nothing is said.
    #[serde(default = "flat")]
    pub(super) model: String,
    /// Of tiers: the last unit of each but the last.
    #[serde(default)]
    pub(super) up_to: Vec<String>,
    /// Of packages: how many units are in one.
    pub(super) size: Option<String>,
    /// The figure of each tier, or the only one, by currency.
    pub(super) amounts: BTreeMap<String, Vec<String>>,
}

impl Price {
    /// What it is called, in the language of the script.
    pub(super) fn name(&self) -> &str {
        self.body.get("name").and_then(Value::as_str).unwrap_or_default()
    }
}

/// A reseller's choice of the provider's offers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resale {
    pub(super) seller: String,
    /// What its part numbers begin with.
    pub(super) prefix: String,
    pub(super) currencies: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) offers: Vec<String>,
}

/// What happens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Story {
    #[serde(default)]
    pub(super) orders: Vec<Order>,
    #[serde(default)]
    pub(super) acts: Vec<Act>,
    #[serde(default)]
    pub(super) usage: Vec<Curve>,
    /// What is worth looking at: what it is, and its name.
    #[serde(default)]
    pub(super) sights: Vec<(String, String)>,
}

/// Somebody orders something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    pub(super) on: (u32, u32),
    #[serde(default = "house")]
    pub(super) by: String,
    pub(super) account: String,
    pub(super) items: Vec<Body>,
    /// What the subscriptions are called that come of the items.
    pub(super) names: Vec<String>,
}

/// Somebody does something else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Act {
    pub(super) on: (u32, u32),
    #[serde(default = "house")]
    pub(super) by: String,
    /// The path below `/api/v1`.
    pub(super) post: String,
    #[serde(default)]
    pub(super) body: Body,
    /// The account, and which of its invoices, from 1, is called `@invoice` in the path.
    pub(super) invoice: Option<(String, usize)>,
}

/// What a subscription uses day by day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Curve {
    pub(super) subscription: String,
    pub(super) meter: String,
    /// On an ordinary day at the beginning, in whole units.
    pub(super) daily: i64,
    /// How many percent more every month.
    #[serde(default)]
    pub(super) growth_percent: i64,
    #[serde(default)]
    pub(super) shape: Shape,
    /// Whether there is no half of one: a mail, a minute.
    #[serde(default)]
    pub(super) is_whole: bool,
    /// The day from which on nothing is used any more.
    pub(super) until: Option<(u32, u32)>,
}

/// How a week goes.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shape {
    /// Every day alike.
    #[default]
    Steady,
    /// Busy while people work.
    Office,
    /// Busy while people shop, and most before the holidays.
    Shop,
}

fn first_day() -> (u32, u32) {
    (0, 1)
}

fn house() -> String {
    HOUSE.to_owned()
}

fn flat() -> String {
    "flat".to_owned()
}

impl Script {
    /// The script in a folder of `assets/seed`.
    pub(super) fn read(folder: &str) -> Result<Self, Failure> {
        Ok(Self {
            cast: file(folder, "cast")?,
            shop: file(folder, "shop")?,
            story: file(folder, "story")?,
        })
    }
}

fn file<T: DeserializeOwned>(folder: &str, name: &str) -> Result<T, Failure> {
    let path = format!("{folder}/{name}.toml");
    let found = Files::get(&path).expect("it comes with the program: a test reads each");
    let text = String::from_utf8_lossy(&found.data);
    toml::from_str(&text).map_err(|error| Failure::Refused(format!("`{path}`: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_that_come_with_the_house_can_be_read() {
        for folder in ["business", "minimal"] {
            let script = Script::read(folder).map_err(|it| it.told());
            assert!(script.is_ok(), "{:?}", script.err());
        }
    }

    #[test]
    fn every_price_has_a_name_in_each_language_of_the_customers() {
        for (folder, languages) in [("business", &["de", "fr"][..]), ("minimal", &["de"][..])] {
            let shop = Script::read(folder).map_err(|it| it.told()).expect(folder).shop;
            let sold = shop.offers.iter().chain(&shop.listed);
            for price in sold.flat_map(|it| &it.prices) {
                let (name, known) = (price.name(), shop.price_names.get(price.name()));
                let all: Vec<_> = known.into_iter().flatten().map(|it| it.0.as_str()).collect();
                assert_eq!(all, languages, "`{name}` of {folder}");
            }
        }
    }

    #[test]
    fn ladders_and_resellers_name_offers_that_are_there() {
        let shop = Script::read("business").map_err(|it| it.told()).expect("a script").shop;
        let ladders = shop.ladders.iter().flat_map(|it| &it.offers);
        for key in ladders.chain(shop.resales.iter().flat_map(|it| &it.offers)) {
            assert!(shop.offers.iter().any(|it| it.key == *key), "`{key}`");
        }
    }

    #[test]
    fn a_word_that_no_script_knows_is_refused() {
        let read = toml::from_str::<Story>("[[usage]]\nsubscription = 'a'\nmetre = 'b'");
        let told = read.map(|_| ()).map_err(|it| it.to_string());
        assert!(told.is_err_and(|it| it.contains("unknown field `metre`")));
    }
}
