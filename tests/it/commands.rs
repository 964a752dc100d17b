//! Commands that work on a store with business in it: billing it, explaining it, looking after it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use tillbox::store::Store;

use crate::harness::app::App;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};
use crate::harness::process::{Ended, Server, over_file, tillbox};

/// The key that the harness seals with.
const KEY: &str = "1 0707070707070707070707070707070707070707070707070707070707070707";

/// A folder with a house in it in which two customers were sold something in January: there is
/// something to bill whenever it is. One of them cannot be billed: where it is, there is no tax.
fn business() -> TempDir {
    let place = tempdir().unwrap();
    let store = Store::open(&place.path().join("tillbox.redb"), 4 << 20).unwrap();
    let house = House::in_app(App::over(store, "2026-01-01"));
    let market = Market::in_house(house, "2026-01-01");
    let operator = market.operator();
    let nowhere = operator.post("/tax_zones", &json!({ "code": "NOWHERE", "name": "Nowhere" }));
    let offer = market.offer("Cloud", &[monthly("Base", "EUR", "10")]);
    let untaxed = market.customer("Untaxed", "EUR");
    let path = format!("/accounts/{}", text(&untaxed["id"]));
    let patch = json!({ "tax": { "zone": nowhere["id"] } });
    assert!(operator.call(&format!("PATCH {path}"), Some(&patch)).status.is_success());
    market.order(&market.customer("Blue Whale", "EUR"), &offer, 1);
    market.order(&untaxed, &offer, 1);
    place
}

fn command(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = tillbox(arguments);
    command.arg("--data").arg(folder.path()).env("TILLBOX_KEY", KEY);
    command
}

fn run(folder: &TempDir, arguments: &[&str]) -> Ended {
    Ended::from(command(folder, arguments).output().unwrap())
}

fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[test]
fn what_is_due_is_planned_then_billed_and_what_fails_is_named() {
    let folder = business();
    let plan = run(&folder, &["bill", "--plan"]).ok();
    assert!(plan.contains("2 billing accounts, 1 invoice\n"), "{plan}");
    assert!(plan.contains("cannot bill ") && plan.contains("tax"), "{plan}");
    assert_eq!(plan, run(&folder, &["bill", "--plan"]).ok(), "nothing was written");
    let billed = run(&folder, &["bill"]);
    assert_eq!(billed.code, Some(1), "{billed:?}");
    assert!(billed.out.contains("is done: ") && billed.out.contains("EUR"), "{billed:?}");
    assert!(billed.err.contains("1 billing account could not be billed"), "{billed:?}");
    let again = json_of(&run(&folder, &["bill", "--json"]));
    assert_eq!((&again["invoices"], &again["failed"]), (&json!(0), &json!(1)), "{again}");
}

#[test]
fn what_is_not_due_yet_is_planned_and_not_billed() {
    let folder = business();
    let future = run(&folder, &["bill", "--through", "2999-01-01"]);
    assert_eq!((future.code, future.out.as_str()), (Some(1), ""));
    assert!(future.err.contains("--plan"), "{future:?}");
    let plan = json_of(&run(&folder, &["bill", "--plan", "--through", "2999-01-01", "--json"]));
    assert_eq!(plan["through"], "2999-01-01");
    let wrong = run(&folder, &["bill", "--through", "2026-02-30"]);
    assert!(wrong.code == Some(1) && wrong.err.contains("through"), "{wrong:?}");
}

#[test]
fn beside_a_server_the_same_is_billed_and_nothing_is_left() {
    let place = tempdir().unwrap();
    let server = Server::start(place.path(), &["--test-clock"]);
    let said = Ended::from(tillbox(&["bill", "--data"]).arg(place.path()).output().unwrap()).ok();
    assert!(said.ends_with("nothing left to bill\n"), "{said}");
    drop(server);
}

#[test]
fn an_invoice_is_explained_and_comes_out_again() {
    let folder = business();
    run(&folder, &["bill"]);
    let explained = run(&folder, &["explain", "INV-2026-000001"]).ok();
    assert!(explained.starts_with("invoice INV-2026-000001 of "), "{explained}");
    let of_tax = "\n  tax: 20 % of 10.00 EUR = 2.00 EUR\n";
    let again = "\n  comes out again\n";
    for told in ["Blue Whale, ", "flat price", of_tax, again, "VAT 20 % of 10.00 EUR"] {
        assert!(explained.contains(told), "{told}: {explained}");
    }
    assert!(explained.ends_with("seal: that of this content\n"), "{explained}");
    let both = json_of(&run(&folder, &["explain", "INV-2026-000001", "--json"]));
    let by_id = run(&folder, &["explain", &text(&both["invoice"]["id"])]).ok();
    assert_eq!(by_id, explained);
    assert_eq!(both["check"]["is_right"], true);
    let missing = run(&folder, &["explain", "no such/number"]);
    assert_eq!(missing.code, Some(1), "{missing:?}");
}

#[test]
fn jobs_tell_what_waits_and_what_was_done() {
    let folder = business();
    let waiting = run(&folder, &["jobs"]).ok();
    assert!(waiting.starts_with("no server runs"), "{waiting}");
    assert!(waiting.contains("billing        failed   Billing accounts"), "{waiting}");
    assert!(waiting.contains("1 billing account could not be billed; bac_"), "{waiting}");
    let jobs = json_of(&run(&folder, &["jobs", "--json"]));
    let billing = jobs["items"].as_array().unwrap().iter().find(|it| it["name"] == "billing");
    assert_eq!(
        (&billing.unwrap()["state"], &billing.unwrap()["waiting"]),
        (&json!("failed"), &json!(2))
    );
    let log = tempdir().unwrap();
    let server = Server::start(log.path(), &["--test-clock"]);
    let moved = tillbox(&["clock", "advance", "1 day", "--data"]).arg(log.path()).output();
    Ended::from(moved.unwrap()).ok();
    let jobs = over_file(&server.socket(), "GET /api/v1/jobs", "").unwrap().json();
    for job in jobs["items"].as_array().unwrap() {
        assert!(job["looked_at"].is_string(), "each has looked since the start: {job}");
        assert_eq!(job["state"], "idle", "{job}");
    }
}

/// The link that a command printed.
fn link(said: &str) -> &str {
    said.split("#token=").nth(1).unwrap().lines().next().unwrap()
}

fn redeem(server: &Server, token: &str, password: &str) -> u16 {
    let body = json!({ "token": token, "password": password }).to_string();
    over_file(&server.socket(), "POST /api/v1/password/redeem", &body).unwrap().status
}

fn sign_in(server: &Server, email: &str, password: &str) -> u16 {
    let body = json!({ "email": email, "password": password }).to_string();
    over_file(&server.socket(), "POST /api/v1/session", &body).unwrap().status
}

/// A server with its first operator.
fn founded(place: &Path) -> Server {
    let environment = [
        ("TILLBOX_OPERATOR_EMAIL", "olga@provider.test"),
        ("TILLBOX_OPERATOR_PASSWORD", "till-4-the-box!"),
    ];
    Server::start_with(place, &[], &environment)
}

#[test]
fn an_operator_comes_in_by_a_link_that_works_once_and_back_in_by_another() {
    let place = tempdir().unwrap();
    let server = founded(place.path());
    let said = |arguments: &[&str]| {
        Ended::from(tillbox(arguments).arg("--data").arg(place.path()).output().unwrap())
    };
    let added = said(&["operator", "add", "ann.example@provider.test"]).ok();
    let here = format!("http://{}/password#token=", server.address);
    assert!(added.contains(&here), "the server knows where it listens: {added}");
    assert_eq!(redeem(&server, link(&added), "a-till-of-mine-7"), 201, "{added}");
    assert_ne!(redeem(&server, link(&added), "another-till-9"), 201, "it works once");
    assert_eq!(sign_in(&server, "ann.example@provider.test", "a-till-of-mine-7"), 201);
    let twice = said(&["operator", "add", "ann.example@provider.test"]);
    assert!(twice.code == Some(1) && twice.err.contains("signs in as"), "{twice:?}");
    let sessions = || {
        let found = over_file(&server.socket(), "GET /api/v1/sessions", "").unwrap().json();
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(sessions(), 2);
    let reset = said(&["operator", "reset", "Ann.Example@provider.test"]).ok();
    assert_eq!(sessions(), 0, "all its sessions have ended");
    assert_eq!(redeem(&server, link(&reset), "a-third-till-11"), 201, "{reset}");
    let nobody = said(&["operator", "reset", "nobody@provider.test"]);
    assert!(nobody.code == Some(1) && nobody.err.contains("nobody signs in as"), "{nobody:?}");
}

#[test]
fn a_password_from_a_file_must_be_a_good_one() {
    let place = tempdir().unwrap();
    let server = founded(place.path());
    let file = place.path().join("secret");
    let file = file.to_str().unwrap();
    let add = |email: &str, password: &str| {
        std::fs::write(file, password).unwrap();
        let arguments = ["operator", "add", email, "--password-file", file, "--data"];
        Ended::from(tillbox(&arguments).arg(place.path()).output().unwrap())
    };
    let added = add("ben@provider.test", "a-till-of-mine-7\n");
    assert!(!added.ok().contains("token"), "there is no link");
    assert_eq!(sign_in(&server, "ben@provider.test", "a-till-of-mine-7"), 201);
    let weak = add("cam@provider.test", "password\n");
    assert!(weak.code == Some(1) && weak.err.contains("password"), "{weak:?}");
    assert_ne!(sign_in(&server, "cam@provider.test", "password"), 201);
}

#[test]
fn who_may_not_sign_in_is_given_no_password() {
    let place = tempdir().unwrap();
    let server = founded(place.path());
    let file = place.path().join("secret");
    std::fs::write(&file, "a-till-of-mine-7\n").unwrap();
    let file = file.to_str().unwrap();
    let said = |verb: &str| {
        let arguments = ["operator", verb, "ben@provider.test", "--password-file", file, "--data"];
        Ended::from(tillbox(&arguments).arg(place.path()).output().unwrap())
    };
    said("add").ok();
    let socket = server.socket();
    let found = over_file(&socket, "GET /api/v1/users?login=ben@provider.test", "").unwrap();
    let id = text(&found.json()["items"][0]["id"]);
    let suspend = format!("POST /api/v1/users/{id}/suspend");
    assert_eq!(over_file(&socket, &suspend, "{}").unwrap().status, 200);
    let refused = said("reset");
    assert!(refused.code == Some(1), "{refused:?}");
    assert!(refused.err.contains("`ben@provider.test` is suspended"), "{refused:?}");
    assert_eq!(
        over_file(&socket, &suspend.replace("suspend", "restore"), "{}").unwrap().status,
        200
    );
    std::fs::write(file, "another-till-9\n").unwrap();
    let reset = said("reset").ok();
    assert!(reset.contains("signs in with the password in the file"), "{reset}");
    assert_eq!(sign_in(&server, "ben@provider.test", "another-till-9"), 201);
}

/// A script that waits for a token would wait for ever.
#[test]
fn what_is_set_of_an_operator_without_a_name_is_refused() {
    for name in ["TILLBOX_OPERATOR_PASSWORD", "TILLBOX_OPERATOR_TOKEN"] {
        let place = tempdir().unwrap();
        let mut serve = tillbox(&["serve", "--listen", "127.0.0.1:0", "--data"]);
        let refused = Ended::from(serve.arg(place.path()).env(name, "x").output().unwrap());
        assert_eq!(refused.code, Some(1), "{refused:?}");
        let why = format!("TILLBOX_OPERATOR_EMAIL must be set beside {name}");
        assert!(refused.err.contains(&why), "{refused:?}");
    }
}

/// What one exported for the tour of another store is no reason not to serve one's own.
#[test]
fn a_token_without_an_operator_is_left_alone_where_there_is_one() {
    let place = tempdir().unwrap();
    drop(founded(place.path()));
    let token = [("TILLBOX_OPERATOR_TOKEN", "tbx_0123456789abcdef0123456789abcdef")];
    let server = Server::start_with(place.path(), &[], &token);
    assert_eq!(sign_in(&server, "olga@provider.test", "till-4-the-box!"), 201);
}

#[test]
fn there_is_no_operator_before_the_appliance_is_set_up() {
    let place = tempdir().unwrap();
    let _server = Server::start(place.path(), &[]);
    let arguments = ["operator", "add", "ann@provider.test", "--data"];
    let refused = Ended::from(tillbox(&arguments).arg(place.path()).output().unwrap());
    assert!(refused.code == Some(1) && refused.err.contains("set the appliance up"), "{refused:?}");
}

#[test]
fn a_system_gets_a_key_by_a_command_and_loses_it_by_another() {
    let place = tempdir().unwrap();
    let server = founded(place.path());
    let said = |arguments: &[&str]| {
        Ended::from(tillbox(arguments).arg("--data").arg(place.path()).output().unwrap())
    };
    let allow = "--allow=POST=http://parallels.com/pa/bss-account-info";
    let added = said(&["key", "add", "olga@provider.test", "--name", "ERP", allow]).ok();
    let line = |name: &str| {
        let found = added.lines().find_map(|it| it.trim().strip_prefix(name)).unwrap();
        found.trim().to_owned()
    };
    let (key, secret) = (line("key "), line("secret "));
    assert!(secret.starts_with("tbc_") && key.len() == 32, "{added}");
    let nobody = said(&["key", "add", "nobody@provider.test"]);
    assert!(nobody.code == Some(1) && nobody.err.contains("nobody signs in as"), "{nobody:?}");
    let odd = said(&["key", "add", "olga@provider.test", "--allow", "POST"]);
    assert!(odd.code == Some(1) && odd.err.contains("VERB=TYPE"), "{odd:?}");
    let made = said(&["key", "add", "olga@provider.test", "--json"]);
    assert_eq!(json_of(&made)["operations"], Value::Null, "all");

    let listed = said(&["key", "list", "olga@provider.test"]).ok();
    let expected = format!("{key}  ERP  1 operation, last used never, ends never\n");
    assert!(listed.contains(&expected) && listed.lines().count() == 2, "{listed}");
    assert!(!listed.contains(&secret));
    let revoked = said(&["key", "revoke", &key]).ok();
    assert_eq!(revoked, format!("{key} (ERP) opens nothing any more\n"));
    let again = said(&["key", "revoke", &key]);
    assert!(again.code == Some(1) && again.err.contains("there is no key"), "{again:?}");
    drop(server);
    assert_eq!(said(&["key", "list"]).ok().lines().count(), 1, "it works without a server too");
}

#[test]
fn the_books_are_a_file_and_what_is_earned_a_table() {
    let folder = business();
    let billed = run(&folder, &["bill"]);
    assert_eq!(billed.code, Some(1), "{billed:?}");
    let days = ["--from", "2026-01-01", "--until", "2026-02-01"];
    let legs = run(&folder, &[["journal"].as_slice(), &days].concat()).ok();
    assert!(legs.starts_with("entry,on,at,cause,text,ledger,"), "{legs}");
    assert!(legs.contains(",receivable,10008,"), "{legs}");
    let bookings = run(&folder, &[["journal", "--datev"].as_slice(), &days].concat()).ok();
    assert!(
        bookings.contains("\"EXTF\";700;21;") && bookings.contains(";10008;8400;"),
        "{bookings}"
    );
    let refused = run(&folder, &["journal", "--from", "2026-01-01", "--until", "2025-01-01"]);
    assert!(refused.code != Some(0) && refused.err.contains("until"), "{refused:?}");
    let earned = run(&folder, &["revenue", "--from", "2026-01", "--to", "2026-01"]).ok();
    assert_eq!(earned, "2026-01: charged 10.00 EUR, earned 10.00 EUR, deferred 0.00 EUR\n");
}
