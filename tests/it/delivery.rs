//! Telling others, for real and through power cuts: a change and the telling of it are both there or
//! both not, and what has not been told is told after the power comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tillbox::services::duty;
use tillbox::store::check::check;
use tillbox::store::{Store, Trust};

use crate::harness::app::App;
use crate::harness::catcher;
use crate::harness::chance::Chance;
use crate::harness::client::Client;
use crate::harness::disk::{Disk, Fsync, Mishap};
use crate::harness::house::{House, Person, text};
use crate::harness::outside::body;
use crate::harness::process::{PATIENCE, Server, over_file};

const DAY: &str = "2026-01-01";
const HOOK: &str = "https://hook.example.com/";

/// A disk with a house on it, whose operator hears of every class that is made.
fn furnished() -> (Vec<u8>, Person) {
    let disk = Disk::new(Fsync::Honest);
    let store = Store::within(disk.clone(), Trust::LastCommit).unwrap();
    let house = House::in_app(App::over(store, DAY));
    let new = json!({ "callback": HOOK, "patterns": ["class.created"] });
    house.operator().post("/listeners", &new);
    house.app.keep_duties();
    let operator = house.operator.clone();
    drop(house);
    (disk.bytes(), operator)
}

/// What was told to the outside: classes by name, and invitations by address with their letters.
#[derive(Default)]
struct Told {
    classes: BTreeMap<String, BTreeSet<String>>,
    letters: BTreeMap<String, BTreeSet<String>>,
}

impl Told {
    fn hear(&mut self, app: &App) {
        for request in app.outside.heard() {
            let event = body(&request);
            let ids = self.classes.entry(text(&event["data"]["name"])).or_default();
            ids.insert(text(&event["id"]));
        }
        for letter in app.outside.sent() {
            let ids = self.letters.entry(letter.to.email.to_string()).or_default();
            ids.insert(letter.id.as_str().to_owned());
        }
    }
}

/// Does something that is to be told, and tells it, as far as the power goes.
fn act(app: &App, operator: &Person) {
    let client = Client::with_token(app, &operator.token);
    client.call("POST /classes", Some(&json!({ "name": "Silver" })));
    let ann =
        json!({ "account": operator.account, "email": "ann@provider.test", "name": "Ann Lee" });
    client.call("POST /users", Some(&ann));
    let _ = duty::run_all(&app.bss);
    client.call("POST /classes", Some(&json!({ "name": "Gold" })));
    let _ = duty::run_all(&app.bss);
}

fn open(disk: &Disk, times: u64) -> App {
    App::over_again(Store::within(disk.clone(), Trust::LastCommit).unwrap(), DAY, times)
}

/// Whether something of a name is in a list of the API.
fn is_there(client: &Client<'_>, path: &str, field: &str, name: &str) -> bool {
    let found = client.get(path);
    found["items"].as_array().unwrap().iter().any(|it| it[field] == name)
}

#[test]
fn whenever_the_plug_is_pulled_what_happened_is_told_and_nothing_else() {
    let (bytes, operator) = furnished();
    for cut in 1.. {
        let disk = Disk::holding(bytes.clone(), Fsync::Honest);
        let app = open(&disk, 2);
        disk.expect(Mishap::CutAtSync(cut));
        act(&app, &operator);
        let is_over = disk.done().syncs < cut;
        let mut told = Told::default();
        told.hear(&app);
        drop(app);
        disk.power_cycle(&mut Chance::seeded(cut));
        let app = open(&disk, 3);
        app.keep_duties();
        told.hear(&app);
        let client = Client::with_token(&app, &operator.token);
        for name in ["Silver", "Gold"] {
            let ids = told.classes.get(name).map_or(0, BTreeSet::len);
            let there = is_there(&client, "/classes", "name", name);
            assert_eq!(ids, usize::from(there), "`{name}`, plug pulled at sync {cut}");
        }
        let letters = told.letters.get("ann@provider.test").map_or(0, BTreeSet::len);
        let there = is_there(&client, "/users", "email", "ann@provider.test");
        assert_eq!(letters, usize::from(there), "the letter, plug pulled at sync {cut}");
        let report =
            app.bss.read(&tillbox::domain::operator::Actor::duty("test"), |cx| Ok(check(cx.view)));
        assert!(report.unwrap().is_clean(), "plug pulled at sync {cut}");
        if is_over {
            assert!(cut > 15, "it takes more than {cut} syncs");
            break;
        }
    }
}

/// The signature by Standard Webhooks 1.0, written down anew.
fn signature(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn ask(server: &Server, what: &str, body: &Value) -> Value {
    let sent = if body.is_null() { String::new() } else { body.to_string() };
    let answer = over_file(&server.socket(), what, &sent).unwrap();
    assert!(answer.status < 300, "{what}: {} {}", answer.status, answer.body);
    answer.json()
}

#[test]
fn the_executable_calls_a_real_server_with_a_signature_that_others_verify() {
    let catcher = catcher::webhooks();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--allow-private-targets"]);
    let callback = format!("http://{}/hook?a=b", catcher.address);
    let made = ask(&server, "POST /api/v1/listeners", &json!({ "callback": callback }));
    let caught = catcher.next();
    assert!(caught.head[0].starts_with("POST /hook?a=b HTTP/1.1"), "{caught:?}");
    assert!(caught.header("user-agent").starts_with("tillbox/"));
    let (id, at) = (caught.header("webhook-id"), caught.header("webhook-timestamp"));
    let secret = text(&made["secret"]);
    assert_eq!(caught.header("webhook-signature"), signature(&secret, id, at, &caught.body));
    let event: Value = serde_json::from_slice(&caught.body).unwrap();
    assert_eq!((&event["id"], &event["type"]), (&json!(id), &json!("listener.created")));
    assert_eq!(event["data"]["id"], made["id"]);
    assert!(!String::from_utf8_lossy(&caught.body).contains("whsec_"));
}

#[test]
fn the_executable_calls_nobody_at_home_unless_it_may() {
    let catcher = catcher::webhooks();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let callback = json!({ "callback": format!("http://{}/", catcher.address) });
    let answer = over_file(&server.socket(), "POST /api/v1/listeners", &callback.to_string());
    assert_eq!(answer.unwrap().status, 422);
}

/// The secret of the set-up link that a server printed.
fn set_up_token(server: &Server) -> String {
    let line = server.said.iter().find_map(|it| it.split_once("#token=")).unwrap().1;
    line.split_whitespace().next().unwrap().to_owned()
}

/// Sets a server up and invites Ann.
fn invite(server: &Server) {
    let founding = json!({
        "token": set_up_token(server), "email": "olga@provider.test", "name": "Olga Operator",
        "password": "till-4-the-box!", "company": "Provider",
    });
    let founded = ask(server, "POST /api/v1/setup", &founding);
    let ann = json!({
        "account": founded["account"]["id"], "email": "ann@provider.test", "name": "Ann Lee",
    });
    ask(server, "POST /api/v1/users", &ann);
}

#[test]
fn the_executable_sends_a_mail_by_smtp() {
    let catcher = catcher::mails();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("smtp://{}", catcher.address);
    let settings = ["--smtp-url", &url, "--mail-from", "billing@provider.test"];
    let settings = [&settings[..], &["--public-url", "https://billing.provider.test"]].concat();
    let server = Server::start(folder.path(), &settings);
    invite(&server);
    let told = catcher.next();
    for part in [
        "MAIL FROM:<billing@provider.test>",
        "RCPT TO:<ann@provider.test>",
        "From: Provider <billing@provider.test>",
        "Subject: Your access to Provider",
        "https://billing.provider.test/ui/password#",
    ] {
        assert!(told.contains(part), "{part:?} is missing in {told}");
    }
    assert!(!folder.path().join("mail").exists());
}

#[test]
fn without_a_mail_server_the_executable_lays_mails_beside_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    invite(&server);
    let began = Instant::now();
    let id = loop {
        let mails = ask(&server, "GET /api/v1/mails?state=sent", &json!(null));
        if let Some(sent) = mails["items"].as_array().unwrap().first() {
            break text(&sent["id"]);
        }
        assert!(began.elapsed() < PATIENCE, "{mails}");
        std::thread::yield_now();
    };
    let letter = folder.path().join("mail").join(format!("{id}@localhost.eml"));
    let letter = std::fs::read_to_string(letter).unwrap();
    assert!(letter.contains(r#"To: "Ann Lee" <ann@provider.test>"#), "{letter}");
    assert!(letter.contains("Choose a password"), "{letter}");
}
