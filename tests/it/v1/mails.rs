//! Mails: one for each occasion, in the reader's language, with links that only the reader learns.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::services::duty;
use tillbox::world::mail::{Letter, Mishap};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::{House, PASSWORD, invite, text};
use crate::harness::market::{Market, monthly};

/// The letters that went to an address.
fn letters(house: &House, to: &str) -> Vec<Letter> {
    let sent = house.app.outside.sent().into_iter();
    sent.filter(|it| it.to.email.as_str() == to).collect()
}

/// The secret of the link in a letter.
fn token(letter: &Letter) -> String {
    let (_, rest) = letter.text.split_once("/ui/password#token=").expect("a link");
    rest.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn who_is_invited_or_forgot_a_password_gets_a_link_that_nobody_else_reads() {
    let house = House::on("2026-01-01");
    let admin = house.client(&house.north.customer.admin);
    let body = json!({ "email": "ann@north.test", "name": "Ann Lee", "locale": "de" });
    let ann = admin.post("/users", &body);
    house.app.keep_duties();
    let sent = letters(&house, "ann@north.test");
    let [invitation] = sent.as_slice() else { panic!("{sent:?}") };
    expect![[r#"
        Guten Tag Ann Lee,

        für Sie wurde bei North Reseller ein Zugang mit dem Anmeldenamen ann@north.test eingerichtet. Wählen Sie ein Passwort, um zu beginnen.

        Passwort wählen:
        http://127.0.0.1:8080/ui/password#token=…

        Der Link gilt einmal und bis 8. Januar 2026, 00:00 UTC. Wenn Sie diese Nachricht nicht erwartet haben, können Sie sie ignorieren.

        -- 
        North Reseller
    "#]].assert_eq(&invitation.text.replace(&token(invitation), "…"));
    assert_eq!(token(invitation), text(&ann["invitation"]["token"]));
    assert!(invitation.html.as_ref().unwrap().contains(&token(invitation)));
    assert_eq!(invitation.from.name.as_ref().unwrap().as_str(), "North Reseller");

    // The reseller sees that a mail was sent, and not what only Ann may know.
    let north = house.client(&house.north.admin);
    let listed = north.get("/mails?limit=1");
    let id = text(&listed["items"][0]["id"]);
    let shown = north.get(&format!("/mails/{id}"));
    assert_eq!((&shown["to"], &shown["state"]), (&json!("ann@north.test"), &json!("sent")));
    assert!(shown["text"].as_str().unwrap().contains("/ui/password#token=…"), "{shown}");
    assert!(!shown.to_string().contains(&token(invitation)));

    let accept = json!({ "token": token(invitation), "password": PASSWORD });
    let nobody = Client::nobody(&house.app);
    nobody.post("/password/redeem", &accept);
    nobody.post("/password/reset", &json!({ "email": "ann@north.test" }));
    // Nobody waits for the link, so that nobody learns whether it was made; what is written after it
    // is.
    admin.post("/tokens", &json!({ "name": "after" }));
    house.app.keep_duties();
    let sent = letters(&house, "ann@north.test");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1].subject, "Passwort zurücksetzen");
    assert!(sent[1].text.contains("1. Januar 2026, 01:00 UTC"), "{}", sent[1].text);
    let another = json!({ "token": token(&sent[1]), "password": "another-4-the-box!" });
    nobody.post("/password/redeem", &another);
    house.app.keep_duties();
    assert_eq!(letters(&house, "ann@north.test").len(), 2, "what has no link is no occasion");
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
fn an_order_an_invoice_and_a_payment_are_written_about_once_each() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let contact = |name: &str, email: &str| json!({ "given_name": name, "family_name": "Roe", "email": email });
    let account = operator.post(
        "/accounts",
        &json!({
            "name": "Blue Whale", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "contacts": {
                "admin": contact("Ann", "ann@whale.test"),
                "billing": contact("Bob", "bob@whale.test"),
            },
        }),
    );
    let offer = market.offer("Cloud", &[monthly("Base", "EUR", "1234.50")]);
    let subscription = market.order(&account, &offer, 2);
    let paid = json!({
        "account": account["id"], "amount": { "amount": "1481.40", "currency": "EUR" },
    });
    operator.post("/payments", &paid);
    operator.post(&format!("/subscriptions/{subscription}/hold"), &json!({ "comment": "a test" }));
    market.house.app.keep_duties();
    market.house.app.keep_duties();
    let house = &market.house;
    let all = ["ann@whale.test", "bob@whale.test"].map(|it| letters(house, it));
    let told: Vec<_> =
        all.iter().flatten().map(|it| format!("{}\n\n{}", it.subject, it.text)).collect();
    let ids = |text: &str| {
        let parts = text.split("http://127.0.0.1:8080/ui/");
        parts
            .map(|it| {
                it.split_once('_').map_or(it.to_owned(), |(kind, rest)| {
                    format!("{kind}_…{}", rest.find('\n').map_or("", |at| &rest[at..]))
                })
            })
            .collect::<Vec<_>>()
            .join("…/ui/")
    };
    expect![[r#"
        Your order 1

        Hello Ann Roe,

        we have received your order 1 of 1 January 2026.

        2 x Cloud

        -- 
        Provider
        ======
        Cloud is on hold

        Hello Ann Roe,

        your subscription Cloud has been on hold since 1 January 2026. As long as it is, it cannot be used.

        Reason: a test

        -- 
        Provider
        ======
        Invoice INV-2026-000001 for EUR 1,481.40

        Hello Bob Roe,

        your invoice for Blue Whale is ready. You find it online.

        Invoice: INV-2026-000001
        Period: 1 January 2026 – 31 January 2026
        Amount: EUR 1,481.40
        Due on: 10 January 2026

        See the invoice:
        …/ui/invoice?of=inv_…

        -- 
        Provider
        ======
        We received your payment of EUR 1,481.40

        Hello Bob Roe,

        thank you. Your payment of EUR 1,481.40 arrived on 1 January 2026.

        INV-2026-000001: EUR 1,481.40
        Open on the account: EUR 0.00

        -- 
        Provider
    "#]].assert_eq(&told.iter().map(|it| ids(it)).collect::<Vec<_>>().join("======\n"));
    market.must_be_whole();
}

/// A link leads to where one signs in: who has no user there is led to a page with the invoice alone.
#[test]
fn who_cannot_sign_in_is_led_to_its_invoice_alone() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let bob = json!({ "given_name": "Bob", "family_name": "Roe", "email": "bob@whale.test" });
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = operator.post(
        "/accounts",
        &json!({ "name": "Blue Whale", "address": address, "contacts": { "billing": bob } }),
    );
    let offer = market.offer("Cloud", &[monthly("Base", "EUR", "10")]);
    let invoice = || {
        market.order(&account, &offer, 1);
        market.house.app.keep_duties();
        let mut sent = letters(&market.house, "bob@whale.test").into_iter();
        sent.rfind(|it| it.subject.starts_with("Invoice")).expect("an invoice")
    };
    let without = invoice();
    assert!(without.text.contains("/ui/invoice?of=inv_"), "{}", without.text);
    let html = without.html.unwrap();
    assert!(!without.text.contains("/ui/invoices/") && html.contains("#token="), "{html}");
    assert_eq!(without.attachments.len(), 1);
    let ann = json!({ "account": account["id"], "email": "ann@whale.test", "name": "Ann Lee" });
    operator.post("/users", &ann);
    let with = invoice();
    assert!(with.text.contains("You find it online."), "{}", with.text);
    assert!(with.text.contains("/ui/invoices/"), "{}", with.text);
    assert!(with.html.unwrap().contains("See the invoice"));
}

#[test]
fn a_credit_note_is_enclosed_and_linked_as_an_invoice_is() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Payer", "EUR");
    let ann = json!({
        "account": account["id"], "email": "ann@payer.test", "name": "Ann Lee",
        "roles": ["customer_admin"],
    });
    operator.post("/users", &ann);
    let offer = market.offer("Cloud", &[monthly("Base", "EUR", "10")]);
    market.order(&account, &offer, 1);
    let invoice = text(&market.invoices(&account)[0]["id"]);
    let body = json!({ "reason": "gesture" });
    let note = operator.post(&format!("/invoices/{invoice}/credit"), &body);
    market.house.app.keep_duties();
    let mut sent = letters(&market.house, "ann@payer.test").into_iter();
    let letter = sent.rfind(|it| it.subject.starts_with("Credit note")).expect("a note");
    let files: Vec<_> = letter.attachments.iter().map(|it| it.file_name.clone()).collect();
    assert_eq!(files, [format!("{}.pdf", text(&note["number"]))]);
    assert!(letter.attachments[0].bytes.starts_with(b"%PDF-"), "it can be read");
    let link = format!("/ui/credit-notes/{}", text(&note["id"]));
    assert!(letter.text.contains(&link), "{}", letter.text);
    market.must_be_whole();
}

/// Whoever administers an account is written to where it names no contact, also before they come.
#[test]
fn who_was_invited_is_written_to_where_no_contact_is_named() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = operator.post("/accounts", &json!({ "name": "Blue Whale", "address": address }));
    let invite = |email: &str, roles: Value| {
        let user =
            json!({ "account": account["id"], "email": email, "name": "Ann Lee", "roles": roles });
        operator.post("/users", &user);
    };
    invite("member@whale.test", json!([]));
    invite("admin@whale.test", json!(["customer_admin"]));
    let offer = market.offer("Cloud", &[monthly("Base", "EUR", "10")]);
    market.order(&account, &offer, 1);
    market.house.app.keep_duties();
    let told = |to: &str| letters(&market.house, to).into_iter().map(|it| it.subject);
    let of_invoices = |to: &str| told(to).filter(|it| it.starts_with("Invoice")).count();
    assert_eq!((of_invoices("admin@whale.test"), of_invoices("member@whale.test")), (1, 0));
}

#[test]
fn a_mail_that_is_not_taken_is_tried_again_given_up_and_sent_after_all() {
    let house = House::on("2026-01-01");
    house.app.keep_duties();
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    house.app.outside.letters.fail(Mishap::Later);
    let account = &house.north.customer.account;
    let ann = json!({ "account": account, "email": "ann@north.test", "name": "Ann Lee" });
    north.post("/users", &ann);
    house.app.keep_duties();
    let id = text(&north.get("/mails?limit=1")["items"][0]["id"]);
    let fields = "fields=state,attempts,next_attempt_at,last_error";
    let show =
        |said: &Protocol| said.say(&north, "north", &format!("GET /mails/{id}?{fields}"), None);
    show(&said);
    said.say(&north, "north", &format!("POST /mails/{id}/retry"), None);
    house.app.outside.letters.fail(Mishap::Refused);
    house.app.pass("1 day");
    house.app.keep_duties();
    show(&said);
    said.say(&north, "north", "GET /mails?state=failed&fields=to,occasion", None);
    said.say(&house.client(&house.south.admin), "south", &format!("GET /mails/{id}"), None);
    said.say(&house.client(&house.north.customer.admin), "buyer", "GET /mails", None);
    said.say(&north, "north", &format!("POST /mails/{id}/retry?{fields}"), None);
    house.app.keep_duties();
    show(&said);
    let sent = letters(&house, "ann@north.test").len();
    expect![[r#"
        > GET /mails/{mal1}?fields=state,attempts,next_attempt_at,last_error [north]
        200 OK {"attempts":1,"id":"{mal1}","last_error":"as the script says","next_attempt_at":"2026-01-01T00:01:00Z","state":"queued"}
        > POST /mails/{mal1}/retry [north]
        409 Conflict {"type":"/problems/mail_state_forbids","title":"The state of the mail does not allow the operation.","status":409,"detail":"cannot retry a mail that is queued","request_id":"…"}
        > GET /mails/{mal1}?fields=state,attempts,next_attempt_at,last_error [north]
        200 OK {"attempts":2,"id":"{mal1}","last_error":"as the script says","next_attempt_at":null,"state":"failed"}
        > GET /mails?state=failed&fields=to,occasion [north]
        200 OK {"items":[{"id":"{mal1}","occasion":"welcome","to":"ann@north.test"}],"next_cursor":null}
        > GET /mails/{mal1} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{mal1}` is not there","request_id":"…"}
        > GET /mails [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: mail_read","request_id":"…"}
        > POST /mails/{mal1}/retry?fields=state,attempts,next_attempt_at,last_error [north]
        200 OK {"attempts":0,"id":"{mal1}","last_error":"as the script says","next_attempt_at":"2026-01-02T00:00:00Z","state":"queued"}
        > GET /mails/{mal1}?fields=state,attempts,next_attempt_at,last_error [north]
        200 OK {"attempts":1,"id":"{mal1}","last_error":null,"next_attempt_at":null,"state":"sent"}
    "#]].assert_eq(&said.text());
    assert_eq!(sent, 1);
}

/// The id of the template for an occasion.
fn template(client: &Client<'_>, occasion: &str) -> String {
    let all = client.get("/notification_templates");
    let found = all["items"].as_array().unwrap().iter().find(|it| it["occasion"] == occasion);
    text(&found.unwrap()["id"])
}

#[test]
fn a_seller_says_it_in_its_own_words_or_not_at_all() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let id = template(&north, "welcome");
    let path = format!("/notification_templates/{id}");
    let say = |what: &str, body: &Value| said.say(&north, "north", what, Some(body));
    let english = |text: &str| json!({ "texts": { "en": { "subject": "Hi", "text": text } } });
    let patch = format!("PATCH {path}?fields=revision,firing");
    say(&patch, &english("Hi {{ person.name }}: {{ link|web }}"));
    say(&patch, &english("{{ person.shoe_size }}"));
    say(&patch, &english("{% set a = 1 %}"));
    say(&patch, &json!({ "texts": { "xyz": { "subject": "Hi", "text": "Hi" } } }));
    say(&patch, &json!({ "firing": "sometimes" }));
    said.say(&house.client(&house.south.admin), "south", &format!("GET {path}"), None);
    said.say(&house.client(&house.north.customer.admin), "buyer", &format!("GET {path}"), None);
    say(&format!("POST {path}/preview"), &json!({}));
    say(
        &format!("POST {path}/preview"),
        &json!({ "text": { "subject": "{{ nobody }}", "text": "a" } }),
    );
    say(&format!("POST {path}/preview"), &json!({ "event": 1 }));
    for (customer, email) in
        [(&house.north.customer, "a@north.test"), (&house.south.customer, "a@south.test")]
    {
        house.client(&customer.admin).post("/users", &json!({ "email": email, "name": "Ann Lee" }));
    }
    house.app.keep_duties();
    let texts = |email: &str| {
        letters(&house, email).iter().map(|it| it.subject.clone()).collect::<Vec<_>>()
    };
    assert_eq!(texts("a@north.test"), ["Hi"]);
    assert_eq!(texts("a@south.test"), ["Your access to South Reseller"]);
    say(&patch, &json!({ "firing": "off" }));
    house
        .client(&house.north.customer.admin)
        .post("/users", &json!({ "email": "b@north.test", "name": "Bo Lee" }));
    house.app.keep_duties();
    assert_eq!(texts("b@north.test"), [""; 0]);
    expect![[r#"
        > PATCH /notification_templates/{ntf1}?fields=revision,firing {"texts":{"en":{"subject":"Hi","text":"Hi {{ person.name }}: {{ link|web }}"}}} [north]
        200 OK {"firing":"on","id":"{ntf1}","revision":1}
        > PATCH /notification_templates/{ntf1}?fields=revision,firing {"texts":{"en":{"subject":"Hi","text":"{{ person.shoe_size }}"}}} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/texts/en/text` line 1: undefined value","request_id":"…","errors":[{"pointer":"/texts/en/text","rule":"template","message":"line 1: undefined value"}]}
        > PATCH /notification_templates/{ntf1}?fields=revision,firing {"texts":{"en":{"subject":"Hi","text":"{% set a = 1 %}"}}} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/texts/en/text` line 1: `set` is not known; there are if, elif, else, endif, for, endfor, extends, from, block, endblock","request_id":"…","errors":[{"pointer":"/texts/en/text","rule":"template","message":"line 1: `set` is not known; there are if, elif, else, endif, for, endfor, extends, from, block, endblock"}]}
        > PATCH /notification_templates/{ntf1}?fields=revision,firing {"texts":{"xyz":{"subject":"Hi","text":"Hi"}}} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/texts/xyz` must be a locale such as `de` or `en_US`","request_id":"…","errors":[{"pointer":"/texts/xyz","rule":"format","message":"must be a locale such as `de` or `en_US`"}]}
        > PATCH /notification_templates/{ntf1}?fields=revision,firing {"firing":"sometimes"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/firing` `sometimes` is not one of on, off","request_id":"…","errors":[{"pointer":"/firing","rule":"format","message":"`sometimes` is not one of on, off"}]}
        > GET /notification_templates/{ntf1} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{ntf1}` is not there","request_id":"…"}
        > GET /notification_templates/{ntf1} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: notification_read","request_id":"…"}
        > POST /notification_templates/{ntf1}/preview {} [north]
        200 OK {"subject":"Hi","text":"Hi Ann Example: https://billing.example.com/i/0198","html":null}
        > POST /notification_templates/{ntf1}/preview {"text":{"subject":"{{ nobody }}","text":"a"}} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/subject` line 1: undefined value","request_id":"…","errors":[{"pointer":"/subject","rule":"template","message":"line 1: undefined value"}]}
        > POST /notification_templates/{ntf1}/preview {"event":1} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/event` `1` is not there","request_id":"…","errors":[{"pointer":"/event","rule":"reference","message":"`1` is not there"}]}
        > PATCH /notification_templates/{ntf1}?fields=revision,firing {"firing":"off"} [north]
        200 OK {"firing":"off","id":"{ntf1}","revision":2}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_mail_is_sent_once_however_many_hands_are_at_it() {
    let house = House::on("2026-01-01");
    house.app.keep_duties();
    let operator = house.operator();
    let account = &house.customer.account;
    for number in 0..30 {
        let body = json!({
            "account": account, "email": format!("ann{number}@home.test"), "name": "Ann Lee",
        });
        operator.post("/users", &body);
    }
    let before = house.app.outside.sent().len();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| duty::run_all(&house.app.bss).unwrap());
        }
    });
    assert_eq!(house.app.outside.sent().len() - before, 30);
}

/// Who writes the text could have the link sent on to itself, and choose the password of who may do more.
#[test]
fn the_link_of_an_operator_is_in_nobodys_words_but_the_houses() {
    let house = House::on("2026-01-01");
    let operator = &house.operator;
    let vera =
        invite(&house.app, operator, &operator.account, "vera@provider.test", "vendor_admin");
    let vera = house.client(&vera);
    for occasion in ["password_reset", "welcome"] {
        let text = "https://vera.example/x#{{ link }}";
        let texts = json!({ "texts": { "en": { "subject": "Mine", "text": text } } });
        vera.patch(&format!("/notification_templates/{}", template(&vera, occasion)), &texts);
    }
    let nobody = Client::nobody(&house.app);
    let (admin, olga) = (&house.customer.admin.email, &operator.email);
    for email in [admin, olga] {
        nobody.post("/password/reset", &json!({ "email": email }));
    }
    let oskar = json!({
        "account": operator.account, "email": "oskar@provider.test", "name": "Oskar",
        "roles": ["operator"],
    });
    house.operator().post("/users", &oskar);
    house.app.keep_duties();
    let last = |to: &str| letters(&house, to).pop().unwrap();
    assert_eq!(last(admin).subject, "Mine");
    for to in [olga, "oskar@provider.test"] {
        let letter = last(to);
        assert!(!letter.text.contains("vera.example"), "{}", letter.text);
        assert!(letter.text.contains("/ui/password#token="), "{}", letter.text);
    }
}
