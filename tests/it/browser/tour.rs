//! A tour of all pages: each looked at by day and night, at a desk and in a hand, walked over by the
//! keyboard, and pictured in `target/screenshots`, so that people look too. A plain run looks at every
//! second page at a desk and at the others in a hand.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::chromium::chromium;
use super::inspection;
use super::stage::{LOOKED_AT, OLGA, Stage};
use super::tab::Sight;
use crate::harness::scale::is_thorough;

/// A page: its pattern as the UI declares it, the address at which it is visited, and what must be
/// seen there.
type Page = (&'static str, &'static str, &'static [&'static str]);

/// Every page that the UI declares, at least once.
const PAGES: &[Page] = &[
    ("", "/", &["Recent invoices", "Acme Bäckerei GmbH", "Revenue by month"]),
    ("/accounts", "/accounts", &["Acme Bäckerei GmbH", "North Reseller"]),
    ("/accounts", "/accounts?new=1", &["New account", "Mail address for invoices"]),
    ("/accounts/:id", "/accounts/{account}", &["Acme Bäckerei GmbH", "Open invoices", "Balance"]),
    ("/accounts/:id", "/accounts/{account}?part=subscriptions", &["Virtual server", "Mailbox"]),
    ("/accounts/:id", "/accounts/{account}?part=invoices", &["INV-2026-000001"]),
    ("/accounts/:id", "/accounts/{account}?part=statement", &["Statement in EUR", "Now owed"]),
    (
        "/accounts/:id",
        "/accounts/{account}?part=billing",
        &["default", "Next invoice", "Payment methods"],
    ),
    ("/accounts/:id", "/accounts/{account}?edit=1", &["Edit Acme", "Contact for invoices"]),
    ("/accounts/:id", "/accounts/{account}?order=1", &["New order for Acme", "Place the order"]),
    ("/accounts/:id", "/accounts/{account}?part=users", &["Users", "Invite"]),
    ("/accounts/:id", "/accounts/{account}?part=timeline", &["Invoice INV-2026-000001"]),
    ("/shop", "/shop", &["Virtual server", "Sort by"]),
    ("/shop", "/shop?q=nothing+like+it", &["No offer fits"]),
    ("/shop/:id", "/shop/{offer}", &["Price calculator", "This is how a buyer sees it."]),
    ("/compare", "/compare?offers={offer},{rich}", &["Workplace", "Prices in detail"]),
    ("/cart", "/cart", &["Your cart is empty"]),
    ("/checkout", "/checkout", &["Your cart is empty"]),
    ("/seats", "/seats", &["Nothing of yours has seats"]),
    ("/work", "/work", &["To be brought about", "To be sent"]),
    ("/stock", "/stock", &["On their way", "Next year"]),
    ("/sell", "/sell", &["A name that buyers understand"]),
    ("/sell", "/sell?offer={draft}&step=4", &["How it will lie on the shelf"]),
    ("/orders", "/orders", &["Acme Bäckerei GmbH"]),
    ("/orders/:id", "/orders/{order}", &["Pieces", "Virtual server"]),
    ("/subscriptions", "/subscriptions", &["Virtual server", "Mailbox", "Backup"]),
    ("/subscriptions/:id", "/subscriptions/{subscription}", &["Virtual server", "Usage"]),
    ("/subscriptions/:id", "/subscriptions/{seats}", &["Seats: 0 of 12"]),
    ("/catalogue", "/catalogue", &["Virtual server", "Mailbox", "Backup"]),
    ("/catalogue/:id", "/catalogue/{offer}", &["Price calculator", "Traffic"]),
    ("/catalogue/:id", "/catalogue/{draft}", &["On its way to the shelf", "It has no price"]),
    ("/catalogue/new", "/catalogue/new", &["What it delivers", "How one commits to it"]),
    ("/catalogue/:id/edit", "/catalogue/{rich}/edit", &["Edit Workplace", "In the price"]),
    ("/catalogue", "/catalogue?state=in_design", &["Next year"]),
    ("/blocks", "/blocks", &["Specifications", "Virtual server"]),
    ("/blocks", "/blocks?part=resources", &["Disk", "needs Memory"]),
    ("/blocks", "/blocks?part=assets", &["No asset yet", "Sorts of assets"]),
    ("/blocks", "/blocks?part=meters", &["Traffic"]),
    ("/blocks", "/blocks?part=categories", &["Computing"]),
    ("/blocks", "/blocks?part=terms", &["Lenient", "runs on for 7 days"]),
    ("/blocks", "/blocks?part=attributes", &["Custom attributes", "Nothing is asked"]),
    ("/usage", "/usage", &["Meters", "Traffic", "No source is asked"]),
    ("/invoices", "/invoices", &["INV-2026-000001", "Acme Bäckerei GmbH"]),
    ("/invoices", "/invoices?state=overdue", &["INV-2026-000001", "Acme Bäckerei GmbH"]),
    ("/invoices/:id", "/invoices/{invoice}", &["Still to pay", "How this came about"]),
    ("/credit-notes", "/credit-notes", &["Studio Ostwind", "CRN-2026-000001"]),
    ("/credit-notes/:id", "/credit-notes/{note}", &["For invoice", "A day without backup"]),
    ("/payments", "/payments", &["Hafen Logistik KG"]),
    ("/payments/:id", "/payments/{payment}", &["What it settles", "Credit left"]),
    ("/bank", "/bank", &["Debit orders", "Take a bank statement in", "S-1"]),
    ("/debit-orders/:id", "/debit-orders/{debit_order}", &["What is collected", "Mandate"]),
    ("/bank-statements/:id", "/bank-statements/{bank_statement}", &["What moved", "names nothing"]),
    ("/revenue", "/revenue", &["Earned revenue", "Deferred at its end"]),
    ("/billing", "/billing", &["What would be billed"]),
    ("/billing/:id", "/billing/{run}", &["Invoices of this run"]),
    ("/settlements", "/settlements", &["SET-2026-000001", "Share models", "Mailbox"]),
    (
        "/settlements/:id",
        "/settlements/{settlement}",
        &["What it is for", "Paid by customers", "Mailbox"],
    ),
    ("/journal", "/journal", &["Balances of Provider"]),
    ("/settings", "/settings", &["Security and tokens", "Consumer keys", "Open sessions"]),
    ("/settings", "/settings?part=users", &["Olga Operator"]),
    ("/settings", "/settings?part=roles", &["Who may do what", "See accounts."]),
    ("/settings", "/settings?part=tax", &["VAT", "Everywhere"]),
    ("/settings", "/settings?part=letterhead", &["Letterhead", "Creditor identifier"]),
    ("/settings", "/settings?part=gateways", &["Gateways", "No gateway yet"]),
    ("/settings", "/settings?part=policy", &["How bills are made", "A change to less begins"]),
    ("/settings", "/settings?part=discounts", &["No discount yet", "No coupon yet"]),
    ("/settings", "/settings?part=classes", &["Customer classes"]),
    ("/settings", "/settings?part=hearing", &["Webhooks", "What mails say", "Invoice issued"]),
    (
        "/mail-templates/:id",
        "/mail-templates/{template}",
        &["What is sent", "your invoice for Example Ltd is ready"],
    ),
    ("/settings", "/settings?part=audit", &["user.signed_in", "What was changed"]),
    ("/reference", "/reference", &["API reference"]),
];

/// The doors: documents of their own, for who is not in yet.
const DOORS: &[Page] = &[
    ("sign-in", "/sign-in", &["Sign in", "Forgot your password?"]),
    ("refused", "/sign-in?refused=1", &["The mail address or the password is not right."]),
    ("forgotten", "/forgotten", &["Forgot your password?", "Send the link"]),
    ("password", "/password#token=a", &["Choose a password"]),
    ("sandbox", "/sandbox?payment=a&token=a", &["Nothing is paid here.", "is not there"]),
    ("invoice", "/invoice?of=a#token=a", &["This link leads to no invoice any more."]),
];

/// What is asked for on the tour and is not there: the payment and the invoice of links that somebody made up.
const NOT_THERE: [&str; 2] = ["404 GET /api/v1/sandbox/a/a", "404 GET /api/v1/invoice_pages/a/a"];

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
fn every_page_is_in_order_at_a_desk() {
    tour(Sight::DESK);
}

#[test]
fn every_page_is_in_order_in_a_hand() {
    tour(Sight::HAND);
}

/// Goes to every page, waits for what must be seen there, looks at it by day and by night, walks over
/// it, and says of all pages at once what is wrong.
#[track_caller]
fn tour(day: Sight) {
    let Some(chromium) = chromium() else { return };
    let stage: &Stage = &LOOKED_AT;
    let stranger = stage.window(chromium).tab();
    let olga = stage.signed_in(chromium, OLGA);
    let doors = DOORS.iter().map(|it| (&stranger, it));
    let pages = PAGES.iter().chain([&NOWHERE]).map(|it| (&olga, it));
    let (mut album, mut report) = (Album::new(), String::new());
    let first = usize::from(day.width != Sight::DESK.width);
    let step = if is_thorough() { 1 } else { 2 };
    for (tab, (pattern, address, seen)) in doors.chain(pages).skip(first % step).step_by(step) {
        tab.look(day);
        tab.go(&stage.address(&format!("/ui{address}")));
        for text in *seen {
            tab.sees(text);
        }
        let mut faults = Vec::new();
        for sight in [day, day.by_night()] {
            faults.extend(inspection::faults(tab, sight));
            album.keep(sight, &name(pattern, address), &tab.picture(sight));
        }
        faults.extend(inspection::obstacles(tab));
        faults.retain(|it| !NOT_THERE.contains(&it.as_str()));
        for fault in faults {
            report.push_str(&format!("\n{address} at {}: {fault}", day.name()));
        }
    }
    album.tell();
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

/// Where the pictures are kept.
struct Album {
    folder: PathBuf,
    count: usize,
}

impl Album {
    fn new() -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        Self { folder: target.join("screenshots"), count: 0 }
    }

    fn keep(&mut self, sight: Sight, name: &str, picture: &[u8]) {
        let folder = self.folder.join(sight.name());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
        self.count += 1;
    }

    /// Says where to look: not by a macro, which would keep it back for a test that passes.
    fn tell(&self) {
        let mut aloud = std::io::stderr();
        writeln!(aloud, "{} pictures in {}", self.count, self.folder.display()).unwrap();
    }
}
