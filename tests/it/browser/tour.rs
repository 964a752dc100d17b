//! A tour of all pages: each looked at by day and night, at a desk and in a hand, walked over by the
//! keyboard, and pictured in `target/screenshots`, so that people look too.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::chromium::chromium;
use super::inspection;
use super::stage::{LOOKED_AT, OLGA, Stage};
use super::tab::{Sight, Tab};

/// A page: its pattern as the UI declares it, the address at which it is visited, and what must be
/// seen there.
type Page = (&'static str, &'static str, &'static [&'static str]);

/// Every page that the UI declares, at least once.
const PAGES: &[Page] = &[
    ("", "/", &["Overview", "Recent invoices", "Acme Bäckerei GmbH", "Revenue by month"]),
    ("/accounts", "/accounts", &["Accounts", "Hafen Logistik KG"]),
    ("/accounts/:id", "/accounts/{account}", &["Acme Bäckerei GmbH", "Balance", "Usage"]),
    ("/accounts/:id", "/accounts/{account}?part=subscriptions", &["Virtual server", "Mailbox"]),
    ("/accounts/:id", "/accounts/{account}?part=invoices", &["INV-2026-", "Overdue"]),
    ("/accounts/:id", "/accounts/{account}?part=statement", &["Statement in EUR", "Now owed"]),
    ("/accounts/:id", "/accounts/{account}?part=users", &["Users", "Invite"]),
    ("/orders", "/orders", &["Orders", "Studio Ostwind"]),
    ("/orders/:id", "/orders/{order}", &["Pieces", "Completed"]),
    ("/subscriptions", "/subscriptions", &["Subscriptions", "Acme Bäckerei GmbH"]),
    ("/subscriptions/:id", "/subscriptions/{subscription}", &["Virtual server", "Usage"]),
    ("/catalogue", "/catalogue", &["Offers", "Mailbox", "Computing"]),
    ("/catalogue/:id", "/catalogue/{offer}", &["Virtual server", "Price calculator", "Prices"]),
    ("/usage", "/usage", &["Usage", "Meters", "Every event was taken"]),
    ("/invoices", "/invoices", &["Invoices", "Acme Bäckerei GmbH"]),
    ("/invoices/:id", "/invoices/{invoice}", &["How this came about", "Still to pay", "Seal"]),
    ("/payments", "/payments", &["Payments", "Hafen Logistik KG"]),
    ("/payments/:id", "/payments/{payment}", &["What it settles", "Credit left"]),
    ("/billing", "/billing", &["Billing runs", "What would be billed", "Through"]),
    ("/billing/:id", "/billing/{run}", &["Billing run", "Through"]),
    ("/journal", "/journal", &["Journal", "Balances", "Ledger"]),
    ("/settings", "/settings", &["Settings", "API tokens", "Open sessions"]),
    ("/settings", "/settings?part=users", &["Users", "Invite"]),
    ("/settings", "/settings?part=tax", &["Rules", "Everywhere"]),
    ("/settings", "/settings?part=classes", &["Customer classes", "Days to pay"]),
    ("/settings", "/settings?part=counting", &["Categories", "Meters", "Computing"]),
    ("/settings", "/settings?part=hearing", &["Webhooks"]),
    ("/reference", "/reference", &["API reference", "Sign in", "List accounts"]),
];

/// The doors: documents of their own, for who is not in yet.
const DOORS: &[Page] = &[
    ("sign-in", "/sign-in", &["Sign in", "Forgot your password?"]),
    ("refused", "/sign-in?refused=1", &["The mail address or the password is not right."]),
    ("forgotten", "/forgotten", &["Forgot your password?", "Send the link"]),
    ("password", "/password#token=a", &["Choose a password"]),
];

/// An address that is none.
const NOWHERE: Page = ("nowhere", "/nowhere", &["There is no such page"]);

#[test]
fn every_page_of_the_ui_is_on_the_tour() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go("/ui/");
    let declared = tab.eval(
        "import(new URL('page/index.js', document.querySelector('script[type=module]').src))
          .then((it) => it.PAGES.map((page) => page.path))",
    );
    let declared: BTreeSet<_> =
        declared.as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
    let toured: BTreeSet<_> = PAGES.iter().map(|it| it.0).collect();
    assert_eq!(
        declared, toured,
        "a page of the UI needs a row in PAGES, which says what is seen on it"
    );
}

#[test]
fn every_page_is_in_order_at_a_desk_by_day() {
    tour(Sight::ALL[0]);
}

#[test]
fn every_page_is_in_order_at_a_desk_by_night() {
    tour(Sight::ALL[1]);
}

#[test]
fn every_page_is_in_order_in_a_hand_by_day() {
    tour(Sight::ALL[2]);
}

#[test]
fn every_page_is_in_order_in_a_hand_by_night() {
    tour(Sight::ALL[3]);
}

#[test]
fn every_page_can_be_walked_by_the_keyboard_at_a_desk() {
    walk(Sight::DESK);
}

#[test]
fn every_page_can_be_walked_by_the_keyboard_in_a_hand() {
    walk(Sight::ALL[2]);
}

/// Visits every page and says of all at once what is wrong.
fn tour(sight: Sight) {
    let mut album = Album::of(sight);
    visit_all(sight, |tab, name| {
        album.keep(name, &tab.picture(sight));
        inspection::faults(tab, sight)
    });
    album.tell();
}

fn walk(sight: Sight) {
    visit_all(sight, |tab, _| inspection::obstacles(tab));
}

/// Goes to every page, waits for what must be seen there, and then looks for faults.
#[track_caller]
fn visit_all(sight: Sight, mut look: impl FnMut(&Tab, &str) -> Vec<String>) {
    let Some(chromium) = chromium() else { return };
    let stage: &Stage = &LOOKED_AT;
    let stranger = stage.window(chromium).tab();
    let olga = stage.signed_in(chromium, OLGA);
    let doors = DOORS.iter().map(|it| (&stranger, it));
    let pages = PAGES.iter().chain([&NOWHERE]).map(|it| (&olga, it));
    let mut report = String::new();
    for (tab, (pattern, address, seen)) in doors.chain(pages) {
        tab.look(sight);
        tab.go(&stage.address(&format!("/ui{address}")));
        for text in *seen {
            tab.sees(text);
        }
        tab.settle();
        let faults = look(tab, name(pattern, address).as_str());
        for fault in faults {
            report.push_str(&format!("\n{address} at {}: {fault}", sight.name()));
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// What the picture of a page is called: its pattern, and what else tells it from others.
fn name(pattern: &str, address: &str) -> String {
    let part = address.split_once('?').map(|it| it.1).unwrap_or_default();
    let name = format!("{pattern}-{part}");
    let name: String = name.chars().map(|it| if it.is_alphanumeric() { it } else { '-' }).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "overview".to_owned() } else { name.to_owned() }
}

/// Where the pictures of one way to look are kept.
struct Album {
    folder: PathBuf,
    count: usize,
}

impl Album {
    fn of(sight: Sight) -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let folder = target.join("screenshots").join(sight.name());
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, count: 0 }
    }

    fn keep(&mut self, name: &str, picture: &[u8]) {
        std::fs::write(self.folder.join(format!("{name}.png")), picture).unwrap();
        self.count += 1;
    }

    /// Says where to look: not by a macro, which would keep it back for a test that passes.
    fn tell(&self) {
        let mut aloud = std::io::stderr();
        writeln!(aloud, "{} pictures in {}", self.count, self.folder.display()).unwrap();
    }
}
