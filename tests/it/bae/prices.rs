//! Price plans: how they are said, shown, refused and changed, and what they come to.

use serde_json::{Value, json};

use super::buying::{PRODUCT, Store};
use super::shop::{Shop, digital, lead, monthly, offerings};
use crate::harness::house::House;
use crate::harness::market::{Market, text};

fn plans(of: &Value) -> Vec<Value> {
    of["productOfferingPrice"].as_array().cloned().unwrap_or_default()
}

/// A plan without its id, which is the house's.
fn plain(mut plan: Value) -> Value {
    plan.as_object_mut().unwrap().remove("id");
    plan
}

fn usage() -> Value {
    json!({
        "name": "By use", "description": "As you go", "priceType": "usage", "unitOfMeasure": "call",
        "price": { "taxIncludedAmount": "0.0125", "dutyFreeAmount": "0.01", "taxRate": "25", "currencyCode": "EUR" },
    })
}

fn altered() -> Value {
    let mut it = monthly("Large");
    it["productOfferPriceAlteration"] = json!([
        {
            "id": "1", "name": "Big discount", "description": "For whoever takes much",
            "priceType": "recurring", "priceCondition": "ge 200", "price": { "percentage": "5" },
            "validFor": { "startDateTime": "2026-01-01T00:00:00Z" },
        },
        { "name": "Setup fee", "priceType": "one time", "price": { "taxIncludedAmount": "5" } },
        { "name": "Call fee", "priceType": "usage", "unitOfMeasure": "call", "price": { "taxIncludedAmount": "0.5", "currencyCode": "EUR" } },
    ]);
    it
}

#[test]
fn plans_are_shown_as_they_were_said() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let mut dated = monthly("Monthly");
    dated["version"] = json!("1.2");
    dated["validFor"] = json!({ "startDateTime": "2026-01-01T00:00:00Z" });
    let said = [dated, usage(), altered()];
    let body = json!({ "name": "Weather", "productSpecification": lead(&product), "productOfferingPrice": said });
    let made = seller.make(&offerings(&catalog), &body);
    let shown: Vec<_> = plans(&made).into_iter().map(plain).collect();
    assert_eq!(shown, said);
    let ours = seller.0.get(&format!("/offers/{}/prices", made["id"].as_str().unwrap()));
    let plans_of: std::collections::BTreeSet<_> =
        ours["items"].as_array().unwrap().iter().map(|it| it["plan"].as_str().unwrap()).collect();
    assert_eq!(plans_of.len(), 3, "the buyer picks one of three");
    let anew = json!({ "productOfferingPrice": [usage()] });
    let shown = plans(&seller.change(&made, &anew)).into_iter().map(plain).collect::<Vec<_>>();
    assert_eq!(shown, [usage()]);
    assert_eq!(
        plans(&seller.change(&made, &json!({ "productOfferingPrice": [] }))),
        Vec::<Value>::new()
    );
}

#[test]
fn what_is_wrong_with_a_plan_is_told_before_anything_is_kept() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let with = |plan: Value| json!({ "name": "W", "productSpecification": lead(&product), "productOfferingPrice": plan });
    let other = |name: &str, value: Value| {
        let mut it = monthly("M");
        it[name] = value;
        json!([it])
    };
    for (plans, expected) in [
        (
            other("priceType", json!("barter")),
            "400 `productOfferingPrice[0].priceType` `barter` is none of `one time`, `recurring` and `usage` (enum)",
        ),
        (
            other("recurringChargePeriod", json!(null)),
            "400 `productOfferingPrice[0].recurringChargePeriod` must be given (required)",
        ),
        (
            json!([monthly("M"), monthly("m")]),
            "400 `productOfferingPrice[1].name` `m` is the name of another plan (unique)",
        ),
        (
            other("price", json!({ "taxIncludedAmount": "1", "currencyCode": "XXQ" })),
            "400 `productOfferingPrice[0].price.currencyCode` ",
        ),
        (
            other("price", json!({ "taxIncludedAmount": "0", "currencyCode": "EUR" })),
            "400 `productOfferingPrice[0].price.taxIncludedAmount` must be more than 0",
        ),
        (
            other(
                "productOfferPriceAlteration",
                json!({ "name": "Bonus", "priceType": "recurring", "price": { "percentage": 5 } }),
            ),
            "400 `productOfferingPrice[0].productOfferPriceAlteration[0].name` `Bonus` must have either",
        ),
        (json!({}), "400 `productOfferingPrice` must be a list (type)"),
    ] {
        let told = seller.is_refused(&offerings(&catalog), &with(plans));
        assert!(told.starts_with(expected), "{told}");
    }
}

#[test]
fn an_offering_without_plans_is_free_and_one_called_open_is_for_everybody() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, hands) = (seller.catalog("Data"), seller.product("By hand"));
    let data = json!({ "name": "Set", "lifecycleStatus": "Launched", "productSpecCharacteristic": digital("https://d.example.com/1") });
    let data = seller.make("productSpecification", &data);
    let offer = |name: &str, product: &Value, plans: Value| json!({ "name": name, "lifecycleStatus": "Active", "productSpecification": lead(product), "productOfferingPrice": plans });
    let path = offerings(&catalog);
    let free = seller.make(&path, &offer("Free", &hands, json!([])));
    assert_eq!(plans(&free), Vec::<Value>::new());
    let open =
        seller.make(&path, &offer("Open", &data, json!([{ "name": "open", "description": "" }])));
    assert_eq!(plans(&open), [json!({ "name": "open" })]);
    assert_eq!(
        seller.is_refused(&path, &offer("Open", &hands, json!([{ "name": "open" }]))),
        "422 `productOfferingPrice` only what is digital can be open (delivers)"
    );
    assert_eq!(
        seller.is_refused(&path, &offer("Open", &data, json!([{ "name": "open" }, monthly("M")]))),
        "400 `productOfferingPrice[0].name` `open` must be the only plan, with nothing but a name and a description (conflict)"
    );
    let bundle = json!({ "name": "Both", "isBundle": true, "bundledProductOffering": [lead(&open), lead(&seller.offering(&catalog, &data, "Paid"))], "productOfferingPrice": [{ "name": "open" }] });
    assert_eq!(
        seller.is_refused(&path, &bundle),
        "422 `productOfferingPrice` `Paid` is not open, so that the bundle is not (delivers)"
    );
}

/// Who has bought keeps what was agreed: on the market amounts change, and plans come and go.
#[test]
fn on_the_market_amounts_change_and_plans_come_and_go() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let made = seller.offering(&catalog, &product, "Weather");
    seller.moves(&made, "Launched");
    let price = |amount: &str| {
        let mut it = monthly("Monthly");
        it["price"] = json!({ "taxIncludedAmount": amount, "currencyCode": "EUR" });
        it
    };
    let to = |plans: &[Value]| json!({ "productOfferingPrice": plans });
    house.app.pass("1 day");
    let changed = seller.change(&made, &to(&[price("15")]));
    assert_eq!(
        plans(&changed)[0]["price"],
        json!({ "taxIncludedAmount": "15", "currencyCode": "EUR" })
    );
    let two = seller.change(&made, &to(&[price("15"), usage()]));
    assert_eq!(plans(&two).len(), 2);
    let mut yearly = price("15");
    yearly["recurringChargePeriod"] = json!("yearly");
    let refused = seller.is_told(&made, &to(&[yearly, usage()]));
    assert!(refused.starts_with("409 the plan `Monthly` was on the market"), "{refused}");
    let one = seller.change(&made, &to(&[usage()]));
    assert_eq!(plans(&one).len(), 1);
    let back = seller.change(&made, &to(&[price("12"), usage()]));
    assert_eq!(plans(&back)[0]["price"]["taxIncludedAmount"], "12", "it is charged once");
    let id = made["id"].as_str().unwrap();
    let wish = json!({ "currency": "EUR", "plan": "Monthly-1" });
    let calculated = seller.0.call(&format!("POST /offers/{id}/calculate"), Some(&wish)).json();
    assert_eq!(calculated["lines"].as_array().unwrap().len(), 1);
}

/// What is said with tax is what is paid, whatever the tax of the buyer's country is of it.
#[test]
fn what_a_plan_says_with_tax_is_what_the_first_bill_comes_to() {
    let market = Market::on("2026-01-01");
    let seller = Shop::of(&market.house, &market.house.operator);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let discount = json!({ "name": "Big discount", "priceType": "recurring", "priceCondition": "ge 200", "price": { "percentage": 5 } });
    let mut plan = monthly("Monthly");
    plan["price"] = json!({ "taxIncludedAmount": "200", "dutyFreeAmount": "166.67", "taxRate": "20", "currencyCode": "EUR" });
    plan["productOfferPriceAlteration"] = discount;
    let body = json!({ "name": "Weather", "lifecycleStatus": "Active", "productSpecification": lead(&product), "productOfferingPrice": [plan] });
    let made = seller.make(&offerings(&catalog), &body);
    let id = made["id"].as_str().unwrap();
    let wish = json!({ "currency": "EUR", "country": "DE" });
    let calculated = seller.0.call(&format!("POST /offers/{id}/calculate"), Some(&wish));
    assert_eq!(calculated.json()["gross"]["amount"], "190.00", "{}", calculated.json());
}

/// Whoever reads a price finds it with tax and without it: in the catalogue, also after it was changed, in
/// orders and among what was bought.
#[test]
fn amounts_are_told_with_tax_and_without_it() {
    let store = Store::open();
    let (buyer, operator) = (store.buyer(), store.market.operator());
    let home = json!({ "address": { "street": "Ring 2", "city": "Berlin", "country": "DE" } });
    operator.patch(&format!("/accounts/{}", store.market.house.operator.account), &home);
    let path = format!("/DSProductCatalog/api/catalogManagement/v2/productOffering/{}", store.mail);
    let whole = |net: &str, gross: &str| json!({ "dutyFreeAmount": net, "taxIncludedAmount": gross, "taxRate": "20", "currencyCode": "EUR" });
    assert_eq!(plans(&buyer.get(&path))[0]["price"], whole("10", "12"));
    // Who sells it says it again as it is agreed.
    let mut agreed = whole("10", "12");
    agreed.as_object_mut().unwrap().remove("taxIncludedAmount");
    assert_eq!(plans(&operator.get(&path))[0]["price"], agreed);
    let order = store.buys(&[&store.mail]);
    let ordered = &order["orderItem"][0]["product"];
    assert_eq!(ordered["productPrice"][0]["price"], whole("10", "12"));
    let bought = buyer.get(&format!("{PRODUCT}/{}", text(&ordered["id"])));
    assert_eq!(bought["productPrice"][0]["price"], whole("10", "12"));

    let seller = Shop::of(&store.market.house, &store.market.house.operator);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let made = seller.offering(&catalog, &product, "Weather");
    seller.moves(&made, "Launched");
    store.market.advance_to("2026-01-02");
    let changed = |price: Value| {
        let mut plan = monthly("Monthly");
        plan["price"] = price;
        let changed = seller.change(&made, &json!({ "productOfferingPrice": [plan] }));
        plans(&changed)[0]["price"].clone()
    };
    assert_eq!(changed(whole("12.5", "15")), whole("12.5", "15"), "as it was said");
    let alone = json!({ "taxIncludedAmount": "18", "currencyCode": "EUR" });
    assert_eq!(changed(alone), whole("15", "18"), "as the rules have it");
    // What lowers a price was chosen with it.
    let mut plan = monthly("Monthly");
    plan["productOfferPriceAlteration"] = json!({
        "name": "Big discount", "priceType": "recurring", "priceCondition": "ge 10",
        "price": { "percentage": "50" },
    });
    let body = json!({ "name": "Sale", "lifecycleStatus": "Active", "productSpecification": lead(&product), "productOfferingPrice": [plan] });
    let sale = seller.make(&offerings(&catalog), &body);
    seller.moves(&sale, "Launched");
    let order = store.buys(&[&text(&sale["id"])]);
    let bought = &order["orderItem"][0]["product"]["productPrice"][0];
    assert_eq!(bought["price"], whole("10", "12"));
    let altered = &bought["productOfferPriceAlteration"];
    assert_eq!(
        (&altered["priceCondition"], &altered["price"]["percentage"]),
        (&json!("ge 10"), &json!("50"))
    );
}
