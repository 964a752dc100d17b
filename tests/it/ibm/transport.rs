//! What all calls have in common: signing in by HTTP Basic, paths, envelopes, pages, refusals.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use expect_test::expect;
use serde_json::{Value, json};

use super::{Bss, customer, message, told};
use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::house::{House, PASSWORD};

fn basic(login: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{login}:{password}")))
}

fn shown(house: &House, authorization: &str) -> Answer {
    let client = Client::nobody(&house.app).header("authorization", authorization);
    client.call("GET /api/bss/resource/customer", None)
}

#[test]
fn who_shows_its_password_comes_in_and_nobody_else() {
    let house = House::on("2026-01-01");
    let (admin, member) = (&house.north.admin, &house.north.customer.member);
    let refused = "401 BZSAU9001E";
    for (authorization, expected) in [
        (basic(&admin.email, PASSWORD), "200"),
        (basic(&admin.email.to_uppercase(), PASSWORD), "200"),
        (basic(&admin.email, PASSWORD).replace("Basic", "basic"), "200"),
        (format!("Bearer {}", admin.token), "200"),
        (basic(&member.email, PASSWORD), "403 BZSAU9002E"),
        (basic(&admin.email, "wrong"), refused),
        (basic("nobody@north.test", PASSWORD), refused),
        (basic(&admin.email, ""), refused),
        (basic(&admin.email, &"x".repeat(2000)), refused),
        ("Basic".to_owned(), refused),
        ("Basic =".to_owned(), refused),
        (format!("Basic {}", STANDARD.encode("no colon")), refused),
        (format!("Basic {}", STANDARD.encode([0xff, b':'])), refused),
        ("Bearer tbx_wrong".to_owned(), refused),
    ] {
        assert_eq!(told(&shown(&house, &authorization)), expected, "{authorization}");
    }
    let nobody = Client::nobody(&house.app).call("GET /api/bss/nothing/here", None);
    assert_eq!(told(&nobody), refused, "who is not known learns no paths");
    let way = nobody.headers["www-authenticate"].to_str().unwrap();
    assert_eq!(way, "Basic realm=\"bss\", charset=\"UTF-8\"");
}

#[test]
fn a_password_that_was_right_is_taken_until_it_is_changed_or_its_user_is_stopped() {
    let house = House::on("2026-01-01");
    let admin = &house.north.admin;
    let (first, again) = (basic(&admin.email, PASSWORD), || basic(&admin.email, "another-4-till!"));
    assert_eq!([told(&shown(&house, &first)), told(&shown(&house, &first))], ["200", "200"]);
    let path = format!("/users/{}", admin.id);
    let set = json!({ "password": "another-4-till!" });
    house.operator().post(&format!("{path}/password"), &set);
    assert_eq!(told(&shown(&house, &first)), "401 BZSAU9001E");
    assert_eq!(told(&shown(&house, &again())), "200");
    let second = json!({ "email": "second@north.test", "name": "Second", "roles": ["vendor_admin"],
        "account": house.north.account });
    let second = house.operator().post("/users", &second);
    let accept = json!({ "token": second["invitation"]["token"], "password": PASSWORD });
    assert!(
        Client::nobody(&house.app).call("POST /password/redeem", Some(&accept)).status.is_success()
    );
    house.operator().post(&format!("{path}/suspend"), &json!({}));
    assert_eq!(told(&shown(&house, &again())), "401 BZSAU9001E");
    house.operator().post(&format!("{path}/restore"), &json!({}));
    assert_eq!(told(&shown(&house, &again())), "200");
}

#[test]
fn who_guesses_locks_the_door_for_a_while_even_for_who_knows() {
    let house = House::on("2026-01-01");
    let admin = &house.north.admin;
    let right = basic(&admin.email, PASSWORD);
    assert_eq!(told(&shown(&house, &right)), "200");
    for _ in 0..4 {
        shown(&house, &basic(&admin.email, "guess"));
    }
    house.app.settle();
    assert_eq!(told(&shown(&house, &right)), "200", "four are forgiven");
    let fresh = basic(&admin.email, "guess");
    for _ in 0..5 {
        shown(&house, &fresh);
    }
    house.app.settle();
    assert_eq!(told(&shown(&house, &right)), "401 BZSAU9001E");
    house.app.set_wall_to(house.app.wall().plus_seconds(61));
    assert_eq!(told(&shown(&house, &right)), "200");
}

/// A browser that was asked for a password once shows it again, whoever made the page.
#[test]
fn a_page_of_somebody_else_gets_nothing_done_by_the_password_that_a_browser_knows() {
    let house = House::on("2026-01-01");
    let (admin, member) = (&house.north.admin, &house.north.customer.member);
    let what = format!(
        "POST /api/bss/service/authorization/assignRole?loginName={}&role=CustomerAdministrator",
        member.email
    );
    let host = "till.test";
    for (headers, expected) in [
        (vec![("origin", "https://evil.test")], "403"),
        (vec![("origin", "null")], "403"),
        (vec![("sec-fetch-site", "cross-site")], "403"),
        (vec![("sec-fetch-site", "same-site"), ("origin", "https://till.test")], "403"),
        (vec![("sec-fetch-site", "same-origin"), ("origin", "https://till.test")], "204"),
        (vec![], "204"),
    ] {
        let client = Client::nobody(&house.app).header("host", host);
        let client = client.header("authorization", &basic(&admin.email, PASSWORD));
        let client = headers.iter().fold(client, |it, (name, value)| it.header(name, value));
        assert_eq!(
            told(&client.call(&what, None)).split(' ').next(),
            Some(expected),
            "{headers:?}"
        );
        assert_eq!(
            told(&client.call("GET /api/bss/resource/customer", None)),
            "200",
            "{headers:?}"
        );
    }
}

#[test]
fn a_request_is_refused_for_the_first_thing_that_is_wrong_with_it() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let all = [
        ("GET resource/nothing", None),
        ("GET resource", None),
        ("PATCH resource/customer", None),
        ("PUT resource/customer", None),
        ("GET resource/customer/abc", None),
        ("GET resource/customer/1.5", None),
        ("GET resource/customer/-1", None),
        ("GET resource/customer/0", None),
        ("GET resource/customer/99999999999999999999999", None),
        ("GET resource/customer/1", None),
        ("POST resource/customer/5", None),
        ("POST resource/customer/5 [explode]", None),
        ("POST resource/customer/999 [suspendCustomer]", None),
        ("GET resource/customer?_namedQuery=getEverything", None),
        ("GET resource/customer?_namedQuery=getCustomerByOrgName", None),
        ("GET resource/customer?_pageSize=101", None),
        ("GET resource/customer?_pageNumber=0", None),
        ("GET resource/customer?_pageNumber=1&_pageNumber=2", None),
        ("GET resource/customer?_pageNumber=1&_pageNumber=1&_pageSize=0", None),
        ("POST resource/customer", None),
        ("POST resource/customer", Some(json!([]))),
        ("POST resource/customer", Some(json!({ "Customer": {} }))),
        ("POST resource/subscriber?suppressEmail=yes", Some(json!({}))),
    ];
    let line = |(what, body): (&str, Option<Value>)| {
        let answer = bss.call(what, body.as_ref());
        format!("{what}: {} {}", told(&answer), message(&answer))
    };
    let said: Vec<_> = all.into_iter().map(line).collect();
    expect![[r#"
        GET resource/nothing: 404 BZSAP9011E There is no resource at [/api/bss/resource/nothing].
        GET resource: 404 BZSAP9011E There is no resource at [/api/bss/resource].
        PATCH resource/customer: 405 BZSAP9012E The [PATCH] method is not supported for this resource.
        PUT resource/customer: 405 BZSAP9012E The [PUT] method is not supported for this resource.
        GET resource/customer/abc: 400 BZSAP9009E Invalid URI.
        GET resource/customer/1.5: 400 BZSAP9009E Invalid URI.
        GET resource/customer/-1: 400 BZSAP9010E Customer Id should be a valid integer.
        GET resource/customer/0: 404 BZSUS9001E Customer with ID 0 not found.
        GET resource/customer/99999999999999999999999: 400 BZSAP9010E Customer Id should be a valid integer.
        GET resource/customer/1: 404 BZSUS9001E Customer with ID 1 not found.
        POST resource/customer/5: 400 BZSAP9008E The x-operation header [] names no operation of this resource.
        POST resource/customer/5 [explode]: 400 BZSAP9008E The x-operation header [explode] names no operation of this resource.
        POST resource/customer/999 [suspendCustomer]: 404 BZSUS9001E Customer with ID 999 not found.
        GET resource/customer?_namedQuery=getEverything: 400 BZSAP9007E There is no named query [getEverything] for this resource.
        GET resource/customer?_namedQuery=getCustomerByOrgName: 400 BZSAP9005E The [orgName] parameter is required.
        GET resource/customer?_pageSize=101: 400 BZSAP9006E The [_pageSize] parameter is larger than 100.
        GET resource/customer?_pageNumber=0: 400 BZSAP1011E The [0] input value that was provided for the [_pageNumber] field is invalid.
        GET resource/customer?_pageNumber=1&_pageNumber=2: 400 BZSAP9004E The [_pageNumber] field is given twice.
        GET resource/customer?_pageNumber=1&_pageNumber=1&_pageSize=0: 400 BZSAP1011E The [0] input value that was provided for the [_pageSize] field is invalid.
        POST resource/customer: 400 BZSAP9003E The [Customer] field requires an object.
        POST resource/customer: 400 BZSAP9003E The [Customer] field requires an object.
        POST resource/customer: 400 BZSAP1033E The [OrgName] field requires a string value.
        POST resource/subscriber?suppressEmail=yes: 400 BZSAP1011E The [yes] input value that was provided for the [suppressEmail] field is invalid."#]].assert_eq(&said.join("\n"));
}

#[test]
fn bodies_that_nobody_can_mean_are_refused() {
    let house = House::on("2026-01-01");
    let client = house.client(&house.north.admin);
    let told = |body: &[u8]| {
        told(&client.call_raw("POST /api/bss/resource/customer", Some(body.to_vec())))
    };
    let deep = "[".repeat(10_000);
    let malformed = "400 BZSAP9001E";
    for (body, expected) in [
        ("{\"Customer\":", malformed),
        ("{\"Customer\":{}} {", malformed),
        (&*deep, malformed),
        ("\u{0}", malformed),
        ("{\"Customer\":{},\"Customer\":{}}", "400 BZSAP9004E"),
        ("null", "400 BZSAP9003E"),
        ("{\"Customer\":1e400}", "400 BZSAP9003E"),
    ] {
        let shown: String = body.chars().take(40).collect();
        assert_eq!(told(body.as_bytes()), expected, "{shown}");
    }
    assert_eq!(told(b"{\"Customer\":\"\xff\"}"), malformed);
    assert_eq!(told(&vec![b' '; (1 << 20) + 1]), "413 BZSAP9015E");
    let plain = client.header("content-type", "text/plain");
    let body = Some(customer("a@b.test").to_string().into_bytes());
    let typed = plain.call_raw("POST /api/bss/resource/customer", body);
    assert!(
        ["200", "415 BZSAP9016E"].contains(&&*super::told(&typed)),
        "of two types the first holds"
    );
    let picky = client.header("accept", "text/html");
    let answer = picky.call("GET /api/bss/resource/customer", None);
    assert_eq!(super::told(&answer), "406 BZSAP9013E");
}

#[test]
fn names_in_paths_and_headers_are_taken_in_any_case() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("case@north.test");
    for what in ["suspendcustomer", "UnSuspendCustomer", "SUSPENDCUSTOMER"] {
        let what = format!("POST Resource/CUSTOMER/{id} [{what}]");
        assert_eq!(bss.told(&what, None), "204", "{what}");
    }
    let query = "_namedQuery=GETCUSTOMERBYORGNAME&orgName=test%20enterprise";
    assert_eq!(bss.get(&format!("resource/customer?{query}"))["List"][0]["Id"], id);
}

#[test]
fn a_list_comes_in_pages_of_twenty_five_unless_somebody_says_otherwise() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let ids: Vec<_> = (0..30).map(|it| bss.register(&format!("page{it}@north.test"))).collect();
    let page = |query: &str| -> Vec<u64> {
        let found = bss.get(&format!("resource/customer{query}"));
        found["List"].as_array().unwrap().iter().map(|it| it["Id"].as_u64().unwrap()).collect()
    };
    // The vendor itself comes first, then the customer that was there before.
    let all = page("?_pageSize=100");
    assert_eq!((all.len(), &all[2..]), (32, ids.as_slice()));
    assert_eq!(page(""), all[..25]);
    assert_eq!(page("?_pageNumber=2"), all[25..]);
    assert_eq!(page("?_pageNumber=3"), Vec::<u64>::new());
    assert_eq!(page("?_pageSize=10&_pageNumber=2"), all[10..20]);
    assert_eq!(page("?_pageSize=1&_pageNumber=32"), all[31..]);
}

#[test]
fn the_same_request_with_a_key_is_done_once() {
    let house = House::on("2026-01-01");
    let client = house.client(&house.north.admin).header("idempotency-key", "once");
    let post = |email: &str| client.call("POST /api/bss/resource/customer", Some(&customer(email)));
    let (first, again) = (post("once@north.test"), post("once@north.test"));
    assert_eq!((first.status.as_u16(), first.body), (200, again.body));
    assert_eq!(told(&post("other@north.test")), "409 BZSAP9014E");
}
