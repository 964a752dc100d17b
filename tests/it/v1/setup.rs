//! Set-up: once, by who holds the link, or unattended.

use expect_test::expect;
use serde_json::json;
use tillbox::domain::party::individual::PersonName;
use tillbox::services::setup::{self, Founding};

use crate::harness::app::App;
use crate::harness::client::{Client, Protocol};
use crate::harness::house::PASSWORD;

#[test]
fn the_link_sets_the_appliance_up_once() {
    let app = App::on("2026-01-01");
    let (nobody, said) = (Client::nobody(&app), Protocol::default());
    said.say(&nobody, "nobody", "GET /setup", None);
    let void = setup::offer(&app.bss).unwrap().unwrap();
    let secret = setup::offer(&app.bss).unwrap().unwrap();
    let body = |token: &str, password: &str| {
        json!({
            "token": token, "email": "olga@provider.test", "password": password,
            "name": "Olga Operator", "company": "Provider", "currency": "CHF",
        })
    };
    for body in [
        body("guess", PASSWORD),
        body(&void, PASSWORD),
        body(&secret, "short"),
        json!({ "token": secret, "email": "olga", "password": PASSWORD, "name": "Olga" }),
        body(&secret, PASSWORD),
        body(&secret, PASSWORD),
    ] {
        said.say(&nobody, "nobody", "POST /setup?fields=user,account", Some(&body));
    }
    said.say(&nobody, "nobody", "GET /setup", None);
    assert_eq!(setup::offer(&app.bss).unwrap(), None);
    expect![[r#"
        > GET /setup [nobody]
        200 OK {"needed":true}
        > POST /setup?fields=user,account {"company":"Provider","currency":"CHF","email":"olga@provider.test","name":"Olga Operator","password":"till-4-the-box!","token":"…"} [nobody]
        409 Conflict {"type":"/problems/link_void","title":"The link is wrong, was used, or is too old.","status":409,"detail":"the set-up link is wrong or too old: the server prints a new one when it starts","request_id":"…"}
        > POST /setup?fields=user,account {"company":"Provider","currency":"CHF","email":"olga@provider.test","name":"Olga Operator","password":"till-4-the-box!","token":"…"} [nobody]
        409 Conflict {"type":"/problems/link_void","title":"The link is wrong, was used, or is too old.","status":409,"detail":"the set-up link is wrong or too old: the server prints a new one when it starts","request_id":"…"}
        > POST /setup?fields=user,account {"company":"Provider","currency":"CHF","email":"olga@provider.test","name":"Olga Operator","password":"short","token":"…"} [nobody]
        422 Unprocessable Entity {"type":"/problems/weak_password","title":"The password is too weak.","status":422,"detail":"the password must have at least 12 characters","request_id":"…"}
        > POST /setup?fields=user,account {"email":"olga","name":"Olga","password":"till-4-the-box!","token":"…"} [nobody]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/email` must be a mail address such as `ann@example.com`","request_id":"…","errors":[{"pointer":"/email","rule":"format","message":"must be a mail address such as `ann@example.com`"}]}
        > POST /setup?fields=user,account {"company":"Provider","currency":"CHF","email":"olga@provider.test","name":"Olga Operator","password":"till-4-the-box!","token":"…"} [nobody]
        201 Created {"account":{"currency":"CHF","id":"{acc1}","kind":"provider","name":"Provider","zone":"UTC"},"user":{"email":"olga@provider.test","id":"{usr1}","locale":"en","name":"Olga Operator","roles":["operator"],"zone":"UTC"}}
        > POST /setup?fields=user,account {"company":"Provider","currency":"CHF","email":"olga@provider.test","name":"Olga Operator","password":"till-4-the-box!","token":"…"} [nobody]
        409 Conflict {"type":"/problems/already_set_up","title":"The appliance was set up before.","status":409,"detail":"the appliance was set up before: sign in","request_id":"…"}
        > GET /setup [nobody]
        200 OK {"needed":false}
    "#]].assert_eq(&said.text());
}

#[test]
fn an_appliance_sets_itself_up_and_a_second_start_changes_nothing() {
    let app = App::on("2026-01-01");
    let founding = || {
        let name = PersonName::of_line(&"Olga Operator".parse().unwrap());
        Founding::by(name, "olga@provider.test".parse().unwrap(), PASSWORD.to_owned())
    };
    let short = setup::begin_unattended(&app.bss, founding(), Some("tbx_short".to_owned()));
    assert!(short.is_err(), "a secret that can be guessed is none");
    let secret = format!("tbx_{}", "a1B2".repeat(10));
    let founded = setup::begin_unattended(&app.bss, founding(), Some(secret.clone())).unwrap();
    assert_eq!(founded.unwrap().provider.stamp.number, 1);
    assert!(setup::begin_unattended(&app.bss, founding(), Some(secret.clone())).unwrap().is_none());
    let operator = Client::with_token(&app, &secret);
    assert_eq!(operator.get("/session")["user"]["roles"], json!(["operator"]));
    let sign_in = json!({ "email": "olga@provider.test", "password": PASSWORD });
    assert!(Client::nobody(&app).call("POST /session", Some(&sign_in)).status.is_success());
}
