//! Search: what is found, that an edit is found at once, and that an index comes back.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

/// What is found by the sort of product in it, and how many there are of each sort.
#[test]
fn what_is_found_has_the_type_of_product_that_was_asked_for() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    operator.post("/asset_types", &json!({ "code": "dataset", "name": "Data set" }));
    let file = json!({ "name": "Air", "kind": "dataset", "url": "https://air.example.com/" });
    let file = operator.post("/assets", &file);
    let base = || [monthly("Base", "EUR", "10")];
    let air = market.offer_like("Air", &base(), (json!({}), json!({ "assets": [file["id"]] })));
    market.offer_like("Sensor", &base(), (json!({}), json!({ "delivery": "physical" })));
    market.offer("Advice", &base());
    let both = json!({ "name": { "en": "Starter" }, "bundle": [
        { "offer": air, "min": 1, "max": 1, "default": 1 },
        { "offer": market.offer("Help", &base()), "min": 1, "max": 1, "default": 1 },
    ] });
    let both = text(&operator.post("/offers", &both)["id"]);
    for verb in ["test", "activate", "launch"] {
        operator.post(&format!("/offers/{both}/{verb}"), &json!({}));
    }
    let buyer = market.house.client(&market.house.customer.admin);
    // Before the index has heard of it, and after.
    for _ in 0..2 {
        let counts = buyer.get("/search")["facets"]["products"].clone();
        let counts = counts.as_array().unwrap().iter();
        let mut counts: Vec<_> =
            counts.map(|it| format!("{} {}", text(&it["product"]), it["count"])).collect();
        counts.sort();
        assert_eq!(counts, ["dataset 2", "digital 4", "physical 1"]);
        assert_eq!(found(&buyer, "product=physical"), "1: Sensor from 10.00");
        assert!(found(&buyer, "product=dataset").starts_with("2: "));
        assert_eq!(found(&buyer, "product=dataset&q=air"), "1: Air from 10.00");
        assert_eq!(found(&buyer, "product=nothing"), "0: ");
        let named = buyer.get("/search?product=dataset")["facets"]["products"][0].clone();
        assert!(["Data set", ""].contains(&named["name"].as_str().unwrap_or_default()), "{named}");
        market.house.app.keep_duties();
    }
    // What a specification delivers from now on is found by it as well.
    let specification = text(&operator.get(&format!("/offers/{air}"))["specification"]);
    operator.patch(&format!("/specifications/{specification}"), &json!({ "assets": [] }));
    assert!(!found(&buyer, "product=dataset").contains("Air"));
    let wrong = buyer.call("GET /search?product=a%20b", None);
    assert_eq!(wrong.json()["errors"][0]["pointer"], "product");
}

/// The names of what is found, with the least price, and how many there are in all.
fn found(caller: &Client<'_>, query: &str) -> String {
    let answer = caller.get(&format!("/search?{query}"));
    let hit = |it: &Value| match it["from_price"]["price"]["amount"].as_str() {
        Some(amount) => format!("{} from {amount}", text(&it["name"])),
        None => text(&it["name"]),
    };
    let hits: Vec<_> = answer["items"].as_array().unwrap().iter().map(hit).collect();
    format!("{}: {}", answer["total"], hits.join(", "))
}

/// Puts an offer on somebody's shelf.
fn shelve(seller: &Client<'_>, offer: &Value, prices: &[Value]) -> String {
    let specification = json!({ "name": offer["name"], "state": "active" });
    let specification = seller.post("/specifications", &specification);
    let mut offer = offer.clone();
    offer["specification"] = specification["id"].clone();
    let id = text(&seller.post("/offers", &offer)["id"]);
    for price in prices {
        let mut price = price.clone();
        price["offer"] = json!(id);
        seller.post("/prices", &price);
    }
    for verb in ["test", "activate", "launch"] {
        seller.post(&format!("/offers/{id}/{verb}"), &json!({}));
    }
    id
}

/// Three offers below two categories.
fn stocked(operator: &Client<'_>) -> (String, String) {
    let category = |name: &str, parent: Option<&str>| {
        let body = json!({ "name": { "en": name }, "parent": parent });
        text(&operator.post("/categories", &body)["id"])
    };
    let compute = category("Compute", None);
    let servers = category("Servers", Some(&compute));
    let names = json!({ "en": "Virtual Server S", "de": "Virtueller Server S" });
    let small = json!({
        "name": names, "summary": { "en": "Two cores" }, "categories": [servers], "part_number": "VS-100",
    });
    let setup = json!({
        "name": "Setup", "kind": "one_time", "currency": "EUR",
        "model": { "kind": "flat", "amount": "2" },
    });
    shelve(operator, &small, &[monthly("Base", "EUR", "9.99"), setup]);
    let large = json!({ "name": { "en": "Virtual Server L" }, "categories": [servers] });
    shelve(operator, &large, &[monthly("Base", "EUR", "49"), monthly("Base", "USD", "55")]);
    let mail = json!({ "name": { "en": "Mailbox" }, "description": { "en": "Mail for teams" } });
    shelve(operator, &mail, &[monthly("Base", "USD", "3")]);
    (compute, servers)
}

/// Whoever spells it right is not shown what is one letter away.
#[test]
fn typos_are_forgiven_only_where_nothing_is_spelled_as_it_was_typed() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    for (name, summary) in [("Bread book", "Recipes"), ("Cold archive", "Hardly read")] {
        let offer = json!({ "name": { "en": name }, "summary": { "en": summary } });
        shelve(&operator, &offer, &[monthly("Base", "EUR", "9.99")]);
    }
    // Before the index has heard of them, and after.
    for _ in 0..2 {
        for (q, expected) in [
            ("bread", "1: Bread book from 9.99"),
            ("read", "1: Cold archive from 9.99"),
            ("braed", "1: Bread book from 9.99"),
            ("bread+boook", "1: Bread book from 9.99"),
            ("tractor", "0: "),
        ] {
            assert_eq!(found(&operator, &format!("q={q}")), expected, "{q}");
        }
        market.house.app.keep_duties();
    }
}

#[test]
fn offers_are_found_by_words_beginnings_typos_and_filters_with_and_without_the_index() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let (compute, _) = stocked(&operator);
    let queries = [
        String::new(),
        "q=server".to_owned(),
        "q=virt+serv".to_owned(),
        "q=servre".to_owned(),
        "q=virtueller&language=de".to_owned(),
        "q=vs100".to_owned(),
        "q=teams".to_owned(),
        "q=compute".to_owned(),
        format!("category={compute}"),
        "currency=USD".to_owned(),
        "price_max=10&currency=EUR".to_owned(),
        "price_max=9.98&currency=EUR".to_owned(),
        "q=tractor".to_owned(),
        "limit=1".to_owned(),
    ];
    let all = || -> String {
        let line = |it: &String| format!("{it} => {}\n", found(&operator, it));
        queries.iter().map(line).collect::<String>().replace(&compute, "{compute}")
    };
    let before = all();
    market.house.app.keep_duties();
    expect![[r#"
         => 3: Mailbox from 3.00, Virtual Server L from 49.00, Virtual Server S from 9.99
        q=server => 2: Virtual Server L from 49.00, Virtual Server S from 9.99
        q=virt+serv => 2: Virtual Server L from 49.00, Virtual Server S from 9.99
        q=servre => 2: Virtual Server L from 49.00, Virtual Server S from 9.99
        q=virtueller&language=de => 1: Virtueller Server S from 9.99
        q=vs100 => 1: Virtual Server S from 9.99
        q=teams => 1: Mailbox from 3.00
        q=compute => 2: Virtual Server L from 49.00, Virtual Server S from 9.99
        category={compute} => 2: Virtual Server L from 49.00, Virtual Server S from 9.99
        currency=USD => 2: Mailbox from 3.00, Virtual Server L from 55.00
        price_max=10&currency=EUR => 1: Virtual Server S from 9.99
        price_max=9.98&currency=EUR => 0: 
        q=tractor => 0: 
        limit=1 => 3: Mailbox from 3.00
    "#]]
    .assert_eq(&all());
    let sorted = |told: &str| {
        let words = |line: &str| {
            let mut words: Vec<_> = line.split(['>', ':', ',']).map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        told.lines().filter(|it| !it.starts_with("limit")).map(words).collect::<Vec<_>>()
    };
    assert_eq!(sorted(&before), sorted(&all()), "the order alone may differ");
    let facets = operator.get("/search?q=server")["facets"].to_string();
    expect![[r#"{"categories":[{"count":2,"id":"{cat1}","name":"Compute"},{"count":2,"id":"{cat2}","name":"Servers"}],"currencies":[{"count":2,"currency":"EUR"},{"count":1,"currency":"USD"}],"languages":[{"count":2,"language":"en"},{"count":1,"language":"de"}],"products":[{"count":2,"product":"digital"}],"sellers":[{"count":2,"seller":"{acc1}","seller_name":"Provider"}]}"#]].assert_eq(&Protocol::default().redact(&facets));
}

#[test]
fn an_edit_is_found_at_once_and_what_is_retired_is_not() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let (compute, _) = stocked(&operator);
    market.house.app.keep_duties();
    let mailbox = text(&operator.get("/search?q=mailbox")["items"][0]["id"]);
    operator.patch(&format!("/offers/{mailbox}"), &json!({ "name": { "en": "Postbox" } }));
    operator.patch(&format!("/categories/{compute}"), &json!({ "name": { "en": "Machines" } }));
    let told =
        || ["q=mailbox", "q=postbox", "q=compute", "q=machines"].map(|it| found(&operator, it));
    let expected = [
        "0: ",
        "1: Postbox from 3.00",
        "0: ",
        "2: Virtual Server L from 49.00, Virtual Server S from 9.99",
    ];
    assert_eq!(told(), expected);
    market.house.app.keep_duties();
    assert_eq!(told(), expected);
    operator.post(&format!("/offers/{mailbox}/retire"), &json!({}));
    assert_eq!(found(&operator, "q=postbox"), "0: ");
    market.house.app.keep_duties();
    assert_eq!(found(&operator, "q=postbox"), "0: ");
    let draft = json!({ "name": { "en": "Secret Plan" } });
    operator.post("/offers", &draft);
    assert_eq!(found(&operator, "q=secret"), "0: ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
fn resellers_and_their_customers_find_their_own_shelf_alone() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let offer = |name: &str| json!({ "name": { "en": name } });
    shelve(&operator, &offer("Provider Cloud"), &[]);
    for (branch, name) in [(&house.north, "North Cloud"), (&house.south, "South Cloud")] {
        shelve(&house.client(&branch.admin), &offer(name), &[]);
    }
    let told = || {
        let mut told = String::new();
        for (who, person) in [
            ("operator", &house.operator),
            ("customer", &house.customer.admin),
            ("member", &house.customer.member),
            ("north", &house.north.admin),
            ("customer of north", &house.north.customer.admin),
            ("south", &house.south.admin),
            ("member of south", &house.south.customer.member),
        ] {
            let mut names: Vec<_> = house.client(person).get("/search?q=cloud")["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| match it["is_kept"].as_bool() {
                    Some(true) => format!("{} (kept)", text(&it["name"])),
                    Some(false) | None => text(&it["name"]),
                })
                .collect();
            names.sort_unstable();
            told.push_str(&format!("{who}: {}\n", names.join(", ")));
        }
        told
    };
    let before = told();
    house.app.keep_duties();
    expect![[r#"
        operator: North Cloud (kept), Provider Cloud (kept), South Cloud (kept)
        customer: Provider Cloud
        member: Provider Cloud
        north: North Cloud (kept), Provider Cloud
        customer of north: North Cloud
        south: Provider Cloud, South Cloud (kept)
        member of south: South Cloud
    "#]]
    .assert_eq(&told());
    assert_eq!(before, told());
    let said = Protocol::default();
    let say = |what: &str| {
        said.say(&operator, "operator", what, None);
    };
    say("GET /search?price_max=5");
    say("GET /search?price_max=5.001&currency=EUR");
    say("GET /search?currency=euro");
    say("GET /search?category=mail");
    say("GET /search?language=klingonisch");
    say("GET /search?limit=0");
    say("GET /search?words=cloud");
    said.say(&Client::nobody(&house.app), "nobody", "GET /recommendations", None);
    expect![[r#"
        > GET /search?price_max=5 [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`currency` must be given with `price_max`","request_id":"…","errors":[{"pointer":"currency","rule":"required","message":"must be given with `price_max`"}]}
        > GET /search?price_max=5.001&currency=EUR [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`price_max` must be an amount in EUR, such as `19.99`","request_id":"…","errors":[{"pointer":"price_max","rule":"format","message":"must be an amount in EUR, such as `19.99`"}]}
        > GET /search?currency=euro [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`currency` `euro` is not a currency code of ISO 4217, such as `EUR`","request_id":"…","errors":[{"pointer":"currency","rule":"format","message":"`euro` is not a currency code of ISO 4217, such as `EUR`"}]}
        > GET /search?category=mail [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`category` `mail` is not an id of the form `cat_<uuid>`","request_id":"…","errors":[{"pointer":"category","rule":"format","message":"`mail` is not an id of the form `cat_<uuid>`"}]}
        > GET /search?language=klingonisch [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`language` must be a locale such as `de` or `en_US`","request_id":"…","errors":[{"pointer":"language","rule":"format","message":"must be a locale such as `de` or `en_US`"}]}
        > GET /search?limit=0 [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`limit` must be a number from 1 to 1000","request_id":"…","errors":[{"pointer":"limit","rule":"range","message":"must be a number from 1 to 1000"}]}
        > GET /search?words=cloud [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`words` is unknown: expected one of `q`, `category`, `product`, `seller`, `language`, `currency`, `price_max`, `channel`, `limit`","request_id":"…","errors":[{"pointer":"words","rule":"unknown_parameter","message":"is unknown: expected one of `q`, `category`, `product`, `seller`, `language`, `currency`, `price_max`, `channel`, `limit`"}]}
        > GET /recommendations [nobody]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn an_index_that_was_deleted_or_broken_is_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("search");
    let house = House::in_app(App::in_folder(folder.path(), "2026-01-01", 1));
    stocked(&house.operator());
    house.app.keep_duties();
    let token = house.operator.token.clone();
    let expected = found(&house.operator(), "q=server");
    assert_eq!(expected, "2: Virtual Server L from 49.00, Virtual Server S from 9.99");
    drop(house);
    let deleted = || std::fs::remove_dir_all(&index).unwrap();
    let broken = || {
        for file in std::fs::read_dir(&index).unwrap() {
            std::fs::write(file.unwrap().path(), "broken").unwrap();
        }
    };
    for (times, harm) in [(2, &deleted as &dyn Fn()), (3, &broken), (4, &|| ())] {
        harm();
        let app = App::in_folder(folder.path(), "2026-01-01", times);
        let ask = || found(&Client::with_token(&app, &token), "q=server");
        let before = ask();
        assert!(before.starts_with("2: "), "{before}");
        app.keep_duties();
        assert_eq!(ask(), expected);
        assert!(std::fs::read_dir(&index).unwrap().count() > 3, "there is an index again");
    }
}

#[test]
fn an_offer_is_found_by_the_price_that_is_in_force() {
    let market = Market::on("2026-01-15");
    let operator = market.operator();
    let offer = market.offer("Mailbox", &[monthly("Base", "EUR", "10")]);
    market.house.app.keep_duties();
    let price = text(&operator.get(&format!("/offers/{offer}"))["prices"][0]["id"]);
    for (day, amount) in [("2026-02-01", "20"), ("2026-03-01", "5")] {
        let model = json!({ "kind": "flat", "amount": amount });
        let version = json!({ "valid_from": day, "model": model });
        operator.post(&format!("/prices/{price}/versions"), &version);
    }
    let mut told = Vec::new();
    for day in ["2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01"] {
        market.advance_to(day);
        let cheap = found(&operator, "currency=EUR&price_max=12");
        told.push(format!("{day} {} | {cheap}", found(&operator, "q=mailbox")));
    }
    let begun = operator.get("/events?kind=price&verb=activated&order=oldest");
    let begun = begun["items"].as_array().unwrap().iter();
    told.extend(begun.map(|it| format!("{} {}", text(&it["at"]), text(&it["name"]))));
    expect![[r#"
        2026-01-31 1: Mailbox from 10.00 | 1: Mailbox from 10.00
        2026-02-01 1: Mailbox from 20.00 | 0: 
        2026-02-28 1: Mailbox from 20.00 | 0: 
        2026-03-01 1: Mailbox from 5.00 | 1: Mailbox from 5.00
        2026-02-01T00:00:00Z price.activated
        2026-03-01T00:00:00Z price.activated"#]]
    .assert_eq(&told.join("\n"));
}
