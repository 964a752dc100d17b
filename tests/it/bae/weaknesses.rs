//! What was weak in the system that this contract comes from, and is not here: one test for each.
//!
//! Ratings without a purchase, promises and promotions of others, tokens of others and public parties
//! are tried beside what they are about: [`neighbors`](super::neighbors), [`parties`](super::parties).

use serde_json::json;
use tillbox::api::bae::doors::{Needs, doors};
use tillbox::domain::operator::Actor;
use tillbox::store::fact::Facts;

use super::told;
use crate::harness::app::App;
use crate::harness::client::Client;
use crate::harness::stage::{Scene, Stage, open};

/// The number of the last thing that happened.
fn last_fact(app: &App) -> u64 {
    app.bss.read(&Actor::duty("test"), |cx| Ok(cx.view.last_fact()?)).unwrap()
}

/// The proxy let everybody through to what activates, accounts, pays out and takes orders back.
#[test]
fn nobody_who_is_not_known_activates_accounts_pays_out_or_cancels() {
    let app = open(&Stage::shared().disk(Scene::Quiet), 7);
    let (nobody, before) = (Client::nobody(&app), last_fact(&app));
    for path in [
        "charging/api/orderManagement/products",
        "charging/api/orderManagement/products/renewJob",
        "charging/api/orderManagement/products/unsubscribeJob",
        "charging/api/orderManagement/accounting",
        "charging/api/orderManagement/accounting/refresh",
        "charging/api/orderManagement/orders",
        "charging/api/orderManagement/orders/accept",
        "charging/api/orderManagement/orders/cancel",
        "charging/api/orderManagement/orders/refund",
        "charging/api/reportManagement/created",
        "apiKeyService/apiKeys",
        "DSUsageManagement/api/usageManagement/v2/usage",
        "DSRevenueSharing/rss/settlement",
    ] {
        let answer = nobody.call(&format!("POST /{path}"), Some(&json!({ "reference": "1" })));
        let status = answer.status.as_u16();
        assert!([401, 403, 404, 405].contains(&status), "{path}: {status}");
    }
    assert_eq!(last_fact(&app), before, "nothing has happened");
}

/// Each request with a key of its own would be a commit, with its answer kept for a day.
#[test]
fn who_only_reads_writes_nothing_however_many_keys_it_sends() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (nobody, member) = (Client::nobody(&app), Client::with_token(&app, &stage.north["member"]));
    member.get("/session");
    app.settle();
    let before = app.bss.commits();
    for door in doors().into_iter().filter(|it| !it.writes && !it.path.contains('{')) {
        for who in [&nobody, &member] {
            let key = format!("key of {}", door.path.replace('/', "."));
            who.header("idempotency-key", &key).call(&format!("GET {}", door.path), None);
        }
    }
    assert_eq!(app.bss.commits(), before, "nothing is kept");
}

/// Every call but those that everybody may make wants somebody who is known.
#[test]
fn every_call_that_writes_wants_somebody_who_is_known() {
    for door in doors().into_iter().filter(|it| it.writes) {
        assert_ne!(door.needs, Needs::Nothing, "{} {}", door.method, door.path);
    }
}

/// Somebody who says in headers that it is somebody else.
fn posing<'a>(client: &Client<'a>) -> Client<'a> {
    client
        .header("x-nick-name", "admin")
        .header("x-display-name", "Admin")
        .header("x-email", "olga@provider.test")
        .header("x-roles", "admin,seller,provider,orgAdmin")
        .header("x-actor", "admin")
        .header("x-forwarded-user", "admin")
}

/// What a client sent as its name and roles was passed on to services that believed it.
#[test]
fn who_one_is_and_may_do_is_in_no_header_of_the_request() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (nobody, member) =
        (posing(&Client::nobody(&app)), posing(&Client::with_token(&app, &stage.north["member"])));
    let plain = Client::with_token(&app, &stage.north["member"]);
    for door in doors().into_iter().filter(|it| !it.path.contains('{')) {
        let what = format!("{} {}", door.method, door.path);
        let body = door.writes.then(|| json!({}));
        if door.needs != Needs::Nothing {
            assert_eq!(nobody.call(&what, body.as_ref()).status.as_u16(), 401, "{what}");
        }
        if !door.writes {
            let (posed, honest) = (member.call(&what, None), plain.call(&what, None));
            assert_eq!(posed.status, honest.status, "{what}");
            if !door.path.contains("version") {
                assert_eq!(posed.body, honest.body, "{what}");
            }
        }
    }
    assert_eq!(member.get("/session")["user"]["roles"], json!(["member"]));
}

/// A slash at the end led past the filter by which one sees one's own products alone.
#[test]
fn a_slash_at_the_end_opens_nothing_more() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    for who in ["member", "buyer", "seller"] {
        let client = Client::with_token(&app, &stage.north[who]);
        for door in doors().into_iter().filter(|it| !it.writes && !it.path.contains('{')) {
            let ask = |path: &str| client.call(&format!("GET {path}"), None);
            let (plain, slashed) = (ask(door.path), ask(&format!("{}/", door.path)));
            assert_eq!(plain.status, slashed.status, "{}", door.path);
            if !door.path.contains("version") {
                assert_eq!(plain.body, slashed.body, "{}", door.path);
            }
        }
    }
}

/// Everybody's pages were allowed to ask with the visitor's credentials.
#[test]
fn no_page_of_somebody_else_is_told_anything() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let client =
        Client::with_token(&app, &stage.north["seller"]).header("origin", "https://evil.test");
    for path in ["/version", "/DSPartyManagement/api/partyManagement/v2/organization", "/session"] {
        let answer = client.call(&format!("GET {path}"), None);
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
    }
    let by_cookie = Client::nobody(&app)
        .header("cookie", &stage.north["cookie"])
        .header("origin", "https://evil.test");
    let path = "POST /DSCustomerManagement/api/customerManagement/v2/customer";
    let forged = by_cookie.call(path, Some(&json!({ "name": "x" })));
    assert_eq!(forged.status.as_u16(), 403, "{}", told(&forged));
}

/// Settings with keys of other services in them could be read.
#[test]
fn no_settings_are_given_out() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let client = Client::with_token(&app, &stage.north["operator"]);
    for path in ["/api/config", "/charging/api/config", "/version/config"] {
        assert_eq!(client.call(&format!("GET {path}"), None).status.as_u16(), 404, "{path}");
    }
}

/// A filter that did not work showed every seller the transactions of all.
#[test]
fn a_seller_sees_the_records_of_its_own_sales_alone() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let path = "GET /DSRevenueSharing/rss/cdrs?size=1000";
    let plain = |id: &str| id.split_once('_').map(|it| it.1.to_owned()).unwrap();
    for (own, other) in [(&stage.north, &stage.south), (&stage.south, &stage.north)] {
        let client = Client::with_token(&app, &own["seller"]);
        let found = client.call(path, None).ok();
        let found = found.as_array().unwrap();
        assert!(!found.is_empty(), "something was sold");
        let reseller = plain(&own["reseller"]);
        assert!(found.iter().all(|it| it["appProvider"] == reseller.as_str()));
        let of = format!("{path}&providerId={}", plain(&other["reseller"]));
        assert_eq!(client.call(&of, None).ok(), json!([]));
    }
}
