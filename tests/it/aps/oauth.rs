//! Ways in for other systems: requests that are signed, and a token in a header of the bus.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::store::Store;

use crate::harness::app::{Answer, App};
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::signer::{Manner, Signer};

const BSS_ACCOUNT: &str = "http://parallels.com/pa/bss-account-info";
const PROVIDER: &str = "GET /aps/2/collections/accounts?eq(id,1)";

/// A key of the operator.
fn key(house: &House, more: &Value) -> Value {
    let mut body = json!({ "name": "ERP" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.operator().post("/consumer_keys", &body)
}

fn signer(house: &House) -> Signer<'_> {
    Signer::with(&house.app, &key(house, &json!({})))
}

/// The status, and what is told of a refusal.
fn told(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(Value::Object(it)) if it.contains_key("message") => {
            assert_eq!(it["code"], status);
            format!("{status} {} {}", it["type"].as_str().unwrap(), it["message"].as_str().unwrap())
        }
        _ => status.to_string(),
    }
}

#[test]
fn a_signed_request_is_answered_whatever_its_filter_is_made_of() {
    let house = House::on("2026-01-01");
    let signer = signer(&house);
    for method in ["HMAC-SHA1", "HMAC-SHA256"] {
        let manner = Manner { method, ..Manner::default() };
        for (filter, count) in [
            ("eq(id,1)", 1),
            ("eq(id,1),select(bssAccountInfo)", 1),
            ("companyName=like=*Res*", 2),
            ("like(companyName,*Res*)", 2),
            ("like(companyName,North%20Res*)", 1),
            ("(companyName=eq=North%20Reseller|id=eq=1)", 2),
            ("sort(-id),limit(0,2)", 2),
            ("sort(+id)&limit(0,1)", 1),
            ("", 6),
        ] {
            let what = format!("GET /aps/2/collections/accounts?{filter}");
            let answer = signer.call_so(&what, None, &manner);
            assert!(answer.status.is_success(), "{filter}: {}", told(&answer));
            let found: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(found.as_array().unwrap().len(), count, "{filter}: {found}");
        }
    }
}

#[test]
fn who_signs_wrongly_learns_only_that_and_who_signs_rightly_what_is_wrong() {
    let house = House::on("2026-01-01");
    let signer = signer(&house);
    let so = |manner: Manner| told(&signer.call_so(PROVIDER, None, &manner));
    let ahead = |ahead_seconds| so(Manner { ahead_seconds, ..Manner::default() });
    let mut unknown = key(&house, &json!({}));
    unknown["key"] = json!("0".repeat(32));
    let bare = |header: &str| {
        let client = Client::nobody(&house.app).header("authorization", header);
        told(&client.call(PROVIDER, None))
    };
    let authorization = signer.authorization(PROVIDER, &Manner::default());
    let said = [
        ahead(300),
        ahead(-300),
        ahead(301),
        ahead(-301),
        so(Manner { nonce: Some("same".to_owned()), ..Manner::default() }),
        so(Manner { nonce: Some("same".to_owned()), ..Manner::default() }),
        so(Manner { place: "https://elsewhere.test".to_owned(), ..Manner::default() }),
        told(&signer.guessing("tbc_guessed").call(PROVIDER, None)),
        told(&Signer::with(&house.app, &unknown).call(PROVIDER, None)),
        so(Manner { method: "PLAINTEXT", ..Manner::default() }),
        bare("OAuth"),
        bare("OAuth oauth_consumer_key=\"a\""),
        bare(&authorization.replace("1.0", "2.0")),
        bare(&authorization.replace("oauth_nonce", "oauth_token=\"a\", oauth_nonce")),
        told(&Client::nobody(&house.app).call(PROVIDER, None)),
    ];
    expect![[r#"
        200
        200
        401 APS::Util::Exception the timestamp is more than 300 seconds away from the server's clock
        401 APS::Util::Exception the timestamp is more than 300 seconds away from the server's clock
        200
        401 APS::Util::Exception a request with this timestamp and nonce was taken before
        401 APS::Util::Exception the consumer key or the signature is not good
        401 APS::Util::Exception the consumer key or the signature is not good
        401 APS::Util::Exception the consumer key or the signature is not good
        401 APS::Util::Exception `oauth_signature_method` must be `HMAC-SHA1` or `HMAC-SHA256`
        401 APS::Util::Exception Unauthorized request
        401 APS::Util::Exception `oauth_signature_method` is missing in the `Authorization` header
        401 APS::Util::Exception `oauth_version` must be `1.0`
        401 APS::Util::Exception `oauth_token` must be left out or empty: requests are signed with a consumer key alone
        401 APS::Util::Exception Unauthorized request"#]].assert_eq(&said.join("\n"));
}

#[test]
fn what_is_taken_once_is_not_taken_again_not_even_after_a_restart() {
    let place = tempfile::tempdir().unwrap();
    let open = || Store::open(&place.path().join("tillbox.redb"), 4 << 20).unwrap();
    let house = House::in_app(App::over(open(), "2026-01-01"));
    let made = key(&house, &json!({}));
    let taken = Manner { nonce: Some("taken".to_owned()), ..Manner::default() };
    let signer = Signer::with(&house.app, &made);
    assert_eq!(told(&signer.call_so(PROVIDER, None, &taken)), "200");
    assert!(told(&signer.call_so(PROVIDER, None, &taken)).contains("was taken before"));
    drop(house);

    let app = App::over_again(open(), "2026-01-01", 2);
    let signer = Signer::with(&app, &made);
    let so = |ahead_seconds, nonce: &str| {
        let nonce = Some(nonce.to_owned());
        told(&signer.call_so(PROVIDER, None, &Manner { ahead_seconds, nonce, ..Manner::default() }))
    };
    let remembered = "401 APS::Util::Exception the timestamp is before the time that the \
                      server remembers: sign the request again";
    assert_eq!([so(0, "taken"), so(2, "new")], [remembered; 2]);
    assert_eq!([so(3, "taken"), so(3, "new")], ["200"; 2]);
}

#[test]
fn a_key_that_is_not_good_any_more_opens_nothing() {
    let house = House::on("2026-01-01");
    let refused = "401 APS::Util::Exception the consumer key or the signature is not good";
    let made = key(&house, &json!({ "expires_at": "2026-01-02T00:00:00Z" }));
    let signer = Signer::with(&house.app, &made);
    assert_eq!(told(&signer.call(PROVIDER, None)), "200");
    house.app.pass("1 day");
    assert_eq!(told(&signer.call(PROVIDER, None)), refused);

    let made = key(&house, &json!({}));
    let signer = Signer::with(&house.app, &made);
    assert_eq!(told(&signer.call(PROVIDER, None)), "200");
    let path = format!("/consumer_keys/{}", made["id"].as_str().unwrap());
    let used = &house.operator().get(&path)["last_used_at"];
    assert_eq!(used, "2026-01-02T00:00:00Z");
    house.operator().call(&format!("DELETE {path}"), None);
    assert_eq!(told(&signer.call(PROVIDER, None)), refused);

    let member = &house.north.customer.member;
    let made = house.client(member).post("/consumer_keys", &json!({ "name": "mine" }));
    let signer = Signer::with(&house.app, &made);
    let known = told(&signer.call(PROVIDER, None));
    assert!(known.starts_with("403"), "a member, who sees no accounts: {known}");
    house.operator().post(&format!("/users/{}/suspend", member.id), &json!({}));
    assert_eq!(told(&signer.call(PROVIDER, None)), "401 APS::Util::Exception Unauthorized request");
}

#[test]
fn a_confined_key_calls_the_operations_it_names_and_no_others_and_reads_and_writes_as_before() {
    let house = House::on("2026-01-01");
    let bss = |signer: &Signer<'_>| {
        let answer = signer.call("GET /aps/2/collections/bss-accounts", None);
        let found: Value = serde_json::from_slice(&answer.body).unwrap();
        let last = found.as_array().unwrap().iter().max_by_key(|it| it["accountId"].as_u64());
        last.unwrap()["aps"]["id"].as_str().unwrap().to_owned()
    };
    let hold = json!({ "policy": "ALL_SUBSCRIPTIONS", "reason": "OTHER", "comment": "late" });
    let release = json!({ "policy": "DEFAULT", "comment": "paid" });
    let try_with = |operations: &Value| {
        let signer = Signer::with(&house.app, &key(&house, &json!({ "operations": operations })));
        let it = bss(&signer);
        let call = |name: &str, body: &Value| {
            told(&signer.call(&format!("POST /aps/2/resources/{it}/{name}"), Some(body)))
        };
        let change = json!({ "aps": { "id": it }, "localeId": "de_DE" });
        let changed = told(&signer.call(&format!("PUT /aps/2/resources/{it}"), Some(&change)));
        [call("putOnCreditHold", &hold), call("releaseFromCreditHold", &release), changed]
    };
    let refused = format!(
        "403 APS::Billing::OperationNotAllowed `POST` of `{BSS_ACCOUNT}/1.0` is not among the \
         operations of the consumer key"
    );
    let named = json!([{ "type": BSS_ACCOUNT, "verb": "POST" }]);
    assert_eq!(try_with(&named), ["204", "204", "200"]);
    let other = json!([
        { "type": BSS_ACCOUNT, "verb": "GET" },
        { "type": "http://parallels.com/aps/types/pa/account", "verb": "POST" },
    ]);
    assert_eq!(try_with(&other), [&*refused, &refused, "200"]);
    assert_eq!(try_with(&json!([])), [&*refused, &refused, "200"]);
    assert_eq!(try_with(&Value::Null), ["204", "204", "200"]);
}

#[test]
fn a_token_comes_in_by_the_header_of_the_bus_too() {
    let house = House::on("2026-01-01");
    let nobody = Client::nobody(&house.app);
    let with = |token: &str| told(&nobody.header("aps-token", token).call(PROVIDER, None));
    assert_eq!(with(&house.operator.token), "200");
    assert_eq!(with("tbx_wrong"), "401 APS::Util::Exception Unauthorized request");
    assert_eq!(with(""), "401 APS::Util::Exception Unauthorized request");
    let both = house.client(&house.north.admin).header("aps-token", "tbx_wrong");
    assert_eq!(told(&both.call(PROVIDER, None)), "200", "`Authorization` goes first");
}

/// Through our own contract a key that is confined could make itself a token that is not.
#[test]
fn our_own_contract_takes_no_signatures_and_not_the_header_of_the_bus() {
    let house = House::on("2026-01-01");
    let signer = signer(&house);
    let body = json!({ "name": "wider" });
    for what in ["POST /api/v1/tokens", "GET /api/v1/accounts"] {
        let body = what.starts_with("POST").then_some(&body);
        assert_eq!(signer.call(what, body).status.as_u16(), 401, "{what}");
    }
    let header = Client::nobody(&house.app).header("aps-token", &house.operator.token);
    assert_eq!(header.call("GET /accounts", None).status.as_u16(), 401);
}
