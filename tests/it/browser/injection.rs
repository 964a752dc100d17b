//! What people write is shown as text and never run, wherever it can be written and wherever it is
//! shown.

use serde_json::{Value, json};

use super::chromium::chromium;
use super::complaint::TRAP;
use super::stage::{OLGA, Stage};
use super::tab::Tab;
use crate::harness::market::{monthly, text};

/// Texts that are markup, addresses or code to whoever takes them for it; `!` stands for the call
/// that must never come.
const TEXTS: [&str; 36] = [
    "<script>!</script>",
    "\"><script>!</script>",
    "'><script>!</script>",
    "</title><script>!</script>",
    "</textarea><script>!</script>",
    "--><script>!</script>",
    "]]><script>!</script>",
    "<ScRiPt>!</sCrIpT>",
    "<scr<script>ipt>!</scr</script>ipt>",
    "<script src=data:text/javascript,!></script>",
    "<img src=x onerror=!>",
    "\"><img src=x onerror=\"!\">",
    "<img src=x:x onerror=!//>",
    "<svg onload=!>",
    "<svg><script>!</script></svg>",
    "<svg><animate onbegin=! attributeName=x dur=1s>",
    "<math><mtext><mglyph><style><img src=x onerror=!></style>",
    "<iframe srcdoc=\"<script>parent.!</script>\"></iframe>",
    "<iframe src=javascript:parent.!></iframe>",
    "<input autofocus onfocus=!>",
    "<textarea autofocus onfocus=!></textarea>",
    "<details open ontoggle=!>x</details>",
    "<video><source onerror=!></video>",
    "<audio src=x onerror=!>",
    "<object data=javascript:!></object>",
    "<embed src=javascript:!>",
    "<a href=javascript:!>x</a>",
    "<form action=javascript:!><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:!'>",
    "<base href=javascript:!//>",
    "<link rel=stylesheet href=javascript:!>",
    "<template><script>!</script></template>",
    "javascript:!",
    "' onmouseover='!' autofocus onfocus='!",
    "${!}{{constructor.constructor('!')()}}",
    "&lt;script&gt;!&lt;/script&gt;",
];

/// The pages on which they come up.
const PAGES: &[&str] = &[
    "/",
    "/accounts",
    "/accounts/{account}",
    "/accounts/{account}?part=users",
    "/accounts/{account}?part=invoices",
    "/accounts/{account}?part=statement",
    "/orders",
    "/subscriptions",
    "/catalogue",
    "/catalogue/{offer}",
    "/usage",
    "/invoices",
    "/invoices/{invoice}",
    "/payments",
    "/settings?part=security",
    "/settings?part=tax",
    "/catalogue/{offer}/edit",
    "/blocks",
    "/blocks?part=meters",
    "/blocks?part=categories",
    "/accounts/{account}?part=billing",
    "/accounts/{account}?part=subscriptions",
    "/accounts/{account}?part=timeline",
    "/accounts/{account}?edit=1",
    "/accounts/{account}?order=1",
    "/accounts?new=1",
    "/blocks?part=resources",
    "/blocks?part=terms",
    "/blocks?part=attributes",
    "/catalogue/new",
    "/billing",
    "/journal",
    "/settings?part=letterhead",
    "/settings?part=discounts",
    "/settings?part=classes",
    "/settings?part=audit",
    "/settings?part=hearing",
];

/// Ways out of where a text stands.
const WAYS_OUT: &[&str] =
    &["</xmp>", "\">", "'>", "</style>", "</noscript>", "`>", "</option></select>", "%22%3E"];
/// What may come then.
const THEN: &[&str] = &[
    "<script>!</script>",
    "<img src=x onerror=!>",
    "<svg/onload=!>",
    "<b onpointerenter=! style=position:fixed;inset:0>x</b>",
    "<a href='java\tscript:!'>x</a>",
    "<a href=\"javascript&colon;!\">x</a>",
    "<iframe src=data:text/html,<script>!</script>></iframe>",
    "<body onpageshow=!>",
    "<marquee onstart=!>x</marquee>",
    "<xss contenteditable autofocus onfocus=!>x</xss>",
    "<details/open/ontoggle=!>",
    "<svg><use href='data:image/svg+xml,<svg onload=!/>'/></svg>",
    "<style>@import'javascript:!'</style>",
    "<img srcset=x onerror=!>",
    "<math><a xlink:href=javascript:!>x</a></math>",
    "\u{202e}<script>!</script>",
];

/// All texts: those above, and each of these after each way out.
fn texts() -> Vec<String> {
    let after = WAYS_OUT.iter().flat_map(|way| THEN.iter().map(move |it| format!("{way}{it}")));
    TEXTS.iter().map(|it| (*it).to_owned()).chain(after).collect()
}

#[test]
fn what_people_write_is_never_run() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let texts: Vec<_> = texts().iter().map(|it| it.replace('!', &format!("{TRAP}('x')"))).collect();
    assert!(texts.len() >= 150, "{} texts", texts.len());
    let refused = texts.iter().enumerate().map(|it| write(&stage, it)).sum::<usize>();
    // A field may refuse a text; most take any.
    assert!(refused < texts.len(), "{refused} were refused");
    let things = write_everywhere(&stage, &texts);
    let tab = stage.signed_in(chromium, OLGA);
    for page in PAGES {
        let page = things.iter().fold((*page).to_owned(), |it, (name, id)| it.replace(name, id));
        tab.go(&format!("/ui{page}"));
        must_be_harmless(&tab, &page);
    }
    tab.go("/ui/");
    tab.sees("Recent invoices");
    tab.press("Control+k");
    tab.until("document.activeElement.role === 'combobox'");
    tab.type_text("<s");
    tab.until("document.querySelectorAll('[role=option]').length > 3");
    must_be_harmless(&tab, "the palette");
}

/// Writes a text where there may be many: how many fields refused it.
fn write(stage: &Stage, (number, it): (usize, &String)) -> usize {
    let operator = stage.market.operator();
    let fields = [
        ("/accounts", json!({ "name": it, "description": it })),
        ("/categories", json!({ "name": { "en": it } })),
        ("/meters", json!({ "code": format!("m{number}"), "name": it, "unit": "GB" })),
        ("/tax_zones", json!({ "code": format!("Z{number}"), "name": it })),
        ("/tokens", json!({ "name": it })),
    ];
    let refused = fields.iter().filter(|(path, body)| {
        !operator.call(&format!("POST {path}"), Some(body)).status.is_success()
    });
    refused.count()
}

/// Writes all of the texts wherever something of one account can hold them, and returns what stands
/// for what.
fn write_everywhere(stage: &Stage, texts: &[String]) -> [(&'static str, String); 3] {
    let (market, operator) = (&stage.market, stage.market.operator());
    let (half, other_half) = texts.split_at(texts.len() / 2);
    let all = half.join("\n");
    let body = json!({
        "name": texts[0], "description": all,
        "address": { "street": texts[10], "city": texts[13], "country": "DE" },
        "billing": { "currency": "EUR" },
    });
    let account = operator.post("/accounts", &body);
    let id = text(&account["id"]);
    let offer = market.offer(&texts[1], &[monthly(&texts[2], "EUR", "10")]);
    let change = json!({ "description": { "en": other_half.join("\n") } });
    operator.patch(&format!("/offers/{offer}"), &change);
    market.order(&account, &offer, 1);
    let invite = json!({
        "account": id, "email": "x@example.com", "name": texts[10], "roles": ["member"],
    });
    operator.call("POST /users", Some(&invite));
    let pay = json!({
        "account": id, "amount": { "amount": "1", "currency": "EUR" }, "reference": texts[11],
    });
    operator.post("/payments", &pay);
    operator.post(&format!("/accounts/{id}/hold"), &json!({ "reason": "X", "comment": texts[14] }));
    let terms = json!({ "grace_days": 1, "hold_days": 1, "destroy": true });
    let methods = format!("/accounts/{id}/payment_methods");
    for (path, body) in [
        ("/classes", json!({ "name": texts[3], "description": texts[20] })),
        ("/service_terms", json!({ "name": texts[4], "paid": terms })),
        ("/resources", json!({ "name": { "en": texts[5] }, "unit": "GB" })),
        ("/specifications", json!({ "name": { "en": texts[6] } })),
        (
            "/attribute_definitions",
            json!({ "name": "asked", "applies_to": "account", "description": texts[7] }),
        ),
        ("/billing_accounts", json!({ "account": id, "name": texts[8], "reference": texts[9] })),
        (methods.as_str(), json!({ "kind": "cash", "name": texts[15] })),
        ("/consumer_keys", json!({ "name": texts[16] })),
    ] {
        operator.post(path, &body);
    }
    let invoice = market.invoices(&account).first().map(|it: &Value| text(&it["id"]));
    [("{account}", id), ("{offer}", offer), ("{invoice}", invoice.unwrap())]
}

#[track_caller]
fn must_be_harmless(tab: &Tab, page: &str) {
    let complaints = tab.complaints();
    assert!(complaints.is_empty(), "{page}: {}", complaints.join("\n"));
    let addresses = "[...document.querySelectorAll('[href], [src], [action], [data]')].filter((it) =>
        ['href', 'src', 'action', 'data'].some((name) => /^\\s*(javascript|data:text)/i.test(it.getAttribute(name) ?? ''))).map(sign)";
    assert_eq!(tab.eval(addresses), json!([]), "{page}");
}
