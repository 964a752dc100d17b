//! One deed for every route that writes: who does it, to what, with which body.
//!
//! Tests walk this table: what survives a power cut, what strangers are refused, what bad input
//! does. A route without a row fails them.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;
use tillbox::api::v1::rights;

use super::app::{Answer, App};
use super::client::Client;
use super::stage::{Names, Scene};

/// What may become of a deed that is cut off and done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It is done whole or not at all, and answered the same when it is asked for again.
    Once,
    /// It is done whole or not at all, and done anew each time, like a sign-in, or an answer that
    /// nothing is done for.
    Anew,
    /// It is several commits, and each leaves the house in order.
    Several,
    /// The same as once, but nobody waits for it, so that the answer tells nothing.
    Unawaited,
}

/// A request that writes and that the stage lets succeed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deed {
    /// Method and path, with names of the stage in braces.
    pub(crate) what: &'static str,
    /// On which scene.
    pub(crate) scene: Scene,
    /// Who does it: the name of a token of the stage, `nobody`, or `session`.
    pub(crate) by: &'static str,
    /// The body, with names of the stage after dollar signs.
    body: &'static str,
    /// What may become of it.
    pub(crate) manner: Manner,
}

/// A deed on the quiet scene, done once.
pub(crate) const fn deed(what: &'static str, by: &'static str, body: &'static str) -> Deed {
    Deed { what, scene: Scene::Quiet, by, body, manner: Manner::Once }
}

impl Deed {
    const fn on(self, scene: Scene) -> Self {
        Self { scene, ..self }
    }

    const fn done(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    /// Its row in the table of routes.
    pub(crate) fn route(&self) -> String {
        let (method, path) = self.what.split_once(' ').unwrap();
        let parts = path.split('/').map(|it| match it {
            "{sandbox_token}" | "{page_token}" => "{token}",
            "{version_label}" => "{label}",
            "{cart_line}" | "{order_item}" => "{key}",
            "{usage_source}" => "{code}",
            it if it.starts_with('{') => "{id}",
            it => it,
        });
        format!("{method} {}", parts.collect::<Vec<_>>().join("/"))
    }

    /// Method and path with the things of a side.
    pub(crate) fn request(&self, names: &Names) -> String {
        let parts = self.what.split('/').map(|it| match it.strip_prefix('{') {
            Some(name) => names[name.trim_end_matches('}')].clone(),
            None => it.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// The body with the things of a side; nothing if it has none.
    pub(crate) fn body(&self, names: &Names) -> Option<Value> {
        let mut text = self.body.to_owned();
        for (name, value) in names.iter().rev() {
            text = text.replace(&format!("${name}"), value);
        }
        assert!(!text.contains('$'), "{} names what is not on the stage: {text}", self.what);
        (!text.is_empty()).then(|| serde_json::from_str(&text).unwrap())
    }

    /// Who does it, of a side.
    pub(crate) fn doer<'a>(&self, app: &'a App, names: &Names) -> Client<'a> {
        match self.by {
            "nobody" => Client::nobody(app),
            "session" => Client::nobody(app)
                .header("cookie", &names["cookie"])
                .header("x-csrf-token", &names["csrf"]),
            token => Client::with_token(app, &names[token]),
        }
    }

    /// Does it.
    pub(crate) fn is_done(&self, app: &App, names: &Names) -> Answer {
        let doer = self.doer(app, names).header("idempotency-key", "deed");
        doer.call(&self.request(names), self.body(names).as_ref())
    }
}

/// Routes for which nothing stands on the stage yet, and why: this list only becomes shorter.
const UNSTAGED: &[(&str, &str)] = &[
    ("POST /gateways/{id}/callback", "a call-back is signed over its body, see v1::gateways"),
    ("POST /mails/{id}/retry", "no mail of the stage has failed for good"),
    ("POST /tasks/{id}/callback/{token}", "no task of the stage waits for another system"),
];

/// All deeds; every route that writes has one.
pub(crate) fn deeds() -> Vec<Deed> {
    let rows: Vec<_> = DEEDS.to_vec();
    let known: BTreeSet<_> = rows.iter().map(Deed::route).collect();
    let routes = rights().into_iter().filter(|it| it.0 != Method::GET.as_str());
    let missing = routes.map(|it| format!("{} {}", it.0, it.1)).filter(|it| !known.contains(it));
    let is_staged = |it: &String| !UNSTAGED.iter().any(|(route, _)| route == it);
    let missing: Vec<_> = missing.filter(is_staged).collect();
    assert!(
        missing.is_empty(),
        "these routes write and have no row in tests/it/harness/deeds.rs; add one that succeeds on \
         the stage of tests/it/harness/stage.rs, and the tests of power cuts, strangers and bad \
         input try it: {missing:#?}"
    );
    rows
}

#[rustfmt::skip] // so that a deed is a line
const DEEDS: &[Deed] = &[
    deed("POST /accounts", "seller", r#"{"name":"$side New"}"#),
    deed("PATCH /accounts/{customer}", "seller", r#"{"description":"$side renamed"}"#),
    deed("POST /accounts/{prospect}/activate", "seller", "{}"),
    deed("POST /accounts/{customer}/credit", "seller", r#"{"score":700}"#),
    deed("POST /accounts/{customer}/close", "seller", "{}"),
    deed("POST /accounts/{customer}/hold", "seller", r#"{"reason":"FRAUD"}"#),
    deed("POST /accounts/{wanderer}/move", "operator", r#"{"parent":"$customer"}"#),
    deed("POST /accounts/{held}/release", "seller", "{}"),
    deed("POST /accounts/{customer}/payment_methods", "buyer", r#"{"kind":"wallet","gateway":"paypal","token":"$side-token"}"#),
    deed("POST /accounts/{customer}/payment_methods/page", "buyer", "{}").done(Manner::Several),
    deed("POST /accounts/{customer}/payment_methods/kept", "buyer", r#"{"visit":"$card_visit"}"#).done(Manner::Several),
    deed("POST /asset_types", "seller", r#"{"code":"model","name":"$side Model","fields":[{"name":"level","input":"select","options":["low","high"],"default":"low"}]}"#),
    deed("PATCH /asset_types/{asset_type}", "seller", r#"{"name":"$side Data"}"#),
    deed("DELETE /asset_types/{spare_asset_type}", "seller", ""),
    deed("POST /assets", "seller", r#"{"name":"$side Map","kind":"dataset","url":"https://$side.example.com/map","metadata":{"licence":"MIT"}}"#),
    deed("PATCH /assets/{asset}", "seller", r#"{"name":"$side Weather"}"#),
    deed("POST /assets/{asset}/versions", "seller", r#"{"label":"2.0","url":"https://$side.example.com/weather"}"#),
    deed("PUT /assets/{asset}/versions/{version_label}", "seller", r#"{"rain":"$side"}"#).done(Manner::Several),
    deed("POST /assets/{spare_asset}/withdraw", "seller", "{}"),
    deed("POST /attribute_definitions", "seller", r#"{"name":"po_number","applies_to":"order"}"#),
    deed("PATCH /attribute_definitions/{definition}", "seller", r#"{"description":"$side asks"}"#),
    deed("DELETE /attribute_definitions/{definition}", "seller", ""),
    deed("POST /bank_statements", "seller", r#"{"camt":"<Document><BkToCstmrStmt><Stmt><Id>S-2</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct><Ntry><Amt Ccy='EUR'>4</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-01</Dt></BookgDt></Ntry></Stmt></BkToCstmrStmt></Document>"}"#).done(Manner::Several),
    deed("POST /bank_statements/{bank_statement}/assign", "seller", r#"{"line":0,"account":"$customer"}"#),
    deed("POST /bank_statements/{bank_statement}/put_aside", "seller", r#"{"line":0}"#),
    deed("POST /billing_accounts", "seller", r#"{"account":"$customer","name":"$side Third"}"#),
    deed("PATCH /billing_accounts/{further}", "seller", r#"{"name":"$side Second"}"#),
    deed("POST /billing_accounts/{billing_account}/bill", "operator", "{}").on(Scene::Due),
    deed("POST /billing_accounts/{further}/close", "seller", "{}"),
    deed("POST /billing_accounts/{further}/default", "seller", "{}"),
    deed("POST /billing_accounts/{suspended}/resume", "seller", "{}"),
    deed("POST /billing_accounts/{billing_account}/suspend", "seller", "{}"),
    deed("POST /billing_accounts/{planned}/withdraw", "seller", "{}"),
    deed("POST /billing_runs", "operator", "{}").on(Scene::Due).done(Manner::Several),
    deed("POST /billing_runs/{run}/cancel", "operator", "{}").on(Scene::Running),
    deed("POST /carts", "buyer", r#"{"account":"$customer"}"#),
    deed("DELETE /carts/{cart}", "buyer", ""),
    deed("POST /carts/{cart}/checkout", "buyer", "{}").done(Manner::Several),
    deed("POST /carts/{cart}/empty", "buyer", "{}"),
    deed("POST /carts/{cart}/items", "buyer", r#"{"offer":"$pooled"}"#),
    deed("DELETE /carts/{cart}/items/{cart_line}", "buyer", ""),
    deed("PATCH /carts/{cart}/items/{cart_line}", "buyer", r#"{"quantity":3}"#),
    deed("POST /carts/{cart}/order", "buyer", "{}"),
    deed("POST /categories", "seller", r#"{"name":{"en":"$side More"}}"#),
    deed("PATCH /categories/{category}", "seller", r#"{"name":{"en":"$side Wares"}}"#),
    deed("POST /categories/{hidden}/launch", "seller", "{}"),
    deed("POST /categories/{category}/retire", "seller", "{}"),
    deed("POST /checkouts", "seller", r#"{"invoice":"$to_be_charged","payment_method":"$card"}"#).done(Manner::Several),
    deed("POST /classes", "seller", r#"{"name":"$side Silver"}"#),
    deed("DELETE /classes/{class}", "seller", ""),
    deed("PATCH /classes/{class}", "seller", r#"{"due_days":7}"#),
    deed("POST /clock/advance", "operator", r#"{"to":"2026-08-01T00:00:00Z"}"#).on(Scene::Due).done(Manner::Several),
    deed("POST /clock/confirm", "operator", "{}").on(Scene::Jumped),
    deed("POST /consumer_keys", "seller", r#"{"name":"$side second"}"#),
    deed("DELETE /consumer_keys/{consumer_key}", "seller", ""),
    deed("PATCH /consumer_keys/{consumer_key}", "seller", r#"{"operations":[{"type":"http://a.test/info","verb":"POST"}]}"#),
    deed("POST /coupons", "seller", r#"{"code":"AUTUMN","discount":"$unlocked"}"#),
    deed("PATCH /coupons/{coupon}", "seller", r#"{"uses_max":7}"#),
    deed("POST /coupons/{coupon}/end", "seller", "{}"),
    deed("POST /debit_orders", "seller", "{}").done(Manner::Several),
    deed("POST /debit_orders/{debit_order}/cancel", "seller", "{}"),
    deed("POST /debit_orders/{debit_order}/complete", "seller", r#"{"received_on":"2026-01-01"}"#),
    deed(
        "POST /discounts",
        "seller",
        r#"{"name":{"en":"$side Spring"},"percent":"10","access":"coupon","lasting":"once"}"#,
    ),
    deed("PATCH /discounts/{discount}", "seller", r#"{"priority":3}"#),
    deed("POST /discounts/{discount}/end", "seller", "{}"),
    deed("POST /gateways", "seller", r#"{"kind":"stripe","name":"$side Stripe","secret":"sk_test_1","signing_secret":"whsec_1"}"#),
    deed("PATCH /gateways/{gateway}", "seller", r#"{"retry_days":[1,2]}"#),
    deed("DELETE /gateways/{gateway}", "seller", ""),
    deed("PUT /identity_providers", "operator", r#"{"code":"$side","name":"$side","issuer":"https://id.example.com","client_id":"till","client_secret":"s"}"#),
    deed("DELETE /identity_providers/{identity_provider}", "operator", ""),
    deed("POST /invoices/{invoice}/credit", "seller", r#"{"reason":"$side kindness"}"#),
    deed("POST /invoices/{invoice}/link", "seller", "{}").done(Manner::Anew),
    deed("POST /accounts/{reseller}/invoice_links/take_back", "seller", "{}"),
    deed("POST /invoice_pages/{unpaid}/{page_token}/pay", "nobody", "{}").done(Manner::Several),
    deed("POST /invoices/{unpaid}/dispute", "seller", r#"{"reason":"$side not ordered"}"#),
    deed("POST /invoices/{invoice}/resolve_dispute", "seller", r#"{"in_favor_of":"seller","reason":"$side ordered it"}"#),
    deed("POST /payment_plans", "seller", r#"{"account":"$payer","instalments":2,"first_on":"2026-06-01"}"#),
    deed("POST /payment_plans/{plan}/cancel", "seller", "{}"),
    deed("POST /invoices/{unpaid}/write_off", "seller", "{}"),
    deed("POST /invoices/{given_up}/revive", "seller", "{}"),
    deed("POST /letterheads", "seller", r##"{"bank":{"iban":"DE89370400440532013000"},"registration":"$side HRB 1","color":"#123456"}"##).done(Manner::Several),
    deed("POST /listeners", "seller", r#"{"callback":"https://hooks.$side.example/more","patterns":["invoice.issued"]}"#),
    deed("PATCH /listeners/{listener}", "seller", r#"{"patterns":["order.*"]}"#),
    deed("DELETE /listeners/{listener}", "seller", ""),
    deed("POST /listeners/{listener}/pause", "seller", "{}"),
    deed("POST /listeners/{paused_listener}/resume", "seller", "{}"),
    deed("POST /listeners/{listener}/rotate", "seller", "{}"),
    deed("POST /listeners/{paused_listener}/test", "seller", "{}"),
    deed("POST /meters", "seller", r#"{"code":"CALLS","name":"$side Calls","unit":"call"}"#),
    deed("PATCH /meters/{meter}", "seller", r#"{"name":"$side Flow"}"#),
    deed("PATCH /notification_templates/{template}", "seller", r#"{"firing":"off"}"#),
    deed("POST /notification_templates/{template}/preview", "seller", "{}"),
    deed("POST /offers", "seller", r#"{"name":{"en":"$side Offer"},"specification":"$specification"}"#),
    deed("PATCH /offers/{drafted}", "seller", r#"{"name":{"en":"$side Better"}}"#),
    deed("DELETE /offers/{drafted}", "seller", ""),
    deed("POST /offers/{ready}/publish", "seller", "{}"),
    deed("POST /offers/{offer}/unpublish", "seller", "{}"),
    deed("POST /offers/{ready}/launch", "seller", "{}"),
    deed("POST /offers/{testing}/activate", "seller", "{}"),
    deed("POST /characteristics/calculate", "seller", r#"{"characteristics":[{"name":"$side size"}]}"#).done(Manner::Anew),
    deed("POST /offers/{offer}/calculate", "seller", r#"{"currency":"EUR"}"#).done(Manner::Anew),
    deed("POST /offers/{testing}/design", "seller", "{}"),
    deed("POST /offers/{testing}/reject", "seller", "{}"),
    deed("POST /offers/{offer}/list", "seller", "{}"),
    deed("POST /offers/{offer}/take_off", "seller", "{}").done(Manner::Anew),
    deed("POST /offers/{offer}/retire", "seller", "{}"),
    deed("POST /offers/{drafted}/test", "seller", "{}"),
    deed("POST /orders", "buyer", r#"{"account":"$customer","items":[{"offer":"$offer"}]}"#),
    deed("POST /orders/preview", "buyer", r#"{"account":"$customer","items":[{"offer":"$offer"}]}"#),
    deed("POST /orders/checkout", "buyer", r#"{"order":{"account":"$customer","items":[{"offer":"$offer"}]}}"#).done(Manner::Several),
    deed("POST /orders/{unpaid_order}/follow", "buyer", "{}").done(Manner::Several),
    deed("POST /orders/{unpaid_order}/pay", "buyer", "{}").done(Manner::Several),
    deed("POST /orders/{waiting}/cancel", "seller", "{}"),
    deed("POST /orders/{order_6}/items/{order_item}/start", "seller", "{}"),
    deed("POST /orders/{order_6}/items/{order_item}/complete", "seller", "{}"),
    deed("POST /orders/{order_6}/items/{order_item}/fail", "seller", r#"{"reason":"$side has none"}"#),
    deed("POST /orders/{waiting}/hold", "seller", r#"{"reason":"$side has no room"}"#),
    deed("POST /orders/{waiting}/ask", "seller", r#"{"what":"the address of $side"}"#),
    deed("POST /orders/{kept_back}/resume", "seller", "{}"),
    deed("POST /orders/{waiting}/reject", "seller", r#"{"reason":"$side sells none"}"#),
    deed("POST /orders/{waiting}/expect", "seller", r#"{"at":"2026-07-01T00:00:00Z"}"#),
    deed("POST /orders/{order}/notes", "buyer", r#"{"text":"$side rings twice"}"#),
    deed("POST /parties", "seller", r#"{"organization":{"trading_name":"$side Club"}}"#),
    deed("PATCH /parties/{party}", "seller", r#"{"attributes":{"note":"$side"}}"#),
    deed("POST /parties/{party}/end", "seller", "{}"),
    deed("POST /parties/{party}/validate", "operator", "{}"),
    deed("POST /password", "member", r#"{"present":"$password","password":"another-1-of-the-box!"}"#).done(Manner::Several),
    deed("POST /password/redeem", "nobody", r#"{"token":"$invitation","password":"$password"}"#),
    deed("POST /password/renew", "nobody", r#"{"email":"$member_email","present":"$password","password":"another-1-of-the-box!"}"#).done(Manner::Several),
    deed("POST /password/reset", "nobody", r#"{"email":"$member_email"}"#).done(Manner::Unawaited),
    deed("DELETE /payment_methods/{method}", "buyer", ""),
    deed("POST /payment_methods/{method_2}/default", "seller", "{}"),
    deed("POST /payments", "seller", r#"{"account":"$customer","amount":{"amount":"5","currency":"EUR"}}"#),
    deed("POST /payments/{payment}/allocate", "seller", r#"{"allocations":[{"invoice":"$unpaid","amount":{"amount":"5","currency":"EUR"}}]}"#),
    deed("POST /payments/{payment}/refund", "seller", r#"{"amount":{"amount":"5","currency":"EUR"},"reopens":true}"#),
    deed("POST /payments/{checkout}/follow", "seller", "{}").done(Manner::Several),
    deed("POST /prices", "seller", r#"{"offer":"$drafted","name":"$side Fee","kind":"recurring","currency":"EUR","model":{"kind":"flat","amount":"1"}}"#),
    deed("PATCH /prices/{price}", "seller", r#"{"name":"$side Base fee","names":{"de":"Grundgebühr"}}"#),
    deed("DELETE /prices/{drafted_price}", "seller", ""),
    deed("POST /prices/{price}/versions", "seller", r#"{"valid_from":"2026-03-01","model":{"kind":"flat","amount":"12"}}"#),
    deed("POST /redemptions", "buyer", r#"{"account":"$customer","code":"spring"}"#),
    deed("POST /redemptions/{redemption}/end", "seller", "{}"),
    deed("POST /refunds/{refund}/complete", "seller", "{}"),
    deed("POST /refunds/{refund}/fail", "seller", r#"{"reason":"$side bank sent it back"}"#),
    deed("POST /resource_categories", "seller", r#"{"name":{"en":"$side Space"},"tax_category":"$tax_category"}"#),
    deed("PATCH /resource_categories/{resource_category}", "seller", r#"{"tax_category":"$tax_category"}"#),
    deed("POST /resources", "seller", r#"{"name":{"en":"$side Memory"},"unit":"GB"}"#),
    deed("PATCH /resources/{resource}", "seller", r#"{"name":{"en":"$side Drive"}}"#),
    deed("PUT /offers/{offer}/sla", "seller", r#"{"metrics":[{"kind":"delay","threshold":"50","unit":"ms"}]}"#),
    deed("DELETE /offers/{offer}/sla", "seller", ""),
    deed("POST /reviews", "buyer", r#"{"offer":"$offer","stars":5,"text":"$side likes it better"}"#),
    deed("DELETE /reviews/{review}", "buyer", ""),
    deed("POST /reviews/{review}/answer", "seller", r#"{"text":"$side thanks"}"#),
    deed("POST /reviews/{review}/hide", "seller", "{}"),
    deed("POST /reviews/{review}/show", "seller", "{}"),
    deed("POST /sandbox/{checkout}/{sandbox_token}", "nobody", r#"{"outcome":"pay"}"#).done(Manner::Several),
    deed("DELETE /seats/{seat}", "seller", ""),
    deed("POST /service_terms", "seller", r#"{"name":"$side Strict","paid":{"grace_days":0,"hold_days":0,"destroy":true}}"#),
    deed("PATCH /service_terms/{service_terms}", "seller", r#"{"name":"$side Lenient"}"#),
    deed("DELETE /session", "session", ""),
    deed("POST /session", "nobody", r#"{"email":"$member_email","password":"$password"}"#).done(Manner::Anew),
    deed("DELETE /sessions/{session}", "member", ""),
    deed("POST /settlements", "seller", r#"{"until":"2026-01-02"}"#).done(Manner::Several),
    deed("POST /settlements/{settlement}/pay", "seller", "{}"),
    deed("POST /setup", "nobody", r#"{"token":"$setup_token","email":"first@provider.test","name":"First","password":"$password"}"#).on(Scene::Bare),
    deed("POST /share_models", "seller", r#"{"name":"$side Parts","parts":[{"role":"owner","percent":"90"},{"role":"partner","account":"$customer","percent":"10"}]}"#),
    deed("PATCH /share_models/{spare_model}", "seller", r#"{"name":"$side Fair"}"#),
    deed("DELETE /share_models/{spare_model}", "seller", ""),
    deed("PATCH /shipments/{parcel}", "seller", r#"{"carrier":"$side Post","remark":"$side fragile"}"#),
    deed("POST /shipments/{parcel}/ship", "seller", r#"{"carrier":"$side Post","tracking_number":"1Z"}"#),
    deed("POST /shipments/{sent}/deliver", "seller", "{}"),
    deed("POST /shipments/{sent}/return", "seller", r#"{"reason":"$side nobody was there"}"#),
    deed("POST /specifications", "seller", r#"{"name":{"en":"$side Box"}}"#),
    deed("PATCH /specifications/{specification}", "seller", r#"{"name":{"en":"$side Crate"}}"#),
    deed("POST /specifications/{specification}/retire", "seller", r#"{"with_offers":true}"#),
    deed("PATCH /subscriptions/{subscription}", "seller", r#"{"attributes":{"note":"$side"}}"#),
    deed("POST /subscriptions/{subscription}/cancel", "seller", "{}"),
    deed("POST /subscriptions/{subscription}/cancel/preview", "seller", "{}"),
    deed("DELETE /subscriptions/{paid_subscription}/cancel", "seller", ""),
    deed("POST /subscriptions/{subscription}/change", "seller", r#"{"quantity":3}"#),
    deed("PUT /accounts/{reseller}/usage_sources/{usage_source}", "seller", r#"{"address":"https://meter.$side.example/more","token":"hush","every_minutes":5}"#),
    deed("DELETE /accounts/{reseller}/usage_sources/{usage_source}", "seller", ""),
    deed("POST /accounts/{reseller}/usage_sources/{usage_source}/ask", "seller", "{}"),
    deed("PATCH /accounts/{reseller}/billing_policy", "seller", r#"{"downgrade":"now"}"#),
    deed("PATCH /accounts/{reseller}/booking_chart", "seller", r#"{"standard":"skr04","client":7}"#),
    deed("POST /subscriptions/{subscription}/change/preview", "seller", r#"{"quantity":3}"#),
    deed("DELETE /subscriptions/{pool}/change", "seller", ""),
    deed("POST /subscriptions/{subscription}/hold", "seller", "{}"),
    deed("POST /subscriptions/{held_subscription}/release", "seller", "{}"),
    deed("POST /subscriptions/{subscription}/renew", "seller", "{}"),
    deed("POST /subscriptions/{subscription}/seats", "seller", r#"{"user":"$buyer_user"}"#),
    deed("POST /subscriptions/{paid_subscription}/compensate", "seller", r#"{"kind":"updates_rate","value":"1"}"#),
    deed("POST /tasks/{begun}/complete", "seller", "{}"),
    deed("POST /tasks/{failing}/fail", "seller", r#"{"error":"$side burnt"}"#),
    deed("POST /tasks/{failed}/retry", "seller", "{}"),
    deed("POST /tasks/{queued}/start", "seller", "{}"),
    deed("POST /tax_categories", "seller", r#"{"code":"FOOD","name":"$side Food"}"#),
    deed("PATCH /tax_categories/{tax_category}", "seller", r#"{"name":"$side Goods"}"#),
    deed("POST /tax_rules", "seller", r#"{"name":"$side Low","zone":"$tax_zone","category":"$tax_category","percent":"7","valid_from":"2026-01-01"}"#),
    deed("PATCH /tax_rules/{tax_rule}", "seller", r#"{"valid_until":"2027-01-01"}"#),
    deed("POST /tax_rules/{tax_rule}/replace", "seller", r#"{"name":"$side Next","percent":"21","valid_from":"2027-01-01"}"#),
    deed("POST /tax_zones", "seller", r#"{"code":"ISLE","name":"$side Isle","countries":["GB"]}"#),
    deed("PATCH /tax_zones/{tax_zone}", "seller", r#"{"name":"$side Region"}"#),
    deed("POST /tokens", "seller", r#"{"name":"$side second"}"#),
    deed("DELETE /tokens/{token}", "seller", ""),
    deed("POST /usage", "seller", r#"{"events":[{"id":"$side-e2","subscription":"$subscription","meter":"$meter","quantity":"1","at":"2026-01-01T00:00:00Z"}]}"#).done(Manner::Several),
    deed("POST /usage/void", "seller", r#"{"events":[{"id":"event-$side","subscription":"$subscription","meter":"$meter","at":"2026-01-01T00:00:00Z"}],"reason":"$side counted it twice"}"#).done(Manner::Several),
    deed("POST /users", "seller", r#"{"account":"$customer","email":"new@$side.test","name":"$side Newcomer","roles":["member"]}"#),
    deed("PATCH /users/{member_user}", "seller", r#"{"job_title":"$side chief"}"#),
    deed("POST /users/{member_user}/delete", "seller", "{}"),
    deed("POST /users/{invited}/invite", "seller", "{}"),
    deed("POST /users/{member_user}/login", "member", r#"{"present":"$password","login":"$side-other"}"#).done(Manner::Several),
    deed("POST /users/{idle}/password", "seller", r#"{"password":"another-1-of-the-box!"}"#).done(Manner::Several),
    deed("POST /users/{idle}/password/link", "seller", "{}"),
    deed("POST /users/{idle}/remove", "seller", "{}"),
    deed("POST /users/{deleted}/restore", "seller", "{}"),
    deed("POST /users/{idle}/suspend", "seller", "{}"),
];
