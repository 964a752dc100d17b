//! The demo, as somebody meets it who has just heard of Tillbox.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::absent::has;
use crate::harness::midnight::within_a_day;
use crate::harness::process::{Ended, Server, over_file, run, tillbox};

/// An operator who sets an appliance up without being there.
const OPERATOR: [(&str, &str); 3] = [
    ("TILLBOX_OPERATOR_EMAIL", "ann@example.com"),
    ("TILLBOX_OPERATOR_PASSWORD", "till-4-the-box!"),
    ("TILLBOX_OPERATOR_TOKEN", "tbx_0123456789abcdef0123456789abcdef"),
];

/// What is under an address of a running server, for the operator of the machine.
fn get(server: &Server, path: &str) -> Value {
    let answer = over_file(&server.socket(), &format!("GET /api/v1{path}"), "").unwrap();
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

/// The logins that a server printed: mail address and password.
fn logins(server: &Server) -> Vec<(String, String)> {
    let rows = server.said.iter().filter(|it| it.starts_with("  "));
    let words = rows.map(|it| it.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    words.map(|it| (it[0].clone(), it[1].clone())).collect()
}

#[test]
fn one_of_each_is_there_after_a_minimal_seed_and_its_login_opens_the_door() {
    within_a_day(one_of_each);
}

fn one_of_each() {
    let place = tempdir().unwrap();
    let data = place.path().to_str().unwrap();
    let seeded = run(&["demo", "seed", "--data", data, "--minimal"]).ok();
    assert!(seeded.contains("olga@tillbox.example"), "{seeded}");
    assert!(run(&["check", "--data", data]).ok().contains("agree"));
    let server = Server::start(place.path(), &["--demo"]);
    for list in ["/offers", "/orders", "/subscriptions", "/invoices"] {
        let found = get(&server, list);
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{list}: {found}");
    }
    let billed = &get(&server, "/invoices")["items"][0];
    assert_eq!(billed["due"], billed["gross"], "it waits to be paid: {billed}");
    let bills = "GET /tmf-api/customerBillManagement/v4/customerBill";
    let bills = over_file(&server.socket(), bills, "").unwrap().json();
    assert_eq!(bills[0]["state"], "validated", "{bills}");
    let sorts = "GET /charging/api/assetManagement/assetTypes";
    let sorts = over_file(&server.socket(), sorts, "").unwrap().json();
    let names: Vec<_> = sorts.as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["Basic File", "Basic URL"], "{sorts}");
    assert_eq!(get(&server, "/billing_runs/left")["nothing_left"], true);
    let logins = logins(&server);
    assert_eq!(logins.len(), 2, "{:?}", server.said);
    for (email, password) in logins {
        assert!(seeded.contains(&password), "the same as when it was seeded");
        let body = json!({ "email": email, "password": password });
        let signed_in = server.tell_over_network("POST /api/v1/session", &body);
        assert_eq!(signed_in.status, 201, "{signed_in:?}");
    }
}

#[test]
fn a_small_business_is_whole_after_some_months() {
    within_a_day(a_small_business);
}

fn a_small_business() {
    let place = tempdir().unwrap();
    let data = place.path().to_str().unwrap();
    run(&["demo", "seed", "--data", data, "--months", "3"]).ok();
    assert!(run(&["check", "--data", data]).ok().contains("agree"), "and the journal balances");
    let server = Server::start(place.path(), &[]);
    let offers = get(&server, "/offers?state=launched&limit=1000");
    assert!(offers["items"].as_array().unwrap().len() >= 40, "a catalogue to look through");
    let invoices = get(&server, "/invoices?limit=1000&fields=currency,state");
    let all = invoices["items"].as_array().unwrap();
    let currencies: BTreeSet<_> = all.iter().map(|it| it["currency"].as_str().unwrap()).collect();
    assert_eq!(currencies, BTreeSet::from(["EUR", "GBP", "USD"]));
    let classes = get(&server, "/classes?limit=100");
    let of_each: Vec<_> =
        classes["items"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert!(
        of_each.contains(&&json!("Default")) && of_each.contains(&&json!("Business")),
        "{classes}"
    );
    let gateways = get(&server, "/gateways");
    let kinds: Vec<_> =
        gateways["items"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, ["sandbox"; 3], "who is billed can pay");
    each_customer_reads_its_own_language(&server);
    let own = offers["items"].as_array().unwrap().iter();
    let own = own.filter(|it| it["part_number"] == "START-SHOP").map(|it| &it["id"]);
    own.for_each(|it| buyers_bear_the_rate_of_where_they_are(&server, it));
    others_sell_what_a_reseller_lists(&server, &offers);
    let left = get(&server, "/billing_runs/left");
    assert_eq!(
        left,
        json!({ "nothing_left": true, "due": 0, "failed": 0, "failures": [], "proposed": 0, "unrated_events": 0 })
    );
    most_go_on_paying(&server);
}

/// What Atelier Numérique has on the marketplace is had of Harbor Cloud and of Thistle, and it has its part.
fn others_sell_what_a_reseller_lists(server: &Server, offers: &Value) {
    let mut all = offers["items"].as_array().unwrap().iter();
    let care = all.find(|it| it["part_number"] == "WEB-CARE").expect("it is on sale");
    assert_eq!(care["market"], "listed");
    let held = get(server, "/subscriptions?limit=1000");
    let held = held["items"].as_array().unwrap().iter().filter(|it| it["offer"] == care["id"]);
    let sellers: BTreeSet<_> = held.map(|it| it["seller_name"].as_str().unwrap()).collect();
    assert_eq!(sellers, BTreeSet::from(["Harbor Cloud GmbH", "Thistle Systems Ltd"]));
    let models = get(server, "/share_models?limit=100");
    let mut models = models["items"].as_array().unwrap().iter();
    let agreed = models.find(|it| {
        it["supplier_name"] == "Atelier Numérique SARL" && it["seller_name"] == "Harbor Cloud GmbH"
    });
    let agreed = agreed.expect("a share of what Harbor is paid for it")["id"].clone();
    let records = get(server, "/share_records?limit=1000");
    let mut records = records["items"].as_array().unwrap().iter();
    assert!(records.any(|it| it["model"] == agreed && it["role"] == "partner"), "it has earned");
}

/// A consumer of any member state bears its rate, and one elsewhere none.
fn buyers_bear_the_rate_of_where_they_are(server: &Server, offer: &Value) {
    let path = format!("POST /api/v1/offers/{}/calculate", offer.as_str().unwrap());
    let minor = |it: &Value| -> i64 {
        it["amount"].as_str().unwrap_or_default().replace('.', "").parse().unwrap()
    };
    for (country, rate) in [("DE", 19), ("FR", 20), ("ES", 21), ("IT", 22), ("HU", 27), ("US", 0)] {
        let asked = json!({ "currency": "EUR", "country": country, "quantity": 100 });
        let told = over_file(&server.socket(), &path, &asked.to_string()).unwrap().json();
        let (net, tax) = (minor(&told["net"]), minor(&told["tax"]));
        assert!(net > 0, "{country}: {told}");
        assert!((tax * 100 - net * rate).abs() <= 50, "{country}: {told}");
    }
}

/// Nobody plays the customers any more when the clock moves on: what is due is taken from their cards.
fn most_go_on_paying(server: &Server) {
    let advance = "POST /api/v1/clock/advance";
    let answer = over_file(&server.socket(), advance, r#"{ "by": "3 months" }"#).unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let invoices = get(server, "/invoices?limit=1000&fields=account,state");
    let mut standing = BTreeMap::<&str, BTreeSet<&str>>::new();
    for it in invoices["items"].as_array().unwrap() {
        let account = it["account"].as_str().unwrap();
        standing.entry(account).or_default().insert(it["state"].as_str().unwrap());
    }
    let late = standing.values().filter(|it| it.contains("overdue")).count();
    assert!(late * 2 < standing.len(), "{late} of {} are late", standing.len());
}

/// Whoever orders by part number can order what the demo sells, for the durations that it shows.
#[test]
fn what_the_demo_sells_can_be_ordered_by_part_number() {
    within_a_day(orders_by_part_number);
}

fn orders_by_part_number() {
    let place = tempdir().unwrap();
    let server = Server::start(place.path(), &["--demo"]);
    let ask = |what: &str, body: &str| over_file(&server.socket(), what, body).unwrap();
    let customers = get(&server, "/accounts?kind=customer&state=active&limit=1000");
    let provider = get(&server, "/accounts?kind=provider")["items"][0]["id"].clone();
    let own = customers["items"].as_array().unwrap().iter();
    let own = own.filter(|it| it["parent"] == provider).map(|it| it["number"].clone());
    let own: Vec<_> = own.collect();
    let offerings = ask("GET /api/bss/resource/offering?_pageSize=100", "").json();
    let mut told = BTreeMap::<String, BTreeSet<String>>::new();
    for offering in offerings["List"].as_array().unwrap() {
        let part = offering["PartNumber"].as_str().unwrap().to_owned();
        for (term, customer) in
            offering["TermSet"].as_array().unwrap().iter().zip(own.iter().cycle())
        {
            let item = json!({
                "DurationUnits": term["DurationUnits"], "DurationLength": term["DurationLength"],
                "PartNumber": part, "PartQuantity": 1,
            });
            let order = json!({ "Order": { "CustomerId": customer, "OrderItemSet": [item] } });
            let answer = ask("POST /api/bss/resource/subscription", &order.to_string());
            let response = answer.json()["BSSResponse"].clone();
            let why = response["MessageCode"].as_str().unwrap_or("ordered").to_owned();
            told.entry(part.clone()).or_default().insert(why);
        }
    }
    assert!(told.len() >= 30, "{told:?}");
    for part in ["MAIL-REL", "START-SHOP"] {
        assert_eq!(told[part], BTreeSet::from(["ordered".to_owned()]), "{told:?}");
    }
    let refused = told.iter().filter(|it| it.1.contains("BZSBU9101E"));
    assert_eq!(
        refused.count(),
        0,
        "the durations that are shown are those that can be had: {told:?}"
    );
}

/// What stands on the invoices of a German and of a French customer, and what they may switch to.
fn each_customer_reads_its_own_language(server: &Server) {
    let accounts = get(server, "/accounts?limit=1000");
    for (customer, fee) in [
        ("Kornblume Bäckerei GmbH", "Monatsgebühr"),
        ("Les Vergers du Rhône SCOP", "Abonnement mensuel"),
    ] {
        let all = accounts["items"].as_array().unwrap();
        let account = all.iter().find(|it| it["name"] == customer).unwrap()["id"].as_str().unwrap();
        let invoices = get(server, &format!("/invoices?account={account}&order=oldest"));
        let mut said = String::new();
        for it in invoices["items"].as_array().unwrap() {
            let invoice = get(server, &format!("/invoices/{}", it["id"].as_str().unwrap()));
            for line in invoice["lines"].as_array().unwrap() {
                said += &format!("{} {}\n", line["text"].as_str().unwrap(), line["unit"]);
            }
        }
        assert!(said.contains(fee), "{said}");
        for english in ["fee", "Traffic", "Mailboxes", "Stored", ": Mails in", "hour"] {
            assert!(!said.contains(english), "{english} is in {said}");
        }
        let owned = get(server, &format!("/subscriptions?account={account}&limit=100"));
        let may_switch = owned["items"].as_array().unwrap().iter().any(|it| {
            let path = format!("/subscriptions/{}/switches", it["id"].as_str().unwrap());
            !get(server, &path)["items"].as_array().unwrap().is_empty()
        });
        assert!(may_switch, "{customer} has something that may be switched");
    }
}

#[test]
fn resellers_of_the_demo_see_their_own_customers_alone() {
    let place = tempdir().unwrap();
    let server = Server::start_with(place.path(), &["--demo"], &OPERATOR);
    let seen = |email: &str| {
        let body = json!({ "email": email, "password": OPERATOR[1].1 });
        let signed_in = server.tell_over_network("POST /api/v1/session", &body);
        let cookie = signed_in.head.lines().find_map(|it| it.strip_prefix("set-cookie: "));
        let cookie = cookie.and_then(|it| it.split(';').next()).unwrap();
        let path = "GET /api/v1/accounts?kind=customer&limit=1000";
        let found = server.over_network(path, &format!("cookie: {cookie}\r\n")).json();
        let names = found["items"].as_array().unwrap().iter();
        names.map(|it| it["name"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let (fiona, luc) = (seen("fiona@thistle.example"), seen("luc@atelier.example"));
    assert_eq!((fiona.len(), luc.len()), (3, 3), "{fiona:?} {luc:?}");
    assert!(fiona.is_disjoint(&luc));
    assert_eq!(seen("ann@example.com").len(), 15, "the operator sees all");
    let token = format!("authorization: Bearer {}\r\n", OPERATOR[2].1);
    assert_eq!(server.over_network("GET /api/v1/accounts", &token).status, 200);
}

#[test]
fn a_demo_is_thrown_away_and_made_anew_only_where_it_is_one() {
    let place = tempdir().unwrap();
    let data = place.path().to_str().unwrap();
    let first = run(&["demo", "seed", "--data", data, "--minimal"]).ok();
    let again = run(&["demo", "seed", "--data", data, "--minimal"]);
    assert!(again.code == Some(1) && again.err.contains("demo reset"), "{again:?}");
    let second = run(&["demo", "reset", "--data", data, "--minimal"]).ok();
    assert_ne!(first.lines().nth(1), second.lines().nth(1), "other passwords");
}

#[test]
fn a_demo_takes_no_weak_password_and_starts_once_it_gets_a_good_one() {
    let place = tempdir().unwrap();
    let seed = |password: &str| {
        let mut command = tillbox(&["demo", "seed", "--minimal", "--data"]);
        let command = command.arg(place.path()).env("TILLBOX_OPERATOR_PASSWORD", password);
        Ended::from(command.output().unwrap())
    };
    let refused = seed("1234");
    assert!(refused.code == Some(1) && refused.err.contains("password"), "{refused:?}");
    assert!(seed("till-4-the-box!").ok().contains("till-4-the-box!"));
}

#[test]
fn a_live_installation_is_neither_made_a_demo_nor_thrown_away() {
    let place = tempdir().unwrap();
    let data = place.path().to_str().unwrap();
    let server = Server::start_with(place.path(), &[], &OPERATOR);
    assert!(server.terminate().success());
    let serve = ["serve", "--demo", "--data", data, "--listen", "127.0.0.1:0"];
    let reset = ["demo", "reset", "--data", data];
    for arguments in [serve.as_slice(), reset.as_slice()] {
        let refused = run(arguments);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains("is a live installation and no demo"), "{}", refused.err);
    }
    assert!(Server::start(place.path(), &[]).terminate().success(), "nothing was lost");
}

#[test]
fn the_tour_of_the_readme_ends_with_a_balance_of_nothing() {
    within_a_day(the_tour);
}

fn the_tour() {
    if !has(&["bash", "curl"], "the tour of the README") {
        return;
    }
    let readme = include_str!("../../README.md");
    let tour = readme.split("```sh\n").find(|it| it.starts_with("API=")).unwrap();
    let (tour, _) = tour.split_once("\n```").unwrap();
    let taxing = readme.split("```sh\n").find(|it| it.starts_with("ZONE=")).unwrap();
    let (taxing, _) = taxing.split_once("```").unwrap();
    let order = "# An order.";
    assert!(tour.contains(order));
    let from_nothing = tour.replace(order, &format!("{taxing}{order}"));
    let go = |server: &Server, tour: &str| {
        let tour = tour.replace("127.0.0.1:8080", &server.address);
        let mut shell = Command::new("bash");
        let shell =
            shell.args(["-eu", "-o", "pipefail", "-c", &tour]).env(OPERATOR[2].0, OPERATOR[2].1);
        Ended::from(shell.output().unwrap()).ok()
    };
    let places = [tempdir().unwrap(), tempdir().unwrap()];
    let demo = Server::start_with(places[0].path(), &["--demo"], &OPERATOR);
    let empty = Server::start_with(places[1].path(), &["--test-clock"], &OPERATOR);
    for (server, tour, turn) in [
        (&demo, tour, "the first time"),
        (&demo, tour, "and again"),
        (&empty, from_nothing.as_str(), "on an empty store"),
    ] {
        let done = go(server, tour);
        let said = |text: &str| assert!(done.contains(text), "{turn}: `{text}` is not in {done}");
        said(r#"{"accepted":3,"duplicates":1,"unrated":[],"rejected":[]}"#);
        said(r#""gross":{"amount":"115.42","currency":"EUR"}"#);
        for line in readme.split('`').filter(|it| it.starts_with("tier ") || it.starts_with("= ")) {
            said(line);
        }
        let balance: Value = serde_json::from_str(done.lines().last().unwrap()).unwrap();
        assert_eq!(balance["balances"][0]["receivable"]["amount"], "0.00", "{turn}");
    }
}
