//! What the browser is shown: an appliance on a socket, with its duties at work, and a small trade
//! of some months in it that came about through the same doors as anybody's.

use std::sync::LazyLock;

use serde_json::{Value, json};
use tillbox::jobs::{self, Workers};

use super::chromium::Chromium;
use super::place::Place;
use super::tab::Tab;
use super::window::Window;
use crate::harness;
use crate::harness::app::App;
use crate::harness::house::PASSWORD;
use crate::harness::market::{Market, monthly, text};
use crate::harness::stage::Scene;

/// Who runs the appliance.
pub(crate) const OLGA: &str = "olga@provider.test";

/// An appliance that a browser can go to.
pub(crate) struct Stage {
    // In the order in which it must end: nobody asks, nobody works, nothing is there.
    place: Place,
    _workers: Workers,
    /// The trade in it.
    pub(crate) market: Market,
    /// What stands for a thing in an address, such as `{invoice}`, and its id.
    things: Vec<(&'static str, String)>,
}

/// A stage for those who only look.
pub(crate) static LOOKED_AT: LazyLock<Stage> = LazyLock::new(Stage::set);

impl Stage {
    /// A trade from January to April.
    pub(crate) fn set() -> Self {
        let market = Market::on("2026-01-01");
        let operator = market.operator();
        let category = json!({ "name": { "en": "Computing" } });
        operator.post("/categories", &category);
        let (draft, rich) = catalogue(&market);
        let server =
            market.offer("Virtual server", &[monthly("Base fee", "EUR", "40"), tiers(&market)]);
        let mail = market.offer("Mailbox", &[per_mailbox()]);
        let shares = json!({ "name": "Mailbox", "offer": mail, "parts": [
            { "role": "owner", "percent": "90" },
            { "role": "partner", "account": market.house.north.account, "percent": "10" },
        ] });
        operator.post("/share_models", &shares);
        let backup = market.offer("Backup", &[monthly("Base fee", "USD", "12.50")]);
        let names = [
            ("Acme Bäckerei GmbH", "EUR"),
            ("Hafen Logistik KG", "EUR"),
            ("Studio Ostwind", "USD"),
        ];
        let customers: Vec<_> = names.iter().map(|it| market.customer(it.0, it.1)).collect();
        let subscription = market.order(&customers[0], &server, 1);
        let seats = market.order(&customers[0], &mail, 12);
        market.order(&customers[1], &mail, 3);
        market.order(&customers[2], &backup, 2);
        for (month, next) in [("01", "02"), ("02", "03"), ("03", "04")] {
            market.advance_to(&format!("2026-{month}-27"));
            for (day, amount) in [("05", "130"), ("17", "245.5"), ("26", "90")] {
                let at = format!("2026-{month}-{day}T10:00:00Z");
                market.uses(&subscription, (&format!("{month}-{day}"), &at, amount));
            }
            market.advance_to(&format!("2026-{next}-01"));
        }
        let body = json!({
            "account": customers[1]["id"], "amount": { "amount": "20", "currency": "EUR" },
        });
        let payment = text(&operator.post("/payments", &body)["id"]);
        let settled = operator.post("/settlements", &json!({ "until": "2026-04-02" }));
        let settlement = text(&settled["items"][0]["id"]);
        let newest = |path: &str| text(&operator.get(path)["items"][0]["id"]);
        let account = text(&customers[0]["id"]);
        let last = operator.get(&format!("/invoices?account={account}"))["items"][0].clone();
        let (invoice, number) = (text(&last["id"]), text(&last["number"]));
        let note = credited(&market, &customers[2]);
        let (run, order) = (newest("/billing_runs"), newest("/orders?order=oldest"));
        let (debit_order, bank_statement) = banked(&market, &customers[1]);
        let templates = operator.get("/notification_templates");
        let issued = templates["items"].as_array().unwrap().iter();
        let template = issued.filter(|it| it["occasion"] == "invoice_issued").map(|it| &it["id"]);
        let things = vec![
            ("{account}", account),
            ("{bank_statement}", bank_statement),
            ("{debit_order}", debit_order),
            ("{draft}", draft),
            ("{invoice}", invoice),
            ("{note}", note),
            ("{number}", number),
            ("{offer}", server),
            ("{order}", order),
            ("{payment}", payment),
            ("{rich}", rich),
            ("{run}", run),
            ("{seats}", seats),
            ("{settlement}", settlement),
            ("{subscription}", subscription),
            ("{template}", template.map(text).next().unwrap()),
        ];
        let (place, workers) = open(&market.house.app);
        Self { place, _workers: workers, market, things }
    }

    /// A person's window, in which nobody has signed in.
    pub(crate) fn window(&self, chromium: &'static Chromium) -> Window {
        Window::at(chromium, &self.place.origin)
    }

    /// A tab in which somebody has just signed in.
    pub(crate) fn signed_in(&self, chromium: &'static Chromium, email: &str) -> Tab {
        self.sign_in(self.window(chromium).tab(), email)
    }

    /// Signs somebody in in a tab, and so in all of its window.
    pub(crate) fn sign_in(&self, tab: Tab, email: &str) -> Tab {
        tab.go("/ui/sign-in");
        let body = json!({ "email": email, "password": PASSWORD }).to_string();
        let status = tab.eval(&format!(
            "fetch('/api/v1/session', {{ method: 'POST', body: {}, \
             headers: {{ 'content-type': 'application/json' }} }})
               .then((it) => it.text().then(() => it.status))",
            json!(body)
        ));
        assert_eq!(status, 201);
        tab.must_be_content();
        tab
    }

    /// An address with the ids of things in place of what stands for them.
    pub(crate) fn address(&self, pattern: &str) -> String {
        self.things.iter().fold(pattern.to_owned(), |it, (name, id)| it.replace(name, id))
    }
}

/// An appliance that nobody has set up, and where it is.
pub(crate) fn unfounded() -> (App, Place, Workers) {
    let app = App::on("2026-01-01");
    let (place, workers) = open(&app);
    (app, place, workers)
}

/// An appliance in use whose machine's clock has jumped, and where it is.
pub(crate) fn jumped() -> (App, Place, Workers) {
    let app = harness::stage::open(&harness::stage::Stage::shared().disk(Scene::Jumped), 7);
    let (place, workers) = open(&app);
    (app, place, workers)
}

/// Opens the doors of an appliance and lets its duties work.
fn open(app: &App) -> (Place, Workers) {
    let router = tillbox::api::router(&app.bss, tillbox::ui::router());
    (Place::of(router), jobs::start(&app.bss).unwrap())
}

/// What stands in the catalogue beside what is sold: an offer that is being written, and one with a
/// bit of everything.
fn catalogue(market: &Market) -> (String, String) {
    let operator = market.operator();
    let made = |path: &str, body: Value| text(&operator.post(path, &body)["id"]);
    let memory = made("/resources", json!({ "name": { "en": "Memory" }, "unit": "GB" }));
    let needs = json!([{ "on": memory, "kind": "requires" }]);
    let disk = json!({ "name": { "en": "Disk" }, "unit": "GB", "dependencies": needs });
    let disk = made("/resources", disk);
    let paid = json!({ "grace_days": 7, "hold_days": 30, "destroy": true });
    let after = made("/service_terms", json!({ "name": "Lenient", "paid": paid }));
    let draft = made("/offers", json!({ "name": { "en": "Next year", "de": "Nächstes Jahr" } }));
    let rich = json!({
        "name": { "en": "Workplace", "de": "Arbeitsplatz" },
        "summary": { "en": "All that one needs to work" },
        "terms": [
            { "key": "m", "duration": "1 month", "auto_renew": true, "default": true },
            { "key": "y", "name": { "en": "A year" }, "duration": "1 year", "trial": "14 days" },
        ],
        "resources": [{ "resource": disk, "included": "10", "max": "500" }],
        "service_terms": after,
    });
    (draft, made("/offers", rich))
}

/// A credit note for a part of a customer's last invoice.
fn credited(market: &Market, customer: &Value) -> String {
    let operator = market.operator();
    let account = text(&customer["id"]);
    let last = operator.get(&format!("/invoices?account={account}"))["items"][0].clone();
    let net = json!({ "amount": "0.42", "currency": "USD" });
    let body = json!({ "reason": "A day without backup", "lines": [{ "line": 0, "net": net }] });
    text(&operator.post(&format!("/invoices/{}/credit", text(&last["id"])), &body)["id"])
}

/// What is to be collected from a customer, and a statement of the bank.
fn banked(market: &Market, customer: &Value) -> (String, String) {
    let operator = market.operator();
    let letterhead = json!({
        "bank": { "iban": "DE89370400440532013000" },
        "creditor": { "id": "DE98ZZZ09999999999", "notice_days": 1 },
    });
    operator.post("/letterheads", &letterhead);
    let mandate = json!({
        "kind": "direct_debit", "iban": "AT611904300234573201", "holder": "Hafen Logistik KG",
        "mandate": "M-1", "signed_on": "2026-01-01",
    });
    let path = format!("/accounts/{}/payment_methods", text(&customer["id"]));
    operator.post(&path, &mandate);
    let orders = operator.post("/debit_orders", &json!({ "collect_on": "2026-06-01" }));
    let kept = operator.post("/bank_statements", &json!({ "camt": harness::till::camt("S-1") }));
    (text(&orders["items"][0]["id"]), text(&kept["items"][0]["id"]))
}

/// Traffic that gets cheaper with the amount.
fn tiers(market: &Market) -> Value {
    json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "graduated", "tiers": [
            { "up_to": "100", "per_unit": "0.10" },
            { "up_to": "400", "per_unit": "0.08" },
            { "per_unit": "0.05" },
        ] },
    })
}

/// A price for each.
fn per_mailbox() -> Value {
    json!({
        "name": "Each mailbox", "kind": "recurring", "currency": "EUR",
        "model": { "kind": "per_unit", "per_unit": "4.90" },
    })
}
