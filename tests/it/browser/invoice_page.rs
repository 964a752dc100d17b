//! An invoice as somebody sees and pays it who got a link to it and has no login.

use serde_json::json;

use super::chromium::chromium;
use super::inspection::must_be_in_order;
use super::shop::opened;
use super::stage::OLGA;
use crate::harness::market::text;

#[test]
fn who_has_no_login_sees_and_pays_an_invoice_by_its_link() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let seller = stage.signed_in(chromium, OLGA);
    seller.go(&stage.address("/ui/invoices/{invoice}"));
    seller.click("button", "More actions");
    seller.click("button", "Link for who cannot sign in");
    seller.sees("It opens until Jun 30, 2026.");
    must_be_in_order(&seller);
    let link = seller.eval("document.querySelector('dialog input[name=secret]').value");
    let link = text(&link);
    let tab = stage.window(chromium).tab();
    tab.go(&link[link.find("/ui/").unwrap()..]);
    tab.sees("Invoice INV-2026-");
    tab.sees("Acme Bäckerei GmbH");
    tab.sees("Still to pay");
    must_be_in_order(&tab);
    let paper = "fetch(document.getElementById('paper').href).then((it) => it.blob()).then((it) => it.type)";
    assert_eq!(tab.eval(paper), "application/pdf");
    let button = tab.eval("document.querySelector('#door button').innerText");
    tab.click("button", button.as_str().unwrap());
    tab.sees("Test bank");
    tab.click("button", "Pay");
    tab.sees("Thank you: it is paid.");
    tab.sees("Nothing is open any more.");
    let asked = tab.complaints();
    assert!(asked.iter().all(|it| it == "401 GET /api/v1/session"), "{asked:?}");
    must_be_in_order(&tab);

    // In the reader's language; and once the seller takes all links back, no more.
    tab.eval("localStorage.setItem('tillbox.language', 'de')");
    tab.reload();
    tab.sees("Nichts ist mehr offen.");
    seller.go("/ui/settings?part=letterhead");
    seller.click("button", "Take all back");
    seller.sees("Links that were sent until now open nothing any more.");
    must_be_in_order(&seller);
    seller.eval("document.querySelector('dialog button.danger').click()");
    seller.sees("No link opens any more");
    tab.reload();
    tab.sees("Dieser Link führt zu keiner Rechnung mehr.");
    assert_eq!(tab.complaints().len(), 1, "it is not there");
    stage.market.operator().get(&stage.address("/invoices/{invoice}"));
    assert_eq!(json!(tab.path().contains("token")), json!(false));
}
