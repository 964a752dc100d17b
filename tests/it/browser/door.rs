//! Journeys through the doors: in by a password, in without scripts, in for the first time, and out.

use serde_json::json;

use super::chromium::chromium;
use super::stage::{LOOKED_AT, OLGA, Stage, unfounded};
use super::tab::Tab;
use super::window::Window;
use crate::harness::house::PASSWORD;

#[test]
fn a_wrong_password_is_refused_and_the_right_one_leads_to_where_one_wanted() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.window(chromium).tab();
    tab.go("/ui/?currency=USD");
    tab.sees("Sign in");
    assert_eq!(tab.path(), "/ui/sign-in?next=%2Fui%2F%3Fcurrency%3DUSD");
    assert_eq!(tab.complaints(), ["401 GET /api/v1/session"]);
    tab.fill("textbox", "Mail address", OLGA);
    tab.fill("textbox", "Password", "till-4-the-bix!");
    tab.press("Enter");
    tab.until("document.querySelector('[role=alert]').checkVisibility()");
    assert_eq!(tab.complaints(), ["401 POST /api/v1/session"]);
    tab.fill("textbox", "Password", PASSWORD);
    tab.click("button", "Sign in");
    tab.sees("Recent invoices");
    assert_eq!(tab.path(), "/ui/?currency=USD");
    tab.reload();
    tab.sees("Recent invoices");
    tab.must_be_content();
}

#[test]
fn who_signs_out_is_out_in_every_tab() {
    let Some(chromium) = chromium() else { return };
    let stage = &LOOKED_AT;
    let window = stage.window(chromium);
    let tab = window.tab();
    tab.go("/ui/sign-in");
    tab.fill("textbox", "Mail address", &stage.market.house.north.admin.email);
    tab.fill("textbox", "Password", PASSWORD);
    tab.press("Enter");
    tab.sees("North Reseller");
    let other = window.tab();
    other.go("/ui/");
    other.sees("North Reseller");
    // What either still asks for would be refused, and rightly so, after the end of the session.
    tab.settle();
    other.settle();
    tab.click("button", "vendor_admin of…");
    tab.click("button", "Sign out");
    tab.sees("Forgot your password?");
    tab.must_be_content();
    other.reload();
    other.sees("Forgot your password?");
}

#[test]
fn who_was_signed_out_meanwhile_is_told_and_led_back() {
    let Some(chromium) = chromium() else { return };
    let stage = &LOOKED_AT;
    let window = stage.window(chromium);
    let tab = stage.sign_in(window.tab(), OLGA);
    let other = window.tab();
    for it in [&tab, &other] {
        it.go("/ui/invoices");
        it.sees("INV-2026-000001");
    }
    other.click("button", "Olga Operator…");
    other.click("button", "Sign out");
    other.sees("Forgot your password?");
    tab.click("link", "Payments");
    tab.sees("You were signed out.");
    let refused = tab.complaints();
    assert!(refused.iter().all(|it| it.starts_with("401 GET /api/v1/")), "{refused:?}");
    tab.click("button", "Sign in again");
    tab.sees("Forgot your password?");
    assert_eq!(tab.path(), "/ui/sign-in?next=%2Fui%2Fpayments");
    tab.fill("textbox", "Mail address", OLGA);
    tab.fill("textbox", "Password", PASSWORD);
    tab.click("button", "Sign in");
    tab.sees("Hafen Logistik KG");
    assert_eq!(tab.path(), "/ui/payments");
    tab.must_be_content();
}

#[test]
fn who_is_out_already_gets_out() {
    let Some(chromium) = chromium() else { return };
    let stage = &LOOKED_AT;
    let window = stage.window(chromium);
    let tab = stage.sign_in(window.tab(), OLGA);
    tab.go("/ui/");
    tab.sees("Recent invoices");
    let other = window.tab();
    other.go("/ui/");
    other.click("button", "Olga Operator…");
    other.click("button", "Sign out");
    other.sees("Forgot your password?");
    tab.click("button", "Olga Operator…");
    tab.click("button", "Sign out");
    tab.sees("Forgot your password?");
    assert_eq!(tab.path(), "/ui/sign-in");
}

#[test]
fn a_password_for_one_use_lets_nobody_by_without_another() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let house = &stage.market.house;
    let (admin, member) = (&house.north.customer.admin, &house.north.customer.member);
    let given = "once and never again";
    let body = json!({ "password": given, "one_time": true });
    house.client(admin).post(&format!("/users/{}/password", member.id), &body);
    let tab = stage.window(chromium).tab();
    let ask_at_the_door = |tab: &Tab| {
        tab.go("/ui/sign-in");
        tab.fill("textbox", "Mail address", &member.email);
        tab.fill("textbox", "Password", given);
        tab.click("button", "Sign in");
        tab.sees("Choose a password of your own to come in.");
    };
    ask_at_the_door(&tab);
    // Who is in by it sees nothing else either.
    tab.go("/ui/orders");
    tab.sees("Choose a password of your own to come in.");
    assert_eq!(tab.path(), "/ui/sign-in?another=1&next=%2Fui%2Forders");
    tab.must_be_content();
    tab.fill("textbox", "Mail address", &member.email);
    tab.fill("textbox", "Password", given);
    tab.fill("textbox", "New password…", "a till of my own, at last");
    tab.click("button", "Sign in");
    tab.sees("No orders yet");
    assert_eq!(tab.path(), "/ui/orders");
    tab.must_be_content();
}

#[test]
fn the_door_opens_without_scripts() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.window(chromium).tab();
    tab.run_no_scripts();
    tab.go("/ui/sign-in");
    tab.fill("textbox", "Mail address", OLGA);
    tab.fill("textbox", "Password", "till-4-the-bix!");
    tab.press("Enter");
    tab.sees("The mail address or the password is not right.");
    tab.fill("textbox", "Mail address", OLGA);
    tab.fill("textbox", "Password", PASSWORD);
    tab.click("button", "Sign in");
    tab.sees("made by scripts, which this browser does not run");
    assert_eq!(tab.path(), "/ui/");
    // What is not run is not loaded either, and told in these words.
    let complaints = tab.complaints();
    assert!(complaints.iter().all(|it| it.ends_with(".js csp")), "{complaints:#?}");
}

#[test]
fn the_first_link_makes_the_first_operator_once() {
    let Some(chromium) = chromium() else { return };
    let (app, place, _workers) = unfounded();
    let secret = tillbox::services::setup::offer(&app.bss).unwrap().unwrap();
    let window = Window::at(chromium, &place.origin);
    let tab = window.tab();
    tab.go(&format!("/setup#token={secret}"));
    tab.fill("textbox", "Your name", "Olga Operator");
    tab.fill("textbox", "Mail address", OLGA);
    tab.fill("textbox", "Password At least…", PASSWORD);
    tab.fill("textbox", "Company", "Kassenhaus");
    tab.click("button", "Set up and sign in");
    tab.sees("Kassenhaus");
    assert_eq!(tab.path(), "/ui/");
    tab.must_be_content();
    let late = Window::at(chromium, &place.origin).tab();
    late.go(&format!("/setup#token={secret}"));
    late.sees("The set-up link was used before");
    late.must_be_content();
}
