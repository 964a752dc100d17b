//! Journeys of an operator: each a piece of a working day, made as a person makes it.

use serde_json::json;
use tillbox::domain::account::Account;
use tillbox::domain::id::AccountId;
use tillbox::domain::operator::Actor;

use super::chromium::chromium;
use super::stage::{LOOKED_AT, OLGA, Stage, jumped};
use super::window::Window;
use crate::harness::house::PASSWORD;
use crate::harness::market::{monthly, text};

#[test]
fn a_customer_is_found_by_keys_alone_and_the_last_invoice_is_understood() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go("/ui/");
    tab.sees("Recent invoices");
    tab.press("Control+k");
    tab.until("document.activeElement.role === 'combobox'");
    tab.type_text("acme");
    tab.until(
        "document.querySelector('[role=option][aria-selected=true]').innerText.includes('Acme')",
    );
    tab.press("Enter");
    tab.sees("Open invoices");
    assert_eq!(tab.path(), LOOKED_AT.address("/ui/accounts/{account}"));
    // What is still to come moves what is below it.
    tab.settle();
    tab.click("link", &LOOKED_AT.address("{number}"));
    tab.sees("Virtual server: Traffic");
    assert_eq!(tab.path(), LOOKED_AT.address("/ui/invoices/{invoice}"));
    // Its explanation is the second: they stand in the order of the lines.
    tab.eval("document.querySelectorAll('details.why summary')[1].focus()");
    tab.press("Enter");
    for words in ["Each unit at the price of its tier", "465.5 GB counted in 3 events"] {
        tab.sees(words);
    }
    // 100 × 0.10, 300 × 0.08, 65.5 × 0.05.
    for (units, each, sum) in
        [("100", "0.10", "10"), ("300", "0.08", "24"), ("65.5", "0.05", "3.275")]
    {
        let row =
            "[...document.querySelectorAll('details[open] tbody tr')].map((it) => it.innerText)";
        tab.until(&format!(
            "{row}.some((it) => it.includes('{units} GB') && it.includes('{each}') && it.includes('{sum}'))"
        ));
    }
    tab.click("button", "Compute it again");
    tab.sees("Every amount comes out again from its explanation");
    tab.must_be_content();
}

#[test]
fn the_calculator_follows_what_is_typed() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go(&LOOKED_AT.address("/ui/catalogue/{offer}"));
    // 40, and 100 × 0.10 + 150 × 0.08; then 100 × 0.10 + 300 × 0.08 + 100 × 0.05; then 20 % of it.
    tab.fill("textbox", "Traffic (GB)", "250");
    tab.sees("Total €62.00");
    tab.fill("textbox", "Traffic (GB)", "500");
    tab.sees("Total €79.00");
    tab.eval("[...document.querySelectorAll('select')].at(-1).focus()");
    tab.type_text("Ger");
    tab.sees("Tax €15.80 Gross €94.80");
    tab.fill("textbox", "Traffic (GB)", "much");
    tab.until("document.querySelector('[aria-invalid=true]')");
    tab.must_be_content();
}

#[test]
fn a_payment_brings_the_balance_to_nothing() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/accounts/{account}"));
    tab.sees("Owes €608.46");
    tab.click("button", "Record payment");
    tab.sees("What it settles");
    tab.fill("textbox", "Reference…", "INV-2026-000001 and all the others");
    tab.click("button", "Record payment");
    tab.sees("Everything is paid");
    tab.sees("Owes €0.00");
    tab.must_be_content();
    stage.market.must_be_whole();
}

#[test]
fn an_amount_is_read_as_the_page_writes_it_or_refused() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    let account = stage.address("/ui/accounts/{account}");
    tab.go(&account);
    tab.click("button", "Record payment");
    tab.sees("What it settles");
    // 608.46 are open.
    tab.fill("textbox", "Amount in EUR", "1,005.31");
    tab.sees("€396.85 stays as credit");
    tab.fill("textbox", "Amount in EUR", "1,005");
    tab.sees("€396.54 stays as credit");
    for other in ["1.005,31", "1,00", "0,125", "12,34,567"] {
        tab.fill("textbox", "Amount in EUR", other);
        tab.until("!seen().includes('What it settles')");
        tab.click("button", "Record payment");
        tab.sees("Amount in EUR: Not a number as it is written here, such as 1,234.5");
    }
    // Nobody pays a part of a cent: it is refused where it stands, and nothing is foretold of it.
    tab.fill("textbox", "Amount in EUR", "10.555");
    tab.until("!seen().includes('What it settles')");
    tab.click("button", "Record payment");
    tab.sees("Amount in EUR: At most 2 digits after the point in EUR");
    tab.eval("localStorage.setItem('tillbox.language', 'de')");
    tab.go(&account);
    tab.click("button", "Zahlung erfassen");
    tab.sees("Was sie begleicht");
    tab.until("document.querySelector('dialog [name=amount]').value === '608,46'");
    tab.fill("textbox", "Betrag in EUR", "1.005");
    tab.sees("396,54 € bleibt als Guthaben");
    tab.fill("textbox", "Betrag in EUR", "1,005.31");
    tab.until("!seen().includes('Was sie begleicht')");
    tab.fill("textbox", "Betrag in EUR", "1.005,31");
    tab.sees("396,85 € bleibt als Guthaben");
    tab.click("button", "Zahlung erfassen");
    tab.sees("1.005,31 € erfasst");
    tab.eval("localStorage.removeItem('tillbox.language')");
    tab.must_be_content();
    stage.market.must_be_whole();
}

#[test]
fn what_a_quantity_and_an_ending_come_to_is_shown_before_they_are() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/subscriptions/{seats}"));
    tab.sees("Charged through Apr 30, 2026");
    tab.click("button", "Change the quantity");
    for bad in ["-3", "0", "", "1,5", "1.000", "many"] {
        tab.fill("textbox", "Quantity", bad);
        tab.sees("A whole number from 1 to 999,999");
        tab.until("!seen().includes('Difference')");
    }
    tab.fill("textbox", "Quantity", "22");
    // Ten more at 4.90 for all of April, and 20 % on it.
    tab.sees("Difference €58.80");
    tab.press("Escape");
    tab.click("button", "More actions");
    tab.click("button", "Cancel the subscription");
    tab.sees("It goes on through Apr 30, 2026 and ends on May 1, 2026.");
    tab.sees("Nothing is given back.");
    tab.choose("When", "At once");
    tab.sees("It ends at once, on Apr 1, 2026.");
    tab.sees("Given back, with tax − €");
    tab.choose("When", "When what is paid for is over");
    tab.sees("It goes on through Apr 30, 2026");
    tab.click("button", "Cancel the subscription");
    tab.sees("Ends on May 1, 2026");
    tab.until("!seen().includes('Renews')");
    tab.must_be_content();
    stage.market.must_be_whole();
}

#[test]
fn what_is_paid_on_the_page_of_an_invoice_settles_that_one() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/invoices/{invoice}"));
    tab.sees("Still to pay €163.30");
    tab.click("button", "Record payment");
    tab.sees("What it settles");
    tab.until("document.querySelector('dialog [name=amount]').value === '163.30'");
    tab.click("button", "Record payment");
    tab.sees("Nothing is open any more.");
    // Of 608.46; those that were due before are still to be paid.
    tab.go(&stage.address("/ui/accounts/{account}"));
    tab.sees("Owes €445.16");
    tab.must_be_content();
    stage.market.must_be_whole();
}

#[test]
fn the_clock_is_moved_a_month_and_tells_what_it_did() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go("/ui/invoices");
    tab.sees("INV-2026-000013");
    tab.click("button", "Move forward by 1 month");
    tab.sees("From Apr 1, 2026 to May 1, 2026");
    // Whose they are, and what they are called; each leads to the thing itself.
    tab.sees("Invoice INV-2026-000014 was issued");
    tab.sees("Acme Bäckerei GmbH");
    tab.press("Escape");
    tab.sees("Test clock: May 1, 2026");
    // The list behind it knows already.
    tab.sees("INV-2026-000016");
    tab.must_be_content();
    stage.market.must_be_whole();
}

#[test]
fn a_tier_says_from_where_to_where_it_goes() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go(&LOOKED_AT.address("/ui/invoices/{invoice}"));
    tab.sees("Traffic");
    tab.eval("document.querySelectorAll('details.why').forEach((it) => (it.open = true)) ?? true");
    for tier in ["up to 100 GB", "over 100 to 400 GB", "over 400 GB"] {
        tab.sees(tier);
    }
    tab.must_be_content();
}

#[test]
fn what_is_paid_says_that_it_runs_on_while_its_account_is_held() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let (market, operator) = (&stage.market, stage.market.operator());
    let account = market.customer("Late payer", "EUR");
    let offer = market.offer("Fresh", &[monthly("Base", "EUR", "10")]);
    let subscription = market.order(&account, &offer, 1);
    let path = format!("/accounts/{}", text(&account["id"]));
    let hold = json!({ "kind": "credit", "policy": "unpaid", "reason": "OVERDUE" });
    operator.post(&format!("{path}/hold"), &hold);
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&format!("/ui{path}"));
    tab.sees("paid, runs on");
    tab.go(&format!("/ui/subscriptions/{subscription}"));
    tab.sees("This is paid and runs on.");
    tab.must_be_content();
}

#[test]
fn a_billing_run_is_started_by_hand_and_tells_to_its_end_what_it_could_not() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let operator = stage.market.operator();
    let mut early = monthly("Base", "EUR", "10");
    early["valid_from"] = json!("2026-06-01");
    let offer = stage.market.offer("Too early", &[early]);
    let account = stage.market.customer("Early Bird", "EUR");
    stage.market.order(&account, &offer, 1);
    stage.market.advance_to("2026-04-02");
    assert_eq!(operator.get("/billing_runs/left")["failed"], 1);
    let tab = stage.signed_in(chromium, OLGA);
    tab.go("/ui/billing");
    tab.sees("1 failed the last time");
    tab.click("button", "Bill what is due");
    tab.sees("1 could not be billed");
    tab.until(
        "document.querySelector('progress').value === document.querySelector('progress').max",
    );
    tab.sees("Done");
    tab.sees("has no version in force on `2026-04-01`");
    assert!(tab.path().starts_with("/ui/billing/run_"), "{}", tab.path());
    tab.must_be_content();
}

#[test]
fn an_account_is_held_and_goes_on() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/accounts/{account}"));
    tab.click("button", "More actions");
    tab.click("button", "Hold");
    tab.fill("textbox", "Comment", "A stolen card");
    tab.click("button", "Hold");
    tab.sees("Held by an operator: A stolen card");
    tab.reload();
    tab.sees("Held by an operator: A stolen card");
    tab.click("button", "More actions");
    tab.click("button", "Release");
    tab.sees("What it has runs again");
    tab.click("button", "Release");
    tab.until("!seen().includes('Held by an operator')");
    tab.must_be_content();
}

#[test]
fn an_account_is_held_for_what_is_unpaid_and_let_go_for_a_time() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    let path = stage.address("/accounts/{account}");
    let account = || stage.market.operator().get(&path);
    tab.go(&format!("/ui{path}"));
    tab.click("button", "More actions");
    tab.click("button", "Hold");
    tab.choose("Why", "Because invoices are unpaid");
    tab.choose("What stops", "Only those that are not paid");
    tab.fill("textbox", "Comment", "Three reminders");
    tab.click("button", "Hold");
    tab.sees("Held because invoices are unpaid: Three reminders");
    let held = account()["holds"][0].clone();
    assert_eq!((&held["kind"], &held["policy"]), (&json!("credit"), &json!("unpaid")));
    tab.click("button", "More actions");
    tab.click("button", "Release");
    let until = "document.querySelector('input[name=until]')";
    tab.until(&format!("{until} && ({until}.value = '2030-01-01')"));
    tab.fill("textbox", "Comment", "It will pay in January");
    tab.click("button", "Release");
    tab.until("!seen().includes('Held because')");
    let released = account();
    assert_eq!((&released["state"], &released["holds"]), (&json!("active"), &json!([])));
    let id: AccountId = text(&released["id"]).parse().unwrap();
    let spared = stage.market.house.app.bss.read(&Actor::duty("test"), |cx| cx.get::<Account>(id));
    let spared = spared.unwrap().sparing().map(|it| it.until.to_string());
    assert_eq!(spared.as_deref(), Some("2030-01-01T00:00:00Z"));
    tab.must_be_content();
}

#[test]
fn who_comes_second_is_asked_whose_word_holds() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let window = stage.window(chromium);
    let first = stage.sign_in(window.tab(), OLGA);
    let second = window.tab();
    let address = stage.address("/ui/accounts/{account}");
    for (tab, note) in [(&second, "Pays late"), (&first, "Pays at once")] {
        tab.go(&address);
        tab.click("button", "More actions");
        tab.click("button", "Edit");
        tab.fill("textbox", "Note", note);
    }
    first.click("button", "Save");
    first.sees("Pays at once");
    second.click("button", "Save");
    second.sees("Somebody else changed this");
    second.sees("Note Pays at once Pays late");
    let stale = second.complaints();
    assert!(
        matches!(stale.as_slice(), [it] if it.starts_with("412 PATCH /api/v1/accounts/")),
        "{stale:?}"
    );
    second.click("button", "Keep mine");
    second.until("!document.querySelector('dialog[open]')");
    second.sees("Pays late");
    first.reload();
    first.sees("Pays late");
    first.must_be_content();
    second.must_be_content();
}

#[test]
fn an_account_is_opened_and_what_is_wrong_is_said_at_its_field() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go("/ui/");
    tab.click("link", "New account");
    tab.fill("textbox", "Name", "Bäckerei Sonne");
    tab.choose("Country", "Germany");
    tab.fill("textbox", "Tax number", "DE 811 569 869");
    tab.fill("textbox", "Currency…", "EU");
    tab.click("button", "Open the account");
    tab.until("document.activeElement.matches('[name=\"billing/currency\"][aria-invalid=true]')");
    let refused = tab.complaints();
    assert!(
        matches!(refused.as_slice(), [it] if it.contains("POST /api/v1/accounts")),
        "{refused:?}"
    );
    tab.fill("textbox", "Currency…", "EUR");
    tab.click("button", "Open the account");
    tab.sees("It has nothing yet");
    let id = tab.path();
    let account = stage.market.operator().get(id.strip_prefix("/ui").unwrap());
    assert_eq!(text(&account["name"]), "Bäckerei Sonne");
    assert_eq!(account["address"]["country"], "DE");
    assert_eq!(text(&account["tax"]["registration_id"]), "DE 811 569 869");
    tab.must_be_content();
}

#[test]
fn how_an_account_pays_is_kept_and_named_for_a_payment() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/accounts/{account}?part=billing"));
    tab.sees("No payment method is on file");
    tab.click("button", "Add");
    tab.fill("textbox", "Gateway…", "stripe");
    tab.fill("textbox", "Token…", "4242424242424242");
    tab.fill("textbox", "Brand", "Visa");
    tab.fill("textbox", "Last four digits", "4242");
    tab.fill("textbox", "Good until…", "2031-08");
    tab.click("button", "Keep it");
    tab.sees("must not be the number of a card");
    assert!(tab.complaints().iter().all(|it| it.starts_with("422 POST")));
    tab.fill("textbox", "Token…", "pm_1NabcDEF");
    tab.click("button", "Keep it");
    tab.sees("Visa ···· 4242 default");
    tab.go(&stage.address("/ui/accounts/{account}"));
    tab.click("button", "Record payment");
    tab.sees("Visa ···· 4242, on file");
    // What came in came by transfer, unless somebody says otherwise.
    tab.until("document.querySelector('dialog [name=how]').value === 'bank_transfer'");
    tab.choose("How", "Visa ···· 4242, on file");
    tab.click("button", "Record payment");
    tab.sees("Everything is paid");
    tab.must_be_content();
    let payments = stage.market.operator().get(&stage.address("/payments?account={account}"));
    assert_eq!(payments["items"][0]["method"], "card");
    assert!(payments["items"][0]["payment_method"].is_string());
}

#[test]
fn what_a_provider_asks_of_each_is_laid_down_shown_and_asked_for() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go("/ui/blocks?part=attributes");
    tab.sees("Nothing is asked");
    tab.click("button", "New");
    tab.fill("textbox", "Name…", "cost_center");
    tab.fill("textbox", "What it says", "Where it is booked");
    tab.click("checkbox", "Must be said");
    tab.click("button", "Create");
    tab.sees("cost_center");
    tab.sees("required");
    tab.must_be_content();
    tab.go("/ui/accounts?new=1");
    tab.sees("What else is asked");
    tab.fill("textbox", "Name", "Bäckerei Sonne");
    tab.fill("textbox", "cost_center…", "4711");
    tab.click("button", "Open the account");
    tab.sees("It has nothing yet");
    let account = stage.market.operator().get(tab.path().strip_prefix("/ui").unwrap());
    assert_eq!(account["attributes"], json!({ "cost_center": "4711" }));
    tab.click("button", "More actions");
    tab.click("button", "Edit");
    tab.fill("textbox", "cost_center…", "4712");
    tab.click("button", "Save");
    tab.until("!document.querySelector('dialog[open]')");
    let account = stage.market.operator().get(tab.path().strip_prefix("/ui").unwrap());
    assert_eq!(account["attributes"], json!({ "cost_center": "4712" }));
    tab.go("/ui/blocks?part=attributes");
    tab.click("button", "Ask for cost_center no more");
    tab.click("button", "Ask no more");
    tab.sees("Nothing is asked");
    tab.must_be_content();
}

#[test]
fn who_must_is_asked_after_the_machines_clock_has_jumped() {
    let Some(chromium) = chromium() else { return };
    let (app, place, _workers) = jumped();
    let tab = Window::at(chromium, &place.origin).tab();
    tab.go("/ui/sign-in");
    tab.fill("textbox", "Mail address", OLGA);
    tab.fill("textbox", "Password", PASSWORD);
    tab.press("Enter");
    tab.sees("Billing waits until somebody says that it is really so late.");
    tab.click("button", "It is really so late");
    tab.until("!seen().includes('Billing waits until')");
    tab.must_be_content();
    assert!(app.bss.moment().jump.is_none());
}
