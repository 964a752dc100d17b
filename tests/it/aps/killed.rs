//! The process killed while batches come in over the bus: each batch is there whole, or nothing of
//! it is; what was answered is there.

use std::net::TcpStream;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::process::{PATIENCE, Response, Server, ask, run};
use crate::harness::scale::rounds;

const TOKEN: &str = concat!("tbx_", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG");
const OPERATOR: &[(&str, &str)] = &[
    ("TILLBOX_OPERATOR_EMAIL", "olga@provider.test"),
    ("TILLBOX_OPERATOR_PASSWORD", "till-4-the-box!"),
    ("TILLBOX_OPERATOR_TOKEN", TOKEN),
];

/// Sends a request; nothing if it is cut off.
fn send(address: &str, what: &str, body: &str) -> Option<Response> {
    let stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    ask(stream, what, &format!("authorization: Bearer {TOKEN}\r\n"), body)
}

/// The ids of a batch, by the number of it: the commercial side, the account, its administrator.
fn ids(number: u64) -> [String; 3] {
    [1, 2, 3].map(|part| format!("00000000-0000-4000-8000-{part:02}{number:010}"))
}

/// An account with its commercial side and an administrator who is invited.
fn batch(number: u64) -> Value {
    let [bss, account, admin] = ids(number);
    let mail = format!("{number}@killed.test");
    let contact = json!({ "email": mail });
    json!([
        {
            "aps": { "type": "http://parallels.com/pa/bss-account-info/1.0", "id": bss },
            "taxStatus": "COMPANY", "localeId": "en",
        },
        {
            "aps": { "type": "http://parallels.com/aps/types/pa/account/1.2", "id": account },
            "type": "CLIENT", "personal": false, "companyName": format!("Number {number}"),
            "bssAccountInfo": { "aps": { "id": bss } }, "addressPostal": { "countryName": "us" },
            "adminContact": contact, "billingContact": contact, "techContact": contact,
        },
        {
            "aps": { "type": "http://parallels.com/aps/types/pa/admin-user/1.2", "id": admin },
            "email": mail, "fullName": format!("Ann {number}"),
            "addressPostal": { "countryName": "us" },
        },
    ])
}

/// Sends batches from a number on until nobody answers; the number of the first that was not.
fn work(address: &str, first: u64, told: &Sender<()>) -> u64 {
    for number in first.. {
        match send(address, "POST /aps/2/resources", &batch(number).to_string()) {
            Some(answer) => assert_eq!(answer.status, 200, "{}", answer.body),
            None => return number,
        }
        let _ = told.send(());
    }
    unreachable!("somebody kills the server")
}

#[test]
fn a_kill_in_the_middle_of_a_batch_leaves_all_of_it_or_nothing() {
    let place = tempfile::tempdir().unwrap();
    assert!(Server::start_with(place.path(), &[], OPERATOR).terminate().success());
    let rounds = rounds(100, 2_000);
    let (mut next, mut cut_off) = (0, Vec::new());
    for round in 0..rounds {
        let server = Server::start(place.path(), &[]);
        let address = server.address.clone();
        let (told, heard) = channel();
        let first = next;
        let unanswered = std::thread::scope(|scope| {
            let client = scope.spawn(|| work(&address, first, &told));
            for _ in 0..=round % 5 {
                heard.recv_timeout(PATIENCE).unwrap();
            }
            // Another moment of the next batch each time.
            let until = Instant::now() + Duration::from_micros(round * 7_919 % 20_000);
            while heard.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok() {}
            server.kill();
            client.join().unwrap()
        });
        cut_off.push(unanswered);
        next = unanswered + 1;
    }
    let server = Server::start(place.path(), &[]);
    let mut whole = 0;
    for number in 0..next {
        let there = ids(number).map(|id| {
            let what = format!("GET /aps/2/resources/{id}");
            send(&server.address, &what, "").expect("it answers").status
        });
        let is_cut_off = cut_off.contains(&number);
        let is_right = there == [200; 3] || (is_cut_off && there == [404; 3]);
        assert!(is_right, "batch {number}, cut off: {is_cut_off}: {there:?}");
        whole += u64::from(there == [200; 3]);
    }
    println!("{rounds} kills, {next} batches sent, {whole} of them whole, the others not there");
    assert!(server.terminate().success());
    run(&["check", "--data", place.path().to_str().unwrap()]).ok();
}
