//! A stage: two resellers with one of everything that a request can be about, on a disk that is
//! cloned for whoever wants to try something.
//!
//! Everything of one side bears its name, so that it can be told when it is seen on the other.

mod beyond;
mod sold;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Value, json};
use tillbox::domain::time::Zone;
use tillbox::services::duty::Progress;
use tillbox::services::{clock, setup};
use tillbox::store::meta::ClockState;
use tillbox::store::{Commit, Store, Trust};

use super::app::App;
use super::client::Client;
use super::disk::{Disk, Fsync};
use super::goods;
use super::house::{Branch, House, PASSWORD, Person, invite};
use super::market::{Market, text};
use super::till;

/// The day on which the stage stands; its wall clock stands there whatever business time says.
const DAY: &str = "2026-01-01";

/// How far the story of the stage has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scene {
    /// Nobody has set anything up.
    Bare,
    /// Everything is there, and nothing is left to do.
    Quiet,
    /// Months have passed and nobody did anything.
    Due,
    /// A billing run has begun and not ended.
    Running,
    /// Everything is there, and time passes by itself.
    InUse,
    /// The same, and the machine's clock has jumped since somebody looked at it.
    Jumped,
    /// Everything is there, and somebody has used more than is to be left unbilled.
    Used,
}

/// The things of a side, by name: ids, and what else a request needs to name them.
pub(crate) type Names = BTreeMap<&'static str, String>;

/// The stage.
pub(crate) struct Stage {
    disks: BTreeMap<Scene, Vec<u8>>,
    /// One reseller.
    pub(crate) north: Names,
    /// The other.
    pub(crate) south: Names,
}

impl Stage {
    /// The stage, built when it is first asked for.
    pub(crate) fn shared() -> &'static Self {
        static STAGE: OnceLock<Stage> = OnceLock::new();
        STAGE.get_or_init(Self::build)
    }

    /// A disk of its own with a scene on it.
    pub(crate) fn disk(&self, scene: Scene) -> Disk {
        Disk::holding(self.disks[&scene].clone(), Fsync::Honest)
    }

    fn build() -> Self {
        let (bare, app) = (Disk::new(Fsync::Honest), Disk::new(Fsync::Honest));
        let setup_token = setup::offer(&open(&bare, 1).bss).unwrap().unwrap();
        let market = Market::in_house(House::in_app(open(&app, 1)), DAY);
        let mut north = furnish(&market, &market.house.north, "North");
        let mut south = furnish(&market, &market.house.south, "South");
        let operator = market.house.operator.token.clone();
        drop(market);
        let mut disks = BTreeMap::from([(Scene::Bare, bare.bytes()), (Scene::Quiet, app.bytes())]);
        let months_later = Zone::UTC.start_of("2026-07-01".parse().unwrap());
        let later = open(&app, 2);
        ask_for_files(&Client::with_token(&later, &north["seller"]));
        set_aside_for_later(&Client::with_token(&later, &north["seller"]));
        clock::make_movable(&later.bss, months_later).unwrap();
        drop(later);
        disks.insert(Scene::Due, app.bytes());
        let running = begin_billing(&app, &operator);
        disks.insert(Scene::Running, app.bytes());
        for (scene, looked_at) in [(Scene::InUse, DAY), (Scene::Jumped, "2025-12-01")] {
            disks.insert(scene, in_use_behind(&disks[&Scene::Quiet], looked_at));
        }
        disks.insert(Scene::Used, used(&disks[&Scene::Quiet], (&operator, &north)));
        for names in [&mut north, &mut south] {
            names.insert("setup_token", setup_token.clone());
            names.insert("operator", operator.clone());
            names.insert("run", running.clone());
        }
        Self { disks, north, south }
    }
}

/// Asks for a file of what is sold, and gives one with something else to sell.
fn ask_for_files(seller: &Client<'_>) {
    let jobs = "/tmf-api/productCatalogManagement/v4";
    seller.post(&format!("{jobs}/exportJob"), &json!({}));
    let url = r#"data:,[{"name":"Post"},{"name":"Parcels"}]"#;
    seller.post(&format!("{jobs}/importJob"), &json!({ "url": url, "path": "category" }));
}

/// Pays something in for a new customer, sets a part of it aside for a time, and adjusts it month by month.
fn set_aside_for_later(seller: &Client<'_>) {
    let customer = json!({
        "name": "Purse", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
        "billing": { "currency": "EUR" },
    });
    let bucket = text(&seller.post("/accounts", &customer)["billing_account"]);
    let bucket = bucket.split_once('_').unwrap().1.to_owned();
    for (action, amount, more) in [
        ("topupBalance", 50, json!({})),
        ("reserveBalance", 10, json!({ "validFor": { "endDateTime": "2026-03-01T00:00:00Z" } })),
        (
            "adjustBalance",
            -5,
            json!({
                "adjustType": "recurring", "recurringPeriod": "monthly", "numberOfPeriods": 3,
            }),
        ),
    ] {
        let mut body = json!({
            "amount": { "amount": amount, "units": "EUR" }, "usageType": "monetary",
            "bucket": { "id": bucket },
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let done = seller.post(&format!("/tmf-api/prepayBalanceManagement/v4/{action}"), &body);
        assert_eq!(done["status"], "completed", "{done}");
    }
}

/// The appliance over a disk, for the so many-th time.
pub(crate) fn open(disk: &Disk, times: u64) -> App {
    App::over_again(Store::within(disk.clone(), Trust::LastCommit).unwrap(), DAY, times)
}

/// The same appliance as one that is in use, so that its time passes by itself; on which day its clock
/// was looked at last.
fn in_use_behind(quiet: &[u8], looked_at: &str) -> Vec<u8> {
    let disk = Disk::holding(quiet.to_vec(), Fsync::Honest);
    let store = Store::within(disk.clone(), Trust::LastCommit).unwrap();
    let last_wall = Some(Zone::UTC.start_of(looked_at.parse().unwrap()));
    let state = ClockState { last_wall, ..ClockState::LIVE };
    store.transact(|mut batch| Ok((batch.put_setting(&state)?, Commit::Durable))).unwrap();
    drop(store);
    disk.bytes()
}

/// The same after a use that is to be billed before the month is over, of which no duty knows yet.
fn used(quiet: &[u8], (operator, names): (&str, &Names)) -> Vec<u8> {
    let disk = Disk::holding(quiet.to_vec(), Fsync::Honest);
    let app = open(&disk, 3);
    let client = Client::with_token(&app, operator);
    let least = json!({ "interim_at": { "amount": "1", "currency": "EUR" } });
    client.patch(&format!("/billing_accounts/{}", names["billing_account"]), &least);
    let event = json!({
        "id": "much", "subscription": names["subscription"], "meter": names["meter"],
        "quantity": "50", "at": format!("{DAY}T00:00:00Z"),
    });
    let said = client.post("/usage", &json!({ "events": [event] }));
    assert_eq!(said["accepted"], 1, "{said}");
    drop(app);
    disk.bytes()
}

/// Bills one page, and leaves the run as a process that ends then leaves it.
fn begin_billing(disk: &Disk, operator: &str) -> String {
    let app = open(disk, 3);
    let billing = app.bss.duties().iter().find(|it| it.name() == "billing").unwrap();
    assert_ne!(billing.step(&app.bss).unwrap(), Progress::Idle, "something is due");
    let runs = Client::with_token(&app, operator).get("/billing_runs");
    text(
        &runs["items"].as_array().unwrap().iter().find(|it| it["state"] == "running").unwrap()["id"],
    )
}

/// Who furnishes a side, and what there is so far.
struct Furnisher<'a> {
    market: &'a Market,
    branch: &'a Branch,
    side: &'a str,
    names: Names,
}

fn furnish(market: &Market, branch: &Branch, side: &str) -> Names {
    let names = Names::new();
    let mut furnisher = Furnisher { market, branch, side, names };
    furnisher.people();
    furnisher.catalogue();
    furnisher.offers();
    furnisher.accounts();
    furnisher.purchases();
    market.house.app.keep_duties();
    furnisher.money();
    furnisher.rest();
    furnisher.names
}

impl Furnisher<'_> {
    fn seller(&self) -> Client<'_> {
        self.market.house.client(&self.branch.admin)
    }

    fn called(&self, name: &str) -> String {
        format!("{} {name}", self.side)
    }

    fn mail(&self, name: &str) -> String {
        format!("{name}@{}.test", self.side.to_lowercase())
    }

    fn keep(&mut self, name: &'static str, value: impl Into<String>) -> String {
        let value = value.into();
        self.names.insert(name, value.clone());
        value
    }

    /// Makes a thing, and keeps its id under a name.
    #[track_caller]
    fn make(&mut self, name: &'static str, path: &str, body: &Value) -> Value {
        let made = self.seller().post(path, body);
        self.keep(name, text(&made["id"]));
        made
    }

    fn name(&self, name: &str) -> &str {
        &self.names[name]
    }

    fn people(&mut self) {
        let Branch { account, admin, customer } = self.branch;
        self.keep("side", self.side);
        self.keep("reseller", account);
        self.keep("customer", &customer.account);
        self.keep("billing_account", &customer.billing_account);
        for (user, token, person) in [
            ("seller_user", "seller", admin),
            ("buyer_user", "buyer", &customer.admin),
            ("member_user", "member", &customer.member),
        ] {
            self.keep(user, &person.id);
            self.keep(token, &person.token);
        }
        let path = format!("/accounts/{}", customer.account);
        let town = self.called("Town");
        let address = json!({ "street": "Ring 1", "city": town, "country": "DE" });
        self.seller().patch(&path, &json!({ "address": address }));
        let policy = json!({ "recognition": "over_period" });
        self.seller().patch(&format!("/accounts/{account}/billing_policy"), &policy);
        self.keep("member_email", &customer.member.email);
        self.keep("password", PASSWORD);
    }

    fn accounts(&mut self) {
        let town = self.called("Town");
        let address = json!({ "street": "Ring 1", "city": town, "country": "DE" });
        for name in [
            "prospect",
            "held",
            "owing",
            "leaving",
            "wanderer",
            "payer",
            "planner",
            "sleeper",
            "charged",
            "returner",
            "debited",
            "debited_next",
            "given_up_on",
        ] {
            let state = if name == "prospect" { "prospective" } else { "active" };
            let it = json!({ "name": self.called(name), "state": state, "address": address });
            self.make(name, "/accounts", &it);
        }
        till::opens(&self.market.house.client(&self.branch.admin), &mut self.names);
        let brought = json!({ "account": self.name("wanderer"), "code": "SPRING" });
        self.make("redemption", "/redemptions", &brought);
        let hold = json!({ "reason": "FRAUD", "comment": self.called("comment") });
        self.seller().post(&format!("/accounts/{}/hold", self.name("held")), &hold);
        let owes = json!({ "kind": "credit", "reason": "OVERDUE" });
        self.seller().post(&format!("/accounts/{}/hold", self.name("owing")), &owes);
        let owing = self.name("sleeper");
        self.seller().post(&format!("/accounts/{owing}/hold"), &owes);
        let spares = json!({ "kind": "credit", "until": "2026-03-01T00:00:00Z" });
        self.seller().post(&format!("/accounts/{owing}/release"), &spares);
        let further = json!({ "account": self.name("customer"), "name": self.called("Further") });
        self.make("further", "/billing_accounts", &further);
        for (name, account) in [("planned", "planner"), ("suspended", "sleeper")] {
            let path = format!("/billing_accounts?account={}", self.name(account));
            let found = text(&self.seller().get(&path)["items"][0]["id"]);
            self.keep(name, found);
        }
    }

    /// Orders something, and keeps the order and what it made.
    fn order(&mut self, names: (&'static str, &'static str), account: &str, item: &Value) {
        let it = json!({
            "account": self.name(account), "items": [item], "external_id": self.called("order"),
        });
        let order = self.make(names.0, "/orders", &it);
        self.keep(names.1, text(&order["items"][0]["subscription"]));
    }

    fn purchases(&mut self) {
        let offer = json!({ "offer": self.name("offer"), "quantity": 2 });
        for (order, subscription, account) in [
            ("order", "subscription", "customer"),
            ("order_2", "held_subscription", "customer"),
            ("order_3", "paid_subscription", "payer"),
            ("order_4", "planned_subscription", "planner"),
            ("order_5", "sleeping_subscription", "sleeper"),
            ("order_12", "charged_subscription", "charged"),
            ("order_13", "returned_subscription", "returner"),
            ("order_14", "debited_subscription", "debited"),
            ("order_15", "debited_next_subscription", "debited_next"),
            ("order_16", "given_up_subscription", "given_up_on"),
        ] {
            self.order((order, subscription), account, &offer);
        }
        let seat = json!({ "user": self.name("member_user") });
        let path = format!("/subscriptions/{}/seats", self.name("subscription"));
        self.make("seat", &path, &seat);
        let path = format!("/subscriptions/{}/hold", self.name("held_subscription"));
        self.seller().post(&path, &json!({ "reason": "OTHER" }));
        let path = format!("/subscriptions/{}/cancel", self.name("paid_subscription"));
        self.seller().post(&path, &json!({ "at": "period_end" }));
        let by_hand = json!({ "offer": self.name("by_hand") });
        for names in [
            ("order_6", "task_1"),
            ("order_7", "task_2"),
            ("order_8", "task_3"),
            ("order_9", "task_4"),
        ] {
            self.order(names, "customer", &by_hand);
        }
        let later = json!({
            "account": self.name("customer"), "items": [offer],
            "requested_start_on": "2026-06-01",
        });
        self.make("waiting", "/orders", &later);
        self.make("kept_back", "/orders", &later);
        let path = format!("/orders/{}/hold", self.name("kept_back"));
        self.seller().post(&path, &json!({}));
        self.cart();
        self.tasks();
        self.order(("order_10", "target"), "customer", &offer);
        let pooled = json!({ "offer": self.name("pooled"), "quantity": 100 });
        self.order(("order_11", "pool"), "customer", &pooled);
        goods::are_sent(&self.market.house.client(&self.branch.admin), &mut self.names);
        let seat = json!({ "user": self.name("member_user") });
        let path = format!("/subscriptions/{}/seats", self.name("pool"));
        self.make("pool_seat", &path, &seat);
        let path = format!("/subscriptions/{}/change", self.name("pool"));
        self.seller().post(&path, &json!({ "offer": self.name("offer") }));
    }

    /// Of the four tasks that people have to do, one waits, two were begun and one has failed.
    fn tasks(&mut self) {
        let found = self.seller().get("/tasks?state=queued&order=oldest");
        let found: Vec<_> =
            found["items"].as_array().unwrap().iter().map(|it| text(&it["id"])).collect();
        let [queued, begun, failing, failed] = found.as_slice() else {
            panic!("four, not {found:?}")
        };
        for (name, id) in
            [("queued", queued), ("begun", begun), ("failing", failing), ("failed", failed)]
        {
            self.keep(name, id);
            if name != "queued" {
                self.seller().post(&format!("/tasks/{id}/start"), &json!({}));
            }
        }
        let error = json!({ "error": self.called("cloud is full") });
        self.seller().post(&format!("/tasks/{failed}/fail"), &error);
    }

    /// What there is of money once the first bills were made.
    fn money(&mut self) {
        for (name, account) in [
            ("invoice", "customer"),
            ("credited", "planner"),
            ("unpaid", "payer"),
            ("to_be_charged", "charged"),
            ("given_up", "given_up_on"),
        ] {
            let path = format!("/invoices?account={}", self.name(account));
            let found = text(&self.seller().get(&path)["items"][0]["id"]);
            self.keep(name, found);
        }
        let path = format!("/invoices/{}/write_off", self.name("given_up"));
        self.seller().post(&path, &json!({}));
        let link =
            self.seller().post(&format!("/invoices/{}/link", self.name("unpaid")), &json!({}));
        self.keep("page_token", text(&link["link"]).rsplit('=').next().unwrap());
        let credit = json!({ "reason": self.called("kindness") });
        let path = format!("/invoices/{}/credit", self.name("credited"));
        self.make("credit_note", &path, &credit);
        let dispute = json!({ "reason": self.called("not ordered") });
        self.seller().post(&format!("/invoices/{}/dispute", self.name("invoice")), &dispute);
        let parts = json!({
            "account": self.name("sleeper"), "instalments": 3, "first_on": "2026-06-01",
        });
        self.make("plan", "/payment_plans", &parts);
        let paid = json!({
            "account": self.name("payer"), "amount": { "amount": "500", "currency": "EUR" },
            "allocations": [], "reference": self.called("transfer"),
        });
        self.make("payment", "/payments", &paid);
        for (name, kind) in [("method", "bank_transfer"), ("method_2", "cash")] {
            let path = format!("/accounts/{}/payment_methods", self.name("customer"));
            self.make(name, &path, &json!({ "kind": kind, "name": self.called(kind) }));
        }
        let default = text(&self.seller().get("/classes?order=oldest")["items"][0]["id"]);
        let steps = json!({ "dunning": [
            { "after_days": 1, "action": "late_fee", "fee": "5" },
            { "after_days": 2, "action": "credit_hold" },
        ] });
        self.seller().patch(&format!("/classes/{default}"), &steps);
        let seller = self.seller();
        let planned = format!("/billing_accounts/{}", self.name("planned"));
        seller.patch(&planned, &json!({ "cycle": { "period": "3 months" } }));
        seller.post(&format!("/billing_accounts/{}/suspend", self.name("suspended")), &json!({}));
    }

    fn listeners(&mut self) {
        for name in ["listener", "paused_listener"] {
            let callback = format!("https://{name}.{}.example/in", self.side.to_lowercase());
            let callback = callback.replace('_', "-");
            let it = json!({ "callback": callback, "patterns": ["order.*"] });
            self.make(name, "/listeners", &it);
        }
    }

    fn rest(&mut self) {
        self.shares();
        goods::get_newer(&self.seller(), &self.names);
        till::has_money_on_its_way(&self.market.house.client(&self.branch.admin), &mut self.names);
        let event = json!({
            "id": format!("event-{}", self.side), "subscription": self.name("subscription"),
            "meter": self.name("meter"), "quantity": "3", "at": "2026-01-01T00:00:00Z",
        });
        self.seller().post("/usage", &json!({ "events": [event] }));
        let it = json!({ "person": { "given_name": "Ann", "family_name": self.called("Person") } });
        self.make("party", "/parties", &it);
        self.make("token", "/tokens", &json!({ "name": self.called("token") }));
        self.make("consumer_key", "/consumer_keys", &json!({ "name": self.called("key") }));
        self.listeners();
        let path = format!("/accounts/{}/usage_sources/meterhouse", self.name("reseller"));
        let address = format!("https://meter.{}.example/usage", self.side.to_lowercase());
        self.seller().call(&format!("PUT {path}"), Some(&json!({ "address": address }))).ok();
        self.keep("usage_source", "meterhouse");
        let templates = self.seller().get("/notification_templates");
        self.keep("template", text(&templates["items"][0]["id"]));
        let path = format!("/listeners/{}/pause", self.name("paused_listener"));
        self.seller().post(&path, &json!({}));
        let it = json!({
            "account": self.name("customer"), "email": self.mail("guest"),
            "name": self.called("Guest"), "roles": ["member"],
        });
        let invited = self.make("invited", "/users", &it);
        self.keep("invitation", text(&invited["invitation"]["token"]));
        let (app, account) = (&self.market.house.app, self.branch.customer.account.clone());
        let left = |name, role| -> Person {
            invite(app, &self.branch.admin, &account, &self.mail(name), role)
        };
        let (deleted, idle) = (left("deleted", "member"), left("idle", "member"));
        let (second, stopped) =
            (left("second", "customer_admin"), left("stopped", "customer_admin"));
        self.seller().post(&format!("/users/{}/delete", deleted.id), &json!({}));
        self.seller().post(&format!("/users/{}/suspend", stopped.id), &json!({}));
        for (name, person) in [
            ("deleted", deleted),
            ("idle", idle),
            ("second_admin", second),
            ("stopped_admin", stopped),
        ] {
            self.keep(name, person.id);
        }
        let it = json!({
            "account": self.name("customer"), "email": self.mail("appointed"),
            "name": self.called("Appointed"), "roles": ["customer_admin"],
        });
        self.make("invited_admin", "/users", &it);
        self.said();
        self.persons();
        let vendor = self.name("reseller").split_once('_').unwrap().1;
        let rates = format!("/aps/2/services/sku-manager/vendor/{vendor}/rates");
        self.keep("sku", self.seller().get(&rates)[0]["id"].to_string());
        let sign_in = json!({ "email": self.name("member_email"), "password": PASSWORD });
        let answer = Client::nobody(&self.market.house.app).call("POST /session", Some(&sign_in));
        self.keep("cookie", answer.cookie());
        self.keep("csrf", text(&answer.ok()["csrf_token"]));
        let sessions = self.seller().get(&format!("/sessions?user={}", self.name("member_user")));
        self.keep("session", text(&sessions["items"][0]["id"]));
        // That a key was used is noted when it is used first, and not in the middle of a test.
        for token in ["seller", "buyer", "member", "person"] {
            Client::with_token(&self.market.house.app, self.name(token)).get("/session");
        }
    }
}
