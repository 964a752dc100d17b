//! Value added tax by the law of the European Union, from the order to the papers.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::world::http::Response;
use tillbox::world::vies;

use crate::harness::market::{Market, monthly, sums, text};
use crate::harness::outside::body;

/// A market of a seller in Germany that is taxed by that law, and what it sells.
fn selling(day: &str, settings: Value) -> (Market, String) {
    let market = Market::on(day);
    let operator = market.operator();
    let provider = text(&operator.get("/session")["account"]["id"]);
    let said = json!({
        "address": { "street": "Werft 1", "city": "Kiel", "country": "DE" },
        "contacts": { "billing": { "email": "bills@provider.test" } },
        "tax": { "registration_id": "DE136695976" },
    });
    operator.patch(&format!("/accounts/{provider}"), &said);
    let registered = json!({ "registration": "HRB 123456", "payment_terms": "At once." });
    operator.post("/letterheads", &registered);
    let path = format!("/accounts/{provider}/billing_policy");
    operator.patch(&path, &json!({ "tax_regime": "eu_vat" }));
    operator.patch(&path, &settings);
    let offer =
        market.offer("Base", &[monthly("Base", "EUR", "100"), monthly("More", "EUR", "9.99")]);
    (market, offer)
}

/// An account in a country, written to in a language, with a tax number if one is said.
fn buyer(market: &Market, (country, locale): (&str, &str), number: Option<&str>) -> Value {
    let body = json!({
        "name": format!("Buyer in {country}"), "locale": locale,
        "address": { "street": "Quai 1", "city": "Port", "country": country },
        "contacts": { "billing": { "email": "bills@buyer.test" } },
        "tax": { "registration_id": number },
        "billing": { "currency": "EUR" },
    });
    market.operator().post("/accounts", &body)
}

fn paper(market: &Market, invoice: &Value, form: &str) -> Vec<u8> {
    let path = format!("GET /invoices/{}/{form}", text(&invoice["id"]));
    let given = market.operator().call(&path, None);
    let said = String::from_utf8_lossy(&given.body).chars().take(800).collect::<String>();
    assert!(given.status.is_success(), "{form}: {said}");
    given.body.to_vec()
}

/// What stands between a tag and the next one, in each of its places, each text once.
fn between(xml: &str, tag: &str) -> String {
    let mut found: Vec<&str> = Vec::new();
    for part in xml.split(tag).skip(1) {
        let text = part.split('>').nth(1).and_then(|it| it.split('<').next()).unwrap_or("");
        if !text.trim().is_empty() && !found.contains(&text) {
            found.push(text);
        }
    }
    if found.is_empty() { "-".to_owned() } else { found.join(",") }
}

/// The minor units of an amount with two places.
fn cents(it: &Value) -> i64 {
    text(&it["amount"]).replace('.', "").parse().unwrap()
}

/// How an invoice is taxed, for people and for machines.
fn told(market: &Market, account: &Value) -> String {
    let invoices = market.invoices(account);
    let invoice = invoices.last().expect("an invoice");
    let tax = &invoice["taxes"][0];
    let line = &invoice["lines"][0]["explanation"]["tax"];
    let shown = invoice["lines"].as_array().unwrap().iter().map(|it| cents(&it["tax"]));
    assert_eq!(shown.sum::<i64>(), cents(&invoice["tax"]), "the lines' taxes are the invoice's");
    let cii = String::from_utf8(paper(market, invoice, "cii")).unwrap();
    let ubl = String::from_utf8(paper(market, invoice, "ubl")).unwrap();
    assert!(paper(market, invoice, "pdf").starts_with(b"%PDF"));
    assert!(paper(market, invoice, "factur_x").starts_with(b"%PDF"));
    format!(
        "{}: {} {} {} %: {}\n{}\n{}\n{} {} {}\n",
        text(&account["name"]),
        text(&tax["name"]),
        text(&tax["treatment"]),
        text(&tax["rate"]),
        sums(invoice),
        text(&line["text"][1]),
        tax["reason"].as_str().unwrap_or("-"),
        between(&cii, "ram:CategoryCode"),
        between(&cii, "ram:ExemptionReasonCode"),
        between(&ubl, "cbc:TaxExemptionReasonCode"),
    )
}

#[test]
fn where_the_buyer_is_and_who_it_is_decide_on_the_tax() {
    let (market, offer) = selling("2026-01-01", json!({}));
    let mut all = String::new();
    for (place, number) in [
        (("DE", "de"), None),
        (("FR", "fr"), Some("FR 40 303 265 045")),
        (("ES", "es"), Some("ESJ99216582")),
        (("AT", "de"), Some("ATU13585627")),
        (("IE", "en"), Some("IE6433435F")),
        (("FR", "fr"), None),
        (("US", "en"), None),
        (("CH", "de"), Some("CHE-107.787.577 MWST")),
    ] {
        let account = buyer(&market, place, number);
        market.order(&account, &offer, 1);
        all += &told(&market, &account);
    }
    expect![[r#"
        Buyer in DE: USt standard 19 %: 109.99 + 20.90 = 130.89 EUR, due 130.89
        by EU VAT from DE to DE on 2026-01-01: both at home; the rate of DE as of 2021-01-01
        -
        S - -
        Buyer in FR: TVA reverse_charge 0 %: 109.99 + 0.00 = 109.99 EUR, due 109.99
        by EU VAT from DE to FR on 2026-01-01: a business in another member state, which owes the tax; known as FR 40 303 265 045, not verified
        Autoliquidation : TVA due par le preneur (article 196 de la directive 2006/112/CE)
        AE VATEX-EU-AE VATEX-EU-AE
        Buyer in ES: IVA reverse_charge 0 %: 109.99 + 0.00 = 109.99 EUR, due 109.99
        by EU VAT from DE to ES on 2026-01-01: a business in another member state, which owes the tax; known as ESJ99216582, not verified
        Inversión del sujeto pasivo (artículo 196 de la Directiva 2006/112/CE)
        AE VATEX-EU-AE VATEX-EU-AE
        Buyer in AT: USt reverse_charge 0 %: 109.99 + 0.00 = 109.99 EUR, due 109.99
        by EU VAT from DE to AT on 2026-01-01: a business in another member state, which owes the tax; known as ATU13585627, not verified
        Steuerschuldnerschaft des Leistungsempfängers (Artikel 196 der Richtlinie 2006/112/EG)
        AE VATEX-EU-AE VATEX-EU-AE
        Buyer in IE: VAT reverse_charge 0 %: 109.99 + 0.00 = 109.99 EUR, due 109.99
        by EU VAT from DE to IE on 2026-01-01: a business in another member state, which owes the tax; known as IE6433435F, not verified
        Reverse charge: the recipient owes the VAT (Article 196 of Directive 2006/112/EC)
        AE VATEX-EU-AE VATEX-EU-AE
        Buyer in FR: TVA FR standard 20 %: 109.99 + 22.00 = 131.99 EUR, due 131.99
        by EU VAT from DE to FR on 2026-01-01: a consumer in a member state, whose rate holds; the rate of FR as of 2014-01-01
        -
        S - -
        Buyer in US: VAT out_of_scope 0 %: 109.99 + 0.00 = 109.99 EUR, due 109.99
        by EU VAT from DE to US on 2026-01-01: a buyer where the tax does not hold
        Not subject to VAT: the place of supply is outside of its territory
        O VATEX-EU-O VATEX-EU-O
        Buyer in CH: USt out_of_scope 0 %: 109.99 + 0.00 = 109.99 EUR, due 109.99
        by EU VAT from DE to CH on 2026-01-01: a buyer where the tax does not hold
        Nicht steuerbar: Der Leistungsort liegt außerhalb des Steuergebiets
        O VATEX-EU-O VATEX-EU-O
    "#]].assert_eq(&all);
    market.must_be_whole();
}

#[test]
fn a_paper_says_in_the_language_of_its_reader_why_there_is_no_tax() {
    let (market, offer) = selling("2026-01-01", json!({}));
    for (place, number, words) in [
        (("IE", "en"), Some("IE6433435F"), "Reverse charge: the recipient owes the VAT"),
        (("AT", "de"), Some("ATU13585627"), "Steuerschuldnerschaft des Leistungsempfängers"),
        (("FR", "fr"), Some("FR40303265045"), "TVA due par le preneur"),
        (("ES", "es"), Some("ESJ99216582"), "Inversión del sujeto pasivo"),
        (("US", "en"), None, "Not subject to VAT"),
        (("CH", "de"), None, "Nicht steuerbar"),
        (("CH", "fr"), None, "Non soumis à la TVA"),
        (("US", "es"), None, "No sujeto a IVA"),
    ] {
        let account = buyer(&market, place, number);
        market.order(&account, &offer, 1);
        let pdf = paper(&market, &market.invoices(&account)[0], "pdf");
        let pdf = lopdf::Document::load_mem(&pdf).unwrap();
        let pages: Vec<_> = pdf.get_pages().into_keys().collect();
        let plain = |it: &str| it.split_whitespace().collect::<String>();
        let said = plain(&pdf.extract_text(&pages).unwrap());
        assert!(said.contains(&plain(words)), "{words}: {said}");
    }
}

#[test]
fn who_sells_little_abroad_taxes_consumers_as_at_home() {
    let (market, offer) = selling("2026-01-01", json!({ "distance_sales": "home" }));
    let account = buyer(&market, ("FR", "fr"), None);
    market.order(&account, &offer, 1);
    expect![[r#"
        Buyer in FR: TVA standard 19 %: 109.99 + 20.90 = 130.89 EUR, due 130.89
        by EU VAT from DE to FR on 2026-01-01: a consumer abroad, below the threshold for its rate; the rate of DE as of 2021-01-01
        -
        S - -
    "#]].assert_eq(&told(&market, &account));
}

/// Puts a base that is paid in advance and traffic on the shelf.
fn base_and_traffic(market: &Market) -> String {
    market.offer(
        "Traffic",
        &[
            monthly("Base", "EUR", "100"),
            json!({
                "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
                "model": { "kind": "per_unit", "per_unit": "1" },
            }),
        ],
    )
}

#[test]
fn what_was_used_up_to_the_eve_of_a_new_rate_bears_the_old_one() {
    let (market, _) = selling("2025-06-01", json!({}));
    let account = buyer(&market, ("EE", "en"), None);
    let subscription = market.order(&account, &base_and_traffic(&market), 1);
    market.advance_to("2025-06-25");
    market.uses(&subscription, ("e1", "2025-06-20T12:00:00Z", "10"));
    market.advance_to("2025-07-02");
    let invoice = market.invoices(&account).pop().unwrap();
    let rate = |it: &Value| text(&it["explanation"]["tax"]["rate"]);
    let lines = invoice["lines"].as_array().unwrap().iter();
    let rates: Vec<_> = lines.map(|it| format!("{} {}", text(&it["kind"]), rate(it))).collect();
    assert_eq!(rates, ["recurring 24", "usage 22"]);
    assert_eq!(sums(&invoice), "110.00 + 26.20 = 136.20 EUR, due 136.20");
    for form in ["cii", "ubl", "pdf"] {
        paper(&market, &invoice, form);
    }
}

/// The rate of the day on which it is billed holds, or that of the last day of what was used, for a
/// whole period and not by its days.
#[test]
fn a_rate_that_changes_in_mid_period_holds_from_the_next_bill_on() {
    let (market, _) = selling("2025-06-15", json!({}));
    let offer = base_and_traffic(&market);
    let account = buyer(&market, ("EE", "en"), None);
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2025-06-25");
    market.uses(&subscription, ("e1", "2025-06-20T12:00:00Z", "10"));
    market.advance_to("2025-08-16");
    let mut of_june = Vec::new();
    for invoice in market.invoices(&account) {
        let expected =
            if text(&invoice["issued_on"]).as_str() < "2025-07-01" { "22" } else { "24" };
        for line in invoice["lines"].as_array().unwrap() {
            assert_eq!(line["explanation"]["tax"]["rate"], expected, "{line}");
            if text(&line["service_period"]["start"]).starts_with("2025-06") {
                of_june.push(format!("{} {expected}", text(&line["kind"])));
            }
        }
    }
    assert_eq!(of_june, ["recurring 22", "usage 24"], "in advance, and when it was used");
}

#[test]
fn own_rules_go_first_where_a_seller_wants_that() {
    let (market, offer) = selling("2026-01-01", json!({ "tax_regime": "own_rules_first" }));
    let account = buyer(&market, ("FR", "fr"), None);
    market.order(&account, &offer, 1);
    let taxes = market.invoices(&account)[0]["taxes"].clone();
    assert_eq!((&taxes[0]["rate"], taxes[0]["rule"].is_string()), (&json!("20"), true));
}

#[test]
fn a_certificate_frees_from_the_tax_of_its_country_while_it_holds() {
    let (market, offer) = selling("2026-01-01", json!({}));
    let operator = market.operator();
    let account = buyer(&market, ("DE", "de"), None);
    let path = format!("/accounts/{}", text(&account["id"]));
    let exemption = json!({
        "certificate": "B 47/11", "country": "DE", "reason": "§ 4 Nr. 21 UStG",
        "valid_from": "2026-01-01", "valid_until": "2026-02-01",
    });
    let wrong = |field: &str, value: Value| {
        let mut it = exemption.clone();
        it[field] = value;
        let body = json!({ "tax": { "exemptions": [it] } });
        let refused = operator.call(&format!("PATCH {path}"), Some(&body));
        format!("{} {}\n", refused.status.as_u16(), refused.json()["errors"])
    };
    let mut refused = wrong("country", json!("XX"));
    refused += &wrong("valid_until", json!("2026-01-01"));
    refused += &wrong("certificate", json!(""));
    refused += &wrong("category", json!("txc_00000000-0000-0000-0000-000000000000"));
    expect![[r#"
        422 [{"message":"must be the code of a country by ISO 3166, such as `DE`","pointer":"/tax/exemptions/0/country","rule":"format"}]
        422 [{"message":"must be later than `2026-01-01`, when it begins","pointer":"/tax/exemptions/0/valid_until","rule":"range"}]
        422 [{"message":"must not be empty","pointer":"/tax/exemptions/0/certificate","rule":"format"}]
        422 [{"message":"`txc_00000000-0000-0000-0000-000000000000` is not there","pointer":"/tax/exemptions/0/category","rule":"reference"}]
    "#]].assert_eq(&refused);
    operator.patch(&path, &json!({ "tax": { "exemptions": [exemption] } }));
    market.order(&account, &offer, 1);
    let mut all = told(&market, &account);
    let line = &market.invoices(&account)[0]["lines"][0]["explanation"]["tax"];
    all += &format!("{}\n{}\n", line["certificate"], line["text"][2]);
    market.advance_to("2026-02-02");
    all += &told(&market, &account);
    expect![[r#"
        Buyer in DE: USt exempt 0 %: 109.99 + 0.00 = 109.99 EUR, due 109.99
        by EU VAT from DE to DE on 2026-01-01: both at home; the rate of DE as of 2021-01-01
        Steuerfrei laut Bescheinigung B 47/11 (§ 4 Nr. 21 UStG)
        E - -
        {"country":"DE","number":"B 47/11","rate":"19"}
        "freed from 19 % of DE by certificate B 47/11 from 2026-01-01 until before 2026-02-01"
        Buyer in DE: USt standard 19 %: 109.99 + 20.90 = 130.89 EUR, due 130.89
        by EU VAT from DE to DE on 2026-02-01: both at home; the rate of DE as of 2021-01-01
        -
        S - -
    "#]]
    .assert_eq(&all);
}

/// Prices that contain the tax: what the customer pays stays, and the tax is taken out of it.
#[test]
fn a_price_that_contains_the_tax_contains_that_of_the_country() {
    let (market, _) = selling("2026-01-01", json!({}));
    let gross = |name: &str, amount: &str| {
        let mut price = monthly(name, "EUR", amount);
        price["includes_tax"] = json!(true);
        price
    };
    let offer = market.offer("Gross", &[gross("Base", "9.99"), gross("More", "9.99")]);
    let mut all = String::new();
    for (place, number) in
        [(("DE", "de"), None), (("FR", "fr"), None), (("FR", "fr"), Some("FR40303265045"))]
    {
        let account = buyer(&market, place, number);
        market.order(&account, &offer, 1);
        let invoice = &market.invoices(&account)[0];
        let lines = invoice["lines"].as_array().unwrap().iter();
        let shown: Vec<_> = lines.map(|it| text(&it["tax"]["amount"])).collect();
        all += &format!("{}lines {}\n", told(&market, &account), shown.join(", "));
    }
    expect![[r#"
        Buyer in DE: USt standard 19 %: 16.79 + 3.19 = 19.98 EUR, due 19.98
        by EU VAT from DE to DE on 2026-01-01: both at home; the rate of DE as of 2021-01-01
        -
        S - -
        lines 1.60, 1.59
        Buyer in FR: TVA FR standard 20 %: 16.65 + 3.33 = 19.98 EUR, due 19.98
        by EU VAT from DE to FR on 2026-01-01: a consumer in a member state, whose rate holds; the rate of FR as of 2014-01-01
        -
        S - -
        lines 1.67, 1.66
        Buyer in FR: TVA reverse_charge 0 %: 19.98 + 0.00 = 19.98 EUR, due 19.98
        by EU VAT from DE to FR on 2026-01-01: a business in another member state, which owes the tax; known as FR40303265045, not verified
        Autoliquidation : TVA due par le preneur (article 196 de la directive 2006/112/CE)
        AE VATEX-EU-AE VATEX-EU-AE
        lines 0.00, 0.00
    "#]].assert_eq(&all);
}

/// The state of an account's number, and how often the register was asked.
fn number(market: &Market, account: &Value) -> String {
    let tax = market.operator().get(&format!("/accounts/{}", text(&account["id"])))["tax"].clone();
    let asked = market.house.app.outside.heard();
    let asked = asked.iter().filter(|it| it.address == vies::ADDRESS).map(body);
    let own = text(&tax["registration_id"]);
    let asked: Vec<_> = asked.filter(|it| own.ends_with(&text(&it["vatNumber"]))).collect();
    format!(
        "{} {} {}, asked {} times{}\n",
        tax["registration_status"],
        tax["registration_verified_on"],
        tax["registration_consultation"],
        asked.len(),
        asked.last().map(|it| format!(": {it}")).unwrap_or_default(),
    )
}

#[test]
fn a_number_is_looked_up_and_counts_as_its_register_says() {
    let (market, offer) = selling("2026-01-01", json!({ "vat_numbers": "verified" }));
    let app = &market.house.app;
    app.outside
        .answer(|_| Ok(Response::new(200, r#"{"valid":false,"userError":"MS_UNAVAILABLE"}"#)));
    let account = buyer(&market, ("FR", "fr"), Some("FR40303265045"));
    app.keep_duties();
    let mut all = number(&market, &account);
    market.order(&account, &offer, 1);
    let failure = &market.operator().get("/billing_runs")["items"][0]["failures"][0];
    all += &format!("{} {}\n", failure["code"], failure["reason"]);
    app.keep_duties();
    all += &number(&market, &account);
    app.outside.answer(|_| {
        let known = r#"{"valid":true,"requestDate":"2026-01-01T08:00:00.000Z","requestIdentifier":"WAPIAAAAYeR4"}"#;
        Ok(Response::new(200, known))
    });
    app.pass("1 day");
    app.keep_duties();
    all += &number(&market, &account);
    market.advance_to("2026-01-03");
    all += &told(&market, &account);
    app.outside.answer(|_| Ok(Response::new(200, r#"{"valid":false}"#)));
    let other = buyer(&market, ("FR", "fr"), Some("FR23334175221"));
    app.keep_duties();
    all += &number(&market, &other);
    market.order(&other, &offer, 1);
    all += &told(&market, &other);
    expect![[r#"
        "not_verified" null null, asked 1 times: {"countryCode":"FR","requesterMemberStateCode":"DE","requesterNumber":"136695976","vatNumber":"40303265045"}
        "tax_undetermined" "`FR40303265045` has not been found in its register yet, and the seller taxes by numbers that have"
        "not_verified" null null, asked 1 times: {"countryCode":"FR","requesterMemberStateCode":"DE","requesterNumber":"136695976","vatNumber":"40303265045"}
        "verified" "2026-01-01" "WAPIAAAAYeR4", asked 2 times: {"countryCode":"FR","requesterMemberStateCode":"DE","requesterNumber":"136695976","vatNumber":"40303265045"}
        Buyer in FR: TVA reverse_charge 0 %: 109.99 + 0.00 = 109.99 EUR, due 109.99
        by EU VAT from DE to FR on 2026-01-01: a business in another member state, which owes the tax; known as FR40303265045, verified on 2026-01-01 by consultation WAPIAAAAYeR4
        Autoliquidation : TVA due par le preneur (article 196 de la directive 2006/112/CE)
        AE VATEX-EU-AE VATEX-EU-AE
        "refused" "2026-01-03" null, asked 1 times: {"countryCode":"FR","requesterMemberStateCode":"DE","requesterNumber":"136695976","vatNumber":"23334175221"}
        Buyer in FR: TVA FR standard 20 %: 109.99 + 22.00 = 131.99 EUR, due 131.99
        by EU VAT from DE to FR on 2026-01-03: a consumer in a member state, whose rate holds; the rate of FR as of 2014-01-01
        -
        S - -
    "#]].assert_eq(&all);
}

#[test]
fn nobody_is_asked_unless_the_seller_wants_it_and_nothing_waits_then() {
    let (market, offer) = selling("2026-01-01", json!({}));
    let account = buyer(&market, ("FR", "fr"), Some("FR40303265045"));
    market.order(&account, &offer, 1);
    assert!(number(&market, &account).ends_with("asked 0 times\n"));
    assert_eq!(market.invoices(&account)[0]["taxes"][0]["treatment"], "reverse_charge");
    let provider = text(&market.operator().get("/session")["account"]["id"]);
    let path = format!("/accounts/{provider}/billing_policy");
    market.operator().patch(&path, &json!({ "vat_numbers": "looked_up" }));
    market.house.app.keep_duties();
    let told = number(&market, &account);
    assert!(told.starts_with(r#""not_verified""#) && told.contains("asked 1 times"), "{told}");
}

/// What an offer costs somebody is what its invoice will say: not by where it is alone.
#[test]
fn what_an_offer_costs_a_business_abroad_is_said_without_tax() {
    let (market, offer) = selling("2026-01-01", json!({}));
    let operator = market.operator();
    let business = buyer(&market, ("FR", "fr"), Some("FR 40 303 265 045"));
    let person = buyer(&market, ("FR", "fr"), None);
    let costs = |account: &Value| {
        let wish = json!({ "currency": "EUR", "country": "FR", "account": account });
        let found = operator.post(&format!("/offers/{offer}/calculate"), &wish);
        ["net", "gross"].map(|it| text(&found[it]["amount"]))
    };
    assert_eq!(costs(&business["id"]), ["109.99", "109.99"]);
    let [net, gross] = costs(&person["id"]);
    assert_eq!([net.clone(), gross.clone()], costs(&Value::Null), "by the country");
    assert_ne!(net, gross);
    let north = market.house.client(&market.house.north.customer.admin);
    let wish = json!({ "currency": "EUR", "account": business["id"] });
    let hidden = north.call(&format!("POST /offers/{offer}/calculate"), Some(&wish)).status;
    assert!(hidden == 404 || hidden == 422, "{hidden}");
    let other = json!({ "currency": "EUR", "account": market.house.north.customer.account });
    let refused = operator.call(&format!("POST /offers/{offer}/calculate"), Some(&other));
    assert_eq!(refused.status, 422, "{}", refused.json());
}
