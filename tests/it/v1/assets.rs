//! Assets: what is uploaded comes back as it was, and who may have it is who has bought it now.

use expect_test::expect;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tillbox::domain::operator::Actor;
use tillbox::services::Author;
use tillbox::services::asset::content::Upload;
use tillbox::store::content::{self, CHUNK_BYTES};

use crate::harness::app::{Answer, FILE_BYTES_MAX};
use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};
use crate::harness::outside::body;

/// Bytes that are not the same anywhere.
fn bytes(count: usize) -> Vec<u8> {
    (0_u32..).flat_map(|it| it.wrapping_mul(2_654_435_761).to_be_bytes()).take(count).collect()
}

/// An asset without a version.
fn asset(operator: &Client<'_>) -> String {
    text(&operator.post("/assets", &json!({ "name": "Weather" }))["id"])
}

/// Uploads a version of an asset, which must be taken.
fn upload(operator: &Client<'_>, (asset, label): (&str, &str), file: &[u8]) -> Value {
    let what = format!("PUT /assets/{asset}/versions/{label}?name=weather%20%C3%BC.csv");
    operator.call_raw(&what, Some(file.to_vec())).ok()
}

/// An offer of an asset, and the subscription to it of a customer.
fn sold(market: &Market, account: &str, asset: &str) -> String {
    let offer = market.offer_like(
        "Weather",
        &[monthly("Fee", "EUR", "5")],
        (json!({}), json!({ "assets": [asset] })),
    );
    market.order(&json!({ "id": account }), &offer, 1)
}

fn download(client: &Client<'_>, asset: &str) -> Answer {
    client.call(&format!("GET /assets/{asset}/content"), None)
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |it| it.to_str().unwrap())
}

#[test]
fn what_is_uploaded_comes_back_as_it_was_whole_or_in_part() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    for count in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7] {
        let (asset, file) = (asset(&operator), bytes(count));
        let made = upload(&operator, (&asset, "1.0"), &file);
        let version = &made["versions"][0];
        let digest: [u8; 32] = Sha256::digest(&file).into();
        assert_eq!(version["sha256"], hex::encode(digest));
        assert_eq!((&version["bytes"], &version["file"]), (&json!(count), &json!("weather ü.csv")));
        let whole = download(&operator, &asset);
        assert_eq!((whole.status.as_u16(), whole.body == file), (200, true), "{count}");
        let named = "attachment; filename=\"weather _.csv\"; filename*=UTF-8''weather%20%C3%BC.csv";
        assert_eq!(header(&whole, "content-disposition"), named);
        assert_eq!(header(&whole, "content-length"), count.to_string());
        assert_eq!(header(&whole, "etag"), format!("\"{}\"", hex::encode(digest)));
        if count > CHUNK_BYTES {
            let (from, to) = (CHUNK_BYTES - 5, CHUNK_BYTES);
            let range = operator.header("range", &format!("bytes={from}-{to}"));
            let part = download(&range, &asset);
            assert_eq!((part.status.as_u16(), &part.body[..]), (206, &file[from..=to]));
            assert_eq!(header(&part, "content-range"), format!("bytes {from}-{to}/{count}"));
        }
    }
    let asset = asset(&operator);
    upload(&operator, (&asset, "1.0"), b"rain");
    let whole = download(&operator, &asset);
    let tag = header(&whole, "etag");
    let same = download(&operator.header("if-none-match", tag), &asset);
    assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
    let beyond = download(&operator.header("range", "bytes=4-"), &asset);
    assert_eq!((beyond.status.as_u16(), header(&beyond, "content-range")), (416, "bytes */4"));
    let other = operator.header("range", "bytes=0-1").header("if-range", "\"old\"");
    assert_eq!(download(&other, &asset).body, b"rain", "of another file all is wanted");
    let plain = bytes(4096).iter().map(|it| it % 3).collect::<Vec<_>>();
    upload(&operator, (&asset, "2.0"), &plain);
    let squeezed = download(&operator.header("accept-encoding", "gzip"), &asset);
    assert_eq!((header(&squeezed, "content-encoding"), squeezed.body == plain), ("", true));
    upload(&operator, (&asset, "3.0"), b"rain");
    let head = operator.call(&format!("HEAD /assets/{asset}/content"), None);
    assert_eq!((header(&head, "content-length"), head.body.len()), ("4", 0));
}

#[test]
fn what_is_not_taken_in_leaves_nothing() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let asset = asset(&operator);
    let put = |client: &Client<'_>, asset: &str, file: Vec<u8>| {
        client.call_raw(&format!("PUT /assets/{asset}/versions/1.0"), Some(file))
    };
    let much = usize::try_from(FILE_BYTES_MAX).unwrap();
    assert_eq!(put(&operator, &asset, bytes(much + 1)).status, 413);
    market.must_be_whole();
    assert_eq!(operator.get(&format!("/assets/{asset}"))["versions"], json!([]));
    assert_eq!(put(&operator, &asset, bytes(much)).status, 200);
    assert_eq!(put(&operator, &asset, bytes(much)).status, 200, "it is there already");
    assert_eq!(put(&operator, &asset, bytes(much - 1)).json()["type"], "/problems/duplicate");
    assert_eq!(put(&house.client(&house.north.admin), &asset, vec![1]).status, 404);
    assert_eq!(put(&house.client(&house.customer.admin), &asset, vec![1]).status, 403);
    assert_eq!(put(&Client::nobody(&house.app), &asset, vec![1]).status, 401);
    market.must_be_whole();
}

/// One seller would fill the disk of all.
#[test]
fn a_seller_has_room_for_so_much_and_gets_it_back_with_what_it_withdraws() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let put = |client: &Client<'_>, asset: &str, label: &str, file: Vec<u8>| {
        client.call_raw(&format!("PUT /assets/{asset}/versions/{label}"), Some(file))
    };
    let much = usize::try_from(FILE_BYTES_MAX).unwrap();
    let full = asset(&operator);
    for label in ["1.0", "2.0", "3.0"] {
        assert_eq!(put(&operator, &full, label, bytes(much)).status, 200);
    }
    assert_eq!(put(&operator, &full, "4.0", bytes(much - 1)).status, 200);
    let refused = put(&operator, &full, "5.0", bytes(2));
    assert_eq!(refused.status, 422, "it is known at the end");
    assert!(refused.json()["errors"][0]["message"].as_str().unwrap().contains("8388608 bytes"));
    assert_eq!(put(&operator, &full, "5.0", bytes(1)).status, 200);
    assert_eq!(put(&operator, &full, "6.0", bytes(1)).status, 422);
    let first = |number: u64| {
        let actor = Actor::duty("test");
        house.app.bss.read(&actor, |cx| Ok(content::chunk(cx.view, number, 0)?)).unwrap()
    };
    assert!(first(1).is_some());
    let other = house.client(&house.north.admin);
    assert_eq!(put(&other, &asset(&other), "1.0", bytes(much)).status, 200, "it has its own");
    let withdrawn = operator.post(&format!("/assets/{full}/withdraw"), &json!({}));
    assert_eq!(withdrawn["versions"], json!([]));
    market.must_be_whole();
    assert_eq!(put(&operator, &asset(&operator), "1.0", bytes(much)).status, 200);
    house.app.pass("2 days");
    house.app.keep_duties();
    assert_eq!(first(1), None, "nothing of it is left on the disk");
    market.must_be_whole();
}

/// Somebody is cut off in the middle of a file.
#[test]
fn what_was_begun_and_never_finished_is_forgotten_after_a_day() {
    let market = Market::on("2026-01-01");
    let bss = &market.house.app.bss;
    let asset = asset(&market.operator()).parse().unwrap();
    let author = Author::of(Actor::duty("test"));
    let mut upload = Upload::begin(bss, author, (asset, "1.0".parse().unwrap())).wait().unwrap();
    let number = upload.number();
    let file = bytes(CHUNK_BYTES);
    upload.take(bss, &file).unwrap().0.unwrap().wait().unwrap();
    drop(upload);
    let is_there = || {
        let house = Actor::duty("test");
        bss.read(&house, |cx| Ok(content::chunk(cx.view, number, 0)?.is_some())).unwrap()
    };
    market.must_be_whole();
    market.house.app.keep_duties();
    assert!(is_there(), "it may go on");
    market.house.app.pass("2 days");
    market.house.app.keep_duties();
    assert!(!is_there(), "nobody goes on with it");
    market.must_be_whole();
}

#[test]
fn who_may_have_it_is_who_has_bought_it_now() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let customer = &house.customer;
    let (buyer, member) = (house.client(&customer.admin), house.client(&customer.member));
    let stranger = house.client(&house.north.customer.admin);
    let asset = asset(&operator);
    upload(&operator, (&asset, "1.0"), b"rain");
    let mut said = String::new();
    let mut look = |when: &str| {
        let nobody = Client::nobody(&house.app);
        let all = [&operator, &buyer, &member, &stranger, &nobody];
        let each = all.map(|it| download(it, &asset).status.as_u16().to_string());
        said += &format!("{when}: {}\n", each.join(" "));
    };
    look("before it is sold");
    let open = format!("GET /assets/{asset}/open");
    assert_eq!(operator.call(&open, None).status, 404, "it is not for everybody");
    let subscription = sold(&market, &customer.account, &asset);
    look("sold");
    let shown = buyer.get(&format!("/subscriptions/{subscription}/assets"));
    let path = text(&shown["items"][0]["download"]);
    assert_eq!(path, format!("/api/v1/assets/{asset}/content"));
    let seats = format!("/subscriptions/{subscription}/seats");
    operator.post(&seats, &json!({ "user": customer.member.id }));
    look("with a seat");
    let at = |verb: &str| format!("/subscriptions/{subscription}/{verb}");
    operator.post(&at("hold"), &json!({}));
    look("held");
    let shown = buyer.get(&format!("/subscriptions/{subscription}/assets"));
    assert_eq!(shown["items"][0]["download"], json!(null));
    operator.post(&at("release"), &json!({}));
    look("released");
    operator.post(&at("cancel"), &json!({}));
    look("canceled");
    let again = operator.get(&format!("/subscriptions/{subscription}"))["offer"].clone();
    market.order(&json!({ "id": customer.account }), &text(&again), 1);
    look("bought again");
    operator.patch(&format!("/assets/{asset}"), &json!({ "access": "everybody" }));
    look("for everybody");
    let open = format!("GET /assets/{asset}/open");
    assert_eq!(Client::nobody(&house.app).call(&open, None).body, b"rain");
    expect![[r#"
        before it is sold: 200 404 404 404 401
        sold: 200 200 404 404 401
        with a seat: 200 200 200 404 401
        held: 200 403 403 404 401
        released: 200 200 200 404 401
        canceled: 200 403 404 404 401
        bought again: 200 200 404 404 401
        for everybody: 200 200 200 200 401
    "#]]
    .assert_eq(&said);
    market.must_be_whole();
}

#[test]
fn what_one_has_much_else_of_is_found_by_what_it_brings() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let account = json!({ "id": house.customer.account });
    let asset = asset(&operator);
    upload(&operator, (&asset, "1.0"), b"rain");
    let other = market.offer("Other", &[monthly("Fee", "EUR", "5")]);
    market.order(&account, &other, 1);
    let first = sold(&market, &house.customer.account, &asset);
    let offer = text(&operator.get(&format!("/subscriptions/{first}"))["offer"]);
    // More than are looked at together, of which the last alone is left.
    let mut all = vec![first];
    all.extend((0..24).map(|_| market.order(&account, &offer, 1)));
    market.order(&account, &other, 1);
    let buyer = house.client(&house.customer.admin);
    let last = all.pop().unwrap();
    for it in &all {
        operator.post(&format!("/subscriptions/{it}/cancel"), &json!({}));
    }
    assert_eq!(download(&buyer, &asset).body, b"rain");
    operator.post(&format!("/subscriptions/{last}/cancel"), &json!({}));
    assert_eq!(download(&buyer, &asset).status, 403);
    market.must_be_whole();
}

#[test]
fn who_takes_nothing_of_its_files_keeps_nobody_else_from_theirs() {
    let house = House::on("2026-01-01");
    let (operator, buyer) = (house.operator(), house.client(&house.customer.admin));
    let (asset, file) = (asset(&operator), bytes(2 * CHUNK_BYTES));
    upload(&operator, (&asset, "1.0"), &file);
    operator.patch(&format!("/assets/{asset}"), &json!({ "access": "everybody" }));
    let path = format!("/assets/{asset}/content");
    let held: Vec<_> = (0..32).map(|_| buyer.begin(&path)).collect();
    assert!(held.iter().all(|it| it.status() == 200));
    let member = house.client(&house.customer.member);
    assert_eq!(download(&member, &asset).status, 503, "its account has enough");
    assert_eq!(download(&operator, &asset).body, file);
    let same = format!("\"{}\"", hex::encode(Sha256::digest(&file)));
    let known = buyer.header("if-none-match", &same);
    assert_eq!(download(&known, &asset).status, 304, "nothing is given out of it");
    drop(held);
    assert_eq!(download(&member, &asset).body, file);
}

#[test]
fn a_bundle_gives_what_its_parts_do() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let asset = asset(&operator);
    upload(&operator, (&asset, "1.0"), b"rain");
    let fee = [monthly("Fee", "EUR", "5")];
    let data = market.offer_like("Data", &fee, (json!({}), json!({ "assets": [asset] })));
    let help = market.offer("Help", &fee);
    let part = |offer: &str| json!({ "offer": offer, "min": 1, "max": 1, "default": 1 });
    let kit = json!({ "name": { "en": "Kit" }, "bundle": [part(&data), part(&help)] });
    let bundle = text(&operator.post("/offers", &kit)["id"]);
    for verb in ["test", "activate", "launch"] {
        operator.post(&format!("/offers/{bundle}/{verb}"), &json!({}));
    }
    let buyer = house.client(&house.customer.admin);
    assert_eq!(download(&buyer, &asset).status, 404);
    market.order(&json!({ "id": house.customer.account }), &bundle, 1);
    assert_eq!(download(&buyer, &asset).body, b"rain");
}

#[test]
fn a_newer_version_is_the_one_to_take_and_older_ones_stay() {
    let market = Market::on("2026-01-01");
    let (house, operator, said) = (&market.house, market.operator(), Protocol::default());
    let asset = asset(&operator);
    let attach = json!({ "name": { "en": "Weather" }, "assets": [asset] });
    said.say(&operator, "seller", "POST /specifications", Some(&attach));
    upload(&operator, (&asset, "1.0"), b"rain");
    sold(&market, &house.customer.account, &asset);
    let path = format!("/assets/{asset}");
    said.note(&format!("it is {}", operator.get(&path)["state"]));
    upload(&operator, (&asset, "1.1"), b"snow");
    let buyer = house.client(&house.customer.admin);
    assert_eq!(download(&buyer, &asset).body, b"snow");
    let older = format!("GET {path}/content?version=1.0");
    assert_eq!(buyer.call(&older, None).body, b"rain");
    market.advance_to("2026-01-02");
    let told = || {
        let letters = house.app.outside.sent();
        letters.iter().filter(|it| it.subject.contains("a newer version")).count()
    };
    assert_eq!(told(), 1, "who holds it is told");
    market.advance_to("2026-01-03");
    assert_eq!(told(), 1, "and once");
    let away = json!({ "label": "2.0", "url": "https://data.example.com/weather" });
    operator.post(&format!("{path}/versions"), &away);
    let there = download(&buyer, &asset);
    assert_eq!(there.status, 303);
    assert_eq!(header(&there, "location"), "https://data.example.com/weather");
    let again = format!("POST {path}/versions");
    said.say(&operator, "seller", &again, Some(&away));
    said.say(&operator, "seller", &format!("POST {path}/withdraw"), Some(&json!({})));
    said.say(&buyer, "buyer", &format!("GET {path}/content?version=3.0"), None);
    expect![[r#"
        > POST /specifications {"assets":["{ast1}"],"name":{"en":"Weather"}} [seller]
        409 Conflict {"type":"/problems/catalog_state_forbids","title":"The catalogue element cannot be changed this way in its state.","status":409,"detail":"asset `{ast1}` has no version yet: upload one","request_id":"…"}
        it is "attached"
        > POST /assets/{ast1}/versions {"label":"2.0","url":"https://data.example.com/weather"} [seller]
        409 Conflict {"type":"/problems/duplicate","title":"Something with this key exists already.","status":409,"detail":"the asset has a version `2.0` already","request_id":"…"}
        > POST /assets/{ast1}/withdraw {} [seller]
        409 Conflict {"type":"/problems/in_use","title":"The element is still in use.","status":409,"detail":"specification `{spc1}` delivers it: take it out there first","request_id":"…"}
        > GET /assets/{ast1}/content?version=3.0 [buyer]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{ast1}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_vendor_lays_down_what_is_said_of_each_sort_at_run_time() {
    let market = Market::on("2026-01-01");
    let (house, operator, said) = (&market.house, market.operator(), Protocol::default());
    let fields = json!([
        { "name": "licence", "input": "text", "mandatory": true },
        { "name": "notes", "input": "textarea", "placeholder": "What else there is to say" },
        { "name": "level", "input": "select", "options": ["basic", "full"], "default": "basic" },
        { "name": "open", "input": "checkbox", "default": "false" },
    ]);
    let sort = json!({
        "code": "dataset", "name": "Data set", "formats": ["web"], "media_types": ["text/csv"],
        "fields": fields,
    });
    let made = operator.post("/asset_types", &sort);
    let mut it =
        json!({ "name": "Weather", "kind": "dataset", "url": "https://data.example.com/" });
    let post = |it: &Value| {
        said.say(&operator, "seller", "POST /assets?fields=metadata", Some(it));
    };
    post(&it);
    it["metadata"] = json!({ "licence": "MIT", "level": "all", "colour": "red" });
    it["media_type"] = json!("text/csv");
    post(&it);
    it["metadata"] = json!({ "licence": "MIT", "open": "true" });
    post(&it);
    it["media_type"] = json!("image/png");
    post(&it);
    post(&json!({ "name": "Weather", "kind": "other", "metadata": { "licence": "MIT" } }));
    let path = format!("/asset_types/{}", text(&made["id"]));
    said.say(&operator, "seller", "POST /asset_types", Some(&sort));
    said.say(&operator, "seller", &format!("DELETE {path}"), None);
    let more = json!({ "fields": [{ "name": "licence", "input": "text" }], "media_types": [] });
    said.say(&operator, "seller", &format!("PATCH {path}?fields=fields"), Some(&more));
    post(&json!({ "name": "Maps", "kind": "dataset", "url": "https://data.example.com/2" }));
    let north = house.client(&house.north.admin);
    said.say(&north, "stranger", &format!("GET {path}"), None);
    expect![[r#"
        > POST /assets?fields=metadata {"kind":"dataset","name":"Weather","url":"https://data.example.com/"} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/metadata/licence` must be given","request_id":"…","errors":[{"pointer":"/metadata/licence","rule":"required","message":"must be given"}]}
        > POST /assets?fields=metadata {"kind":"dataset","media_type":"text/csv","metadata":{"colour":"red","level":"all","licence":"MIT"},"name":"Weather","url":"https://data.example.com/"} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/metadata/colour` is not asked for; `/metadata/level` must be one of basic, full","request_id":"…","errors":[{"pointer":"/metadata/colour","rule":"unknown_field","message":"is not asked for"},{"pointer":"/metadata/level","rule":"enum","message":"must be one of basic, full"}]}
        > POST /assets?fields=metadata {"kind":"dataset","media_type":"text/csv","metadata":{"licence":"MIT","open":"true"},"name":"Weather","url":"https://data.example.com/"} [seller]
        201 Created {"id":"{ast1}","metadata":{"level":"basic","licence":"MIT","open":"true"}}
        > POST /assets?fields=metadata {"kind":"dataset","media_type":"image/png","metadata":{"licence":"MIT","open":"true"},"name":"Weather","url":"https://data.example.com/"} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/media_type` must be one of text/csv","request_id":"…","errors":[{"pointer":"/media_type","rule":"enum","message":"must be one of text/csv"}]}
        > POST /assets?fields=metadata {"kind":"other","metadata":{"licence":"MIT"},"name":"Weather"} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/metadata` nothing is laid down of the sort `other`","request_id":"…","errors":[{"pointer":"/metadata","rule":"conflict","message":"nothing is laid down of the sort `other`"}]}
        > POST /asset_types {"code":"dataset","fields":[{"input":"text","mandatory":true,"name":"licence"},{"input":"textarea","name":"notes","placeholder":"What else there is to say"},{"default":"basic","input":"select","name":"level","options":["basic","full"]},{"default":"false","input":"checkbox","name":"open"}],"formats":["web"],"media_types":["text/csv"],"name":"Data set"} [seller]
        409 Conflict {"type":"/problems/duplicate","title":"Something with this key exists already.","status":409,"detail":"`dataset` is taken by `{aty1}`","request_id":"…"}
        > DELETE /asset_types/{aty1} [seller]
        409 Conflict {"type":"/problems/in_use","title":"The element is still in use.","status":409,"detail":"asset `{ast1}` is of this sort","request_id":"…"}
        > PATCH /asset_types/{aty1}?fields=fields {"fields":[{"input":"text","name":"licence"}],"media_types":[]} [seller]
        200 OK {"fields":[{"default":null,"input":"text","label":null,"mandatory":false,"name":"licence","options":[],"placeholder":null}],"id":"{aty1}"}
        > POST /assets?fields=metadata {"kind":"dataset","name":"Maps","url":"https://data.example.com/2"} [seller]
        201 Created {"id":"{ast2}","metadata":{}}
        > GET /asset_types/{aty1} [stranger]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{aty1}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn the_maker_is_told_with_a_signature_when_it_is_bought_stopped_and_over() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let access = json!({ "url": "https://api.example.com/", "credentials": "key s3cret" });
    let done = json!({ "state": "done", "access": access }).to_string();
    house.app.outside.answer(move |_| Ok(tillbox::world::http::Response::new(200, done.clone())));
    let maker = "https://maker.example.com/";
    let hooks: Vec<_> = ["acquisition", "suspension", "termination"]
        .map(|on| json!({ "on": on, "address": format!("{maker}{on}") }))
        .into();
    let it = json!({ "name": "API", "url": "https://api.example.com/", "hooks": hooks });
    let made = operator.post("/assets", &it);
    assert!(text(&made["hooks"][0]["secret"]).starts_with("whsec_"));
    let shown = operator.get(&format!("/assets/{}", text(&made["id"])));
    assert!(shown["hooks"][0]["secret"].is_null(), "it is shown once");
    let subscription = sold(&market, &house.customer.account, &text(&made["id"]));
    let path = format!("/subscriptions/{subscription}");
    operator.post(&format!("{path}/hold"), &json!({}));
    house.app.keep_duties();
    let letters = house.app.outside.sent();
    assert!(letters.iter().any(|it| it.subject.ends_with("is on hold")), "the buyer is told");
    operator.post(&format!("{path}/release"), &json!({}));
    operator.post(&format!("{path}/cancel"), &json!({}));
    house.app.keep_duties();
    let heard = house.app.outside.heard();
    let told = heard.iter().map(|it| format!("{} {}", it.address, text(&body(it)["work"])));
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            "https://maker.example.com/acquisition create",
            "https://maker.example.com/suspension hold",
            "https://maker.example.com/termination remove",
        ]
    );
    assert!(heard.iter().all(|it| it.headers.iter().any(|it| it.0 == "webhook-signature")));
    let buyer = house.client(&house.customer.admin);
    let opened = buyer.get(&format!("{path}/access"));
    assert_eq!(opened["credentials"], "key s3cret");
    assert_eq!(operator.call(&format!("GET {path}/access"), None).status, 403);
    let twice = json!({ "name": { "en": "Two" }, "assets": [
        made["id"], operator.post("/assets", &it)["id"],
    ] });
    assert_eq!(operator.call("POST /specifications", Some(&twice)).status, 422);
    market.must_be_whole();
}
