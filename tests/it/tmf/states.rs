//! Every state machine of the contract, as its clients see it: each state that can be come to, and what
//! becomes of each word that is said there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::facts::{ROWS, Row};
use super::told;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

const CATALOGUED: &[&str] =
    &["In study", "In design", "In test", "Active", "Launched", "Retired", "Obsolete", "Rejected"];
const PAPER: &[&str] = &["created", "reviewed", "approved", "published", "archived", "deleted"];
const ACCOUNT: &[&str] =
    &["Defined", "Active", "PendingUpdate", "Suspended", "PendingClosed", "Closed"];
const PRODUCT: &[&str] = &[
    "created",
    "pendingActive",
    "cancelled",
    "active",
    "pendingTerminate",
    "terminated",
    "suspended",
    "aborted",
];
const QUOTE: &[&str] = &["inProgress", "pending", "approved", "cancelled", "accepted", "rejected"];
const USAGE: &[&str] =
    &["received", "guided", "rated", "rerated", "rejected", "recycled", "billed"];
const METHOD: &[&str] = &["pending", "active", "expired", "removed"];

/// What is made of its row in the facts, its state, and the words for that. Other things of those APIs have
/// the same lives.
const MACHINES: &[(&str, &str, &[&str])] = &[
    ("document", "status", PAPER),
    ("documentSpecification", "lifecycleStatus", PAPER),
    ("serviceSpecification", "lifecycleStatus", CATALOGUED),
    ("resourceSpecification", "lifecycleStatus", CATALOGUED),
    ("productSpecification", "lifecycleStatus", CATALOGUED),
    ("productOffering", "lifecycleStatus", CATALOGUED),
    ("productOfferingPrice", "lifecycleStatus", CATALOGUED),
    ("category", "lifecycleStatus", CATALOGUED),
    ("catalog", "lifecycleStatus", CATALOGUED),
    ("promotion", "lifecycleStatus", CATALOGUED),
    ("individual", "status", &["initialized", "validated", "deceased"]),
    ("organization", "status", &["initialized", "validated", "closed"]),
    ("billingAccount", "state", ACCOUNT),
    ("quote", "state", QUOTE),
    ("agreement", "status", &["in process", "signed", "terminated"]),
    ("partnership", "status", &["new", "active", "ended"]),
    ("usage", "status", USAGE),
];

/// A machine: how a thing in its first state is made, which attribute says its state, and in which words.
struct Machine<'a> {
    client: &'a Client<'a>,
    make: &'a dyn Fn() -> String,
    attribute: &'static str,
    words: &'static [&'static str],
}

impl Machine<'_> {
    fn state(&self, it: &str) -> String {
        let shown = self.client.call(&format!("GET {it}"), None);
        if shown.status == 404 {
            return "gone".to_owned();
        }
        shown.json()[self.attribute].as_str().unwrap_or("-").to_owned()
    }

    /// A thing to which some words were said, one after the other.
    fn after(&self, way: &[&str]) -> String {
        let it = (self.make)();
        for word in way {
            self.says(&it, word);
        }
        it
    }

    fn says(&self, it: &str, word: &str) -> String {
        let body = json!({ self.attribute: word });
        let said = told(&self.client.call(&format!("PATCH {it}"), Some(&body)));
        said.replace(it.rsplit('/').next().unwrap(), "{it}")
    }

    /// From each state that can be come to what becomes of each word.
    fn told(&self) -> String {
        let (mut open, mut known, mut all) = (vec![Vec::new()], BTreeSet::new(), String::new());
        while let Some(way) = open.pop() {
            let state = self.state(&self.after(&way));
            if !known.insert(state.to_lowercase()) {
                continue;
            }
            writeln!(all, "  {state}").unwrap();
            let mut further = Vec::new();
            for word in self.words.iter().copied().chain(["burnt"]) {
                let it = self.after(&way);
                let (said, now) = (self.says(&it, word), self.state(&it));
                writeln!(all, "    {word}: {said} → {now}").unwrap();
                let is_new = !known.contains(&now.to_lowercase());
                if said == "200" && is_new && word != "burnt" && now != "gone" {
                    further.push([way.clone(), vec![word]].concat());
                }
            }
            open.extend(further.into_iter().rev());
        }
        all
    }
}

fn row(name: &str) -> &'static Row {
    ROWS.iter().find(|it| it.path.ends_with(&format!("/{name}"))).unwrap()
}

#[test]
fn every_word_for_a_state_is_said_in_every_state() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let mut all = String::new();
    for (name, attribute, words) in MACHINES {
        let row = row(name);
        let make = || {
            let made = client.post(row.path, &Row::filled(row.make, "East"));
            format!("{}/{}", row.path, text(&made["id"]))
        };
        let machine = Machine { client: &client, make: &make, attribute, words };
        writeln!(all, "{name}.{attribute}\n{}", machine.told().trim_end()).unwrap();
    }
    expect_test::expect_file!["../../fixtures/tmf_states.txt"].assert_eq(&all);
}

#[test]
fn every_word_is_said_of_what_is_sold_and_paid_with() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let offer = market.offer("Mail", &[monthly("Fee", "EUR", "10")]);
    let customer = market.customer("Ann", "EUR");
    let plain = |it: &str| it.split_once('_').map_or(it, |it| it.1).to_owned();
    let (offer, customer) = (plain(&offer), plain(&text(&customer["id"])));
    let made =
        |path: &str, body: Value| format!("{path}/{}", text(&client.post(path, &body)["id"]));
    let product = || {
        let body =
            json!({ "productOffering": { "id": offer }, "relatedParty": [{ "id": customer }] });
        made("/tmf-api/productInventory/v4/product", body)
    };
    let quote = || {
        let body = json!({
            "quoteItem": [{ "id": "1", "action": "add", "productOffering": { "id": offer } }],
            "relatedParty": [{ "id": customer, "@referredType": "Customer" }],
        });
        made("/tmf-api/quoteManagement/v4/quote", body)
    };
    let method = || {
        let body = json!({
            "name": "Transfers", "@type": "BankAccountTransfer", "relatedParty": { "id": customer },
        });
        made("/tmf-api/paymentMethod/v4/paymentMethod", body)
    };
    let prices = format!("/tmf-api/productCatalogManagement/v4/productOffering/{offer}");
    let price = text(&client.get(&prices)["productOfferingPrice"][0]["id"]);
    let price = || format!("/tmf-api/productCatalogManagement/v4/productOfferingPrice/{price}");
    let mut all = String::new();
    for (name, make, attribute, words) in [
        ("product", &product as &dyn Fn() -> String, "status", PRODUCT),
        ("quote", &quote, "state", QUOTE),
        ("paymentMethod", &method, "status", METHOD),
        ("a price that is had", &price, "lifecycleStatus", CATALOGUED),
    ] {
        let machine = Machine { client: &client, make, attribute, words };
        writeln!(all, "{name}.{attribute}\n{}", machine.told().trim_end()).unwrap();
    }
    market.must_be_whole();
    expect_test::expect_file!["../../fixtures/tmf_states_of_sales.txt"].assert_eq(&all);
}
