//! Secrets stay secret: what nobody may read stands in clear in no file, no backup, no list, no
//! figure and no line of the log.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::process::{Server, run, speak};

/// What the operator signs in with, and the token that was chosen for it.
const PASSWORD: &str = "canary-1-of-the-operator!";
const TOKEN: &str = concat!("tbx_", "canary2canary2canary2canary2canary2canary2c");
const OPERATOR: &[(&str, &str)] = &[
    ("TILLBOX_OPERATOR_EMAIL", "olga@provider.test"),
    ("TILLBOX_OPERATOR_PASSWORD", PASSWORD),
    ("TILLBOX_OPERATOR_TOKEN", TOKEN),
];
/// The base64 of `canary-3-canary-3-canary-3-canary`.
const SIGNING: &str = "whsec_Y2FuYXJ5LTMtY2FuYXJ5LTMtY2FuYXJ5LTMtY2FuYXJ5";
/// What is typed and is no password of anybody.
const MISTYPED: &str = "canary-4-mistyped-password!";
/// What somebody else is given.
const GIVEN: &str = "canary-5-given-to-a-friend!";
/// The same by way of IBM's contract.
const ONE_TIME: &str = "canary-6-to-be-used-once!";

/// By what a gateway knows a card and a wallet, and the bank account of a mandate.
const CARD: &str = "pm_canary6canary6canary6";
const WALLET: &str = "ba_canary7canary7canary7";
const IBAN: &str = "DE89 3704 0044 0532 0130 00";

/// Says everything secret to a server, and returns what it said in turn that is secret, and whose
/// payment methods were told.
fn tell_everything(server: &Server) -> (Vec<String>, String) {
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    let post = |path: &str, headers: &str, body: &str| {
        speak(&server.address, &format!("POST /api/v1{path}"), headers, body)
    };
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let mut secrets: Vec<_> =
        [PASSWORD, TOKEN, SIGNING, MISTYPED, GIVEN, ONE_TIME].map(ToOwned::to_owned).into();
    secrets.push("canary-3-canary-3".to_owned());

    let issued = post("/tokens", &bearer, r#"{"name":"second"}"#).json();
    secrets.push(text(&issued["secret"]));
    let made = post("/consumer_keys", &bearer, r#"{"name":"third"}"#).json();
    secrets.push(text(&made["secret"]));
    let guest = json!({ "email": "guest@provider.test", "name": "Guest", "roles": ["operator"] });
    let invited = post("/users", &bearer, &guest.to_string()).json();
    secrets.push(text(&invited["invitation"]["token"]));
    let given = json!({ "password": GIVEN }).to_string();
    post(&format!("/users/{}/password", text(&invited["id"])), &bearer, &given);
    let listener = json!({ "callback": "https://hooks.example/in", "secret": SIGNING });
    let heard = post("/listeners", &bearer, &listener.to_string());
    assert_eq!(heard.status, 201, "{heard:?}");

    let bss = |path: &str, headers: &str, body: &str| {
        speak(&server.address, &format!("POST /api/bss/service{path}"), headers, body)
    };
    let shown = |password: &str| {
        let pair = STANDARD.encode(format!("olga@provider.test:{password}"));
        (pair.clone(), format!("authorization: Basic {pair}\r\n"))
    };
    let credential = json!({ "LoginName": "guest@provider.test", "NewPassword": ONE_TIME });
    let credential = json!({ "UserCredential": credential }).to_string();
    let (pair, basic) = shown(PASSWORD);
    let set = bss("/authentication/setOneTimePassword", &basic, &credential);
    assert_eq!(set.status, 204, "{set:?}");
    secrets.push(pair);
    let (pair, basic) = shown(MISTYPED);
    assert_eq!(bss("/authentication/setOneTimePassword", &basic, &credential).status, 401);
    secrets.push(pair);
    bss("/authentication/changePassword", &bearer, &format!("{{\"OldPassword\":\"{MISTYPED}\""));

    let sign_in = |password: &str| {
        let body = json!({ "email": "olga@provider.test", "password": password });
        post("/session", "", &body.to_string())
    };
    assert_eq!(sign_in(MISTYPED).status, 401);
    post("/session", "", &format!("{{\"email\":1,\"password\":\"{MISTYPED}\""));
    post("/session", &format!("authorization: Bearer {MISTYPED}\r\n"), "{}");
    let session = sign_in(PASSWORD);
    secrets.push(text(&session.json()["csrf_token"]));
    let cookie = session.head.lines().find_map(|it| it.strip_prefix("set-cookie: ")).unwrap();
    secrets.push(cookie.split(['=', ';']).nth(1).unwrap().to_owned());
    let account = text(&session.json()["account"]["id"]);
    for method in methods() {
        let kept = post(&format!("/accounts/{account}/payment_methods"), &bearer, &method);
        assert_eq!(kept.status, 201, "{kept:?}");
    }
    let number = IBAN.replace(' ', "");
    secrets.extend([CARD, WALLET, IBAN, &number, &number[4..]].map(ToOwned::to_owned));
    (secrets, account)
}

/// A payment method of each kind that knows a secret.
fn methods() -> [String; 3] {
    let card = json!({
        "kind": "card", "gateway": "stripe", "token": CARD, "brand": "Visa",
        "last_digits": "4242", "expires": "2099-03",
    });
    let wallet = json!({ "kind": "wallet", "gateway": "paypal", "token": WALLET });
    let debit = json!({
        "kind": "direct_debit", "iban": IBAN, "holder": "Ann Acme", "mandate": "M-7",
        "signed_on": "2026-01-01",
    });
    [card, wallet, debit].map(|it| it.to_string())
}

/// Everything that is shown to who may see all.
fn shown(server: &Server, account: &str) -> Vec<(String, String)> {
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    let lists = tillbox::api::v1::rights().into_iter().map(|it| (it.0, it.1));
    let lists = lists.filter(|it| it.0 == "GET" && !it.1.contains('{'));
    let mut shown: Vec<_> = lists
        .map(|(_, path)| {
            let answer = speak(&server.address, &format!("GET /api/v1{path}"), &bearer, "");
            (path.to_owned(), answer.body)
        })
        .collect();
    let methods = format!("/accounts/{account}/payment_methods");
    let answer = speak(&server.address, &format!("GET /api/v1{methods}"), &bearer, "");
    assert!(answer.body.contains("4242") && answer.body.contains("Ann Acme"), "{answer:?}");
    shown.push((methods, answer.body));
    shown.push(("/metrics".to_owned(), speak(&server.address, "GET /metrics", "", "").body));
    shown
}

/// The files of a folder, as text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let files = files.filter(|it| it.is_file());
    files
        .map(|it| {
            let text = String::from_utf8_lossy(&std::fs::read(&it).unwrap()).into_owned();
            (it.display().to_string(), text)
        })
        .collect()
}

#[test]
fn no_secret_stands_in_clear_in_any_file_backup_list_or_log() {
    let place = tempfile::tempdir().unwrap();
    let (data, kept) = (place.path().join("data"), place.path().join("kept"));
    std::fs::create_dir_all(&kept).unwrap();
    let server =
        Server::start_with(&data, &["--test-clock", "--log", "warn,tillbox=trace"], OPERATOR);
    let (secrets, account) = tell_everything(&server);
    let mut said = shown(&server, &account);
    let copy = kept.join("backup.redb");
    run(&["backup", "--data", data.to_str().unwrap(), copy.to_str().unwrap()]).ok();
    said.extend(server.said.iter().map(|it| ("what it printed".to_owned(), it.clone())));
    let log = server.terminate_and_tell();
    assert!(log.iter().any(|it| it.contains("/api/v1/session")), "the log says a lot: {log:?}");
    said.extend(log.into_iter().map(|it| ("the log".to_owned(), it)));
    said.extend(files(&data));
    said.extend(files(&kept));
    assert!(secrets.len() >= 19 && said.len() > 40, "{} in {}", secrets.len(), said.len());
    for secret in &secrets {
        for (place, text) in &said {
            assert!(!text.contains(secret.as_str()), "`{secret}` stands in {place}");
        }
    }
}
