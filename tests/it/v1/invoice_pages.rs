//! The page of an invoice for who gets it by mail and cannot sign in: what opens it, what it shows, and everything
//! that does not open it.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

/// A customer without a login that was billed 12.00 on 1 January, and the link in its mail.
struct Billed {
    market: Market,
    account: Value,
    invoice: String,
    token: String,
}

impl Billed {
    fn on_paper() -> Self {
        let market = Market::on("2026-01-01");
        market.operator().post("/gateways", &json!({ "kind": "sandbox", "name": "Test bank" }));
        let contact = json!({ "given_name": "Bob", "email": "bob@whale.test" });
        let account = market.operator().post(
            "/accounts",
            &json!({
                "name": "Blue Whale", "contacts": { "billing": contact },
                "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            }),
        );
        market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
        market.advance_to("2026-01-02");
        let invoice = text(&market.invoices(&account)[0]["id"]);
        let mut sent = market.house.app.outside.sent().into_iter();
        let mail = sent.find(|it| it.subject.starts_with("Invoice ")).unwrap();
        assert_eq!(mail.to.email.as_str(), "bob@whale.test");
        let (_, rest) = mail.text.split_once(&format!("/ui/invoice?of={invoice}#token=")).unwrap();
        let token = rest.split_whitespace().next().unwrap().to_owned();
        assert!(mail.html.unwrap().contains(&token), "the button leads there too");
        Self { market, account, invoice, token }
    }

    fn nobody(&self) -> Client<'_> {
        Client::nobody(&self.market.house.app)
    }

    /// What a token answers for an invoice: the status of its page, its paper and paying it.
    fn opens(&self, invoice: &str, token: &str) -> [u16; 3] {
        let page = format!("/invoice_pages/{invoice}/{token}");
        let nobody = self.nobody();
        [
            nobody.call(&format!("GET {page}"), None),
            nobody.call(&format!("GET {page}/pdf"), None),
            nobody.call(&format!("POST {page}/pay"), Some(&json!({}))),
        ]
        .map(|it| it.status.as_u16())
    }
}

const SHUT: [u16; 3] = [404; 3];

#[test]
fn who_cannot_sign_in_sees_its_invoice_and_nothing_else() {
    let it = Billed::on_paper();
    let page = it.nobody().get(&format!("/invoice_pages/{}/{}", it.invoice, it.token));
    let shown = ["number", "state", "issued_on", "currency", "is_collected", "payment"]
        .map(|name| page[name].clone());
    assert_eq!(
        json!(shown),
        json!(["INV-2026-000001", "open", "2026-01-01", "EUR", false, null]),
        "{page}"
    );
    assert_eq!(page["buyer"]["name"], "Blue Whale");
    assert_eq!(page["due"]["amount"], "12.00");
    assert_eq!(page["lines"][0]["net"]["amount"], "10.00");
    assert_eq!(page["pays_at"], json!([{ "gateway": "sandbox", "name": "Test bank" }]));
    assert!(!page.to_string().contains("acc_"), "no id of anything else: {page}");
    let pdf = format!("GET /invoice_pages/{}/{}/pdf", it.invoice, it.token);
    let pdf = it.nobody().call(&pdf, None);
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF"));
    // What opens the page opens nothing of the rest.
    let other = Client::with_token(&it.market.house.app, &it.token);
    assert_eq!(other.call(&format!("GET /invoices/{}", it.invoice), None).status, 401);
}

#[test]
fn what_is_open_is_paid_at_the_page_of_a_gateway_once() {
    let it = Billed::on_paper();
    let path = format!("/invoice_pages/{}/{}", it.invoice, it.token);
    let pay = || text(&it.nobody().post(&format!("{path}/pay"), &json!({}))["page"]);
    let first = pay();
    assert_eq!(pay(), first, "of what was begun and not ended the page is told again");
    let (_, query) = first.split_once("/ui/sandbox?payment=").unwrap();
    let sandbox = format!("/sandbox/{}", query.replace("&token=", "/"));
    it.nobody().post(&sandbox, &json!({ "outcome": "pay" }));
    it.market.house.app.keep_duties();
    let page = it.nobody().get(&path);
    assert_eq!([&page["state"], &page["payment"]], ["paid", "captured"]);
    assert_eq!(page["pays_at"], json!([]));
    let again = it.nobody().call(&format!("POST {path}/pay"), Some(&json!({})));
    assert_eq!(again.status, 409, "nothing is open any more");
    it.market.must_be_whole();
}

#[test]
fn what_was_forged_or_is_for_another_opens_nothing() {
    let it = Billed::on_paper();
    let market = &it.market;
    let other = market.customer("Other", "EUR");
    market.order(&other, &market.offer("More", &[monthly("Base", "EUR", "10")]), 1);
    market.advance_to("2026-01-03");
    let others = text(&market.invoices(&other)[0]["id"]);
    assert_eq!(it.opens(&it.invoice, &it.token), [200, 200, 200]);
    assert_eq!(it.opens(&others, &it.token), SHUT, "of another invoice");
    let mut turned: Vec<char> = it.token.chars().collect();
    for place in [0, 2, 20, turned.len() - 2] {
        let was = turned[place];
        turned[place] = if was == 'A' { 'B' } else { 'A' };
        let forged: String = turned.iter().collect();
        assert_eq!(it.opens(&it.invoice, &forged), SHUT, "changed at {place}");
        turned[place] = was;
    }
    for made_up in ["a", "AAAA", "%20", &"A".repeat(90)] {
        assert_eq!(it.opens(&it.invoice, made_up), SHUT, "{made_up}");
    }
    assert_eq!(it.opens("inv_0", &it.token)[0], 404);
}

#[test]
fn a_link_ends_with_its_time_its_seller_and_its_invoice() {
    let it = Billed::on_paper();
    it.market.advance_to("2026-04-03");
    assert_eq!(it.opens(&it.invoice, &it.token), SHUT, "after 90 days");

    let it = Billed::on_paper();
    let operator = it.market.operator();
    let provider = text(&operator.get("/session")["account"]["id"]);
    // Who sells elsewhere takes back its own alone.
    let north = it.market.house.client(&it.market.house.north.admin);
    let own = it.market.house.north.account.clone();
    north.post(&format!("/accounts/{own}/invoice_links/take_back"), &json!({}));
    assert_eq!(it.opens(&it.invoice, &it.token)[0], 200);
    let refused =
        north.call(&format!("POST /accounts/{provider}/invoice_links/take_back"), Some(&json!({})));
    assert!([403, 404].contains(&refused.status.as_u16()));
    operator.post(&format!("/accounts/{provider}/invoice_links/take_back"), &json!({}));
    assert_eq!(it.opens(&it.invoice, &it.token), SHUT, "after all were taken back");
    let link = operator.post(&format!("/invoices/{}/link", it.invoice), &json!({}));
    let token = text(&link["link"]).rsplit('=').next().unwrap().to_owned();
    assert_eq!(it.opens(&it.invoice, &token)[0], 200, "a new one opens");
    let reason = json!({ "reason": "It was for somebody else" });
    operator.post(&format!("/invoices/{}/credit", it.invoice), &reason);
    assert_eq!(it.opens(&it.invoice, &token), SHUT, "what was taken back has no page");
    let refused = operator.call(&format!("POST /invoices/{}/link", it.invoice), Some(&json!({})));
    assert_eq!(refused.status, 409);
}

#[test]
fn a_page_is_not_asked_for_by_a_machine() {
    let it = Billed::on_paper();
    let path = format!("GET /invoice_pages/{}/{}", it.invoice, it.token);
    let asked: Vec<_> = (0..70).map(|_| it.nobody().call(&path, None).status.as_u16()).collect();
    assert!(asked.contains(&503), "{asked:?}");
    assert_eq!(asked[0], 200);
    assert!(it.account["id"].is_string());
}
