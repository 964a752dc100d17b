//! Customers: registered, found, changed, suspended and gone; the same facts as our own contract has.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use expect_test::expect;
use serde_json::{Value, json};

use super::{Bss, customer, message, sample, told};
use crate::harness::client::Client;
use crate::harness::house::{House, PASSWORD};
use crate::harness::market::{Market, monthly};

/// A thing as one can read it.
fn pretty(it: &Value) -> String {
    serde_json::to_string_pretty(it).unwrap()
}

#[test]
#[expect(clippy::too_many_lines, reason = "the lines of the answer are counted")]
fn a_customer_as_the_sdk_registers_it_is_shown_with_all_that_was_said() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let made = bss.must("POST resource/customer", Some(&sample("sdk-register-customer-request")));
    let id = made["Long"].as_u64().unwrap();
    assert_eq!(made, json!({ "Long": id }));
    expect![[r#"
        {
          "Customer": {
            "CustomerAccountSet": [
              {
                "AccountNumber": "0000123456",
                "CurrencyType": "USD",
                "LocationName": "Westford Lab",
                "PaymentMethodType": "INVOICE",
                "VendorId": 3
              }
            ],
            "CustomerIdentifierSet": [
              {
                "CustomerIdType": "IBM_CUSTOMER_NUMBER",
                "Value": "9999999999"
              }
            ],
            "CustomerState": "ACTIVE",
            "CustomerType": "DIRECT",
            "Id": 7,
            "IsGuest": false,
            "Oid": 7,
            "Organization": {
              "AddressSet": [
                {
                  "AddressLine1": "5 Technology Park Drive",
                  "AddressType": "MAILING",
                  "City": "Westford",
                  "Country": "United States",
                  "CountryCode": "US",
                  "Modified": "01/01/2026 00:00:00",
                  "PostalCode": "01866",
                  "State": "Massachusetts"
                }
              ],
              "Contact": {
                "Created": "01/01/2026 00:00:00",
                "Deleted": false,
                "EmailAddress": "johndoe@example.com",
                "EmployeeNumber": "6A77777",
                "FamilyName": "Doe",
                "Fax": "800-555-4567",
                "GivenName": "John",
                "HomePhone": "800-555-3456",
                "JobTitle": "Director",
                "LanguagePreference": "EN_US",
                "MobilePhone": "800-555-2345",
                "Modified": "01/01/2026 00:00:00",
                "NamePrefix": "Mr",
                "OrgName": "Test Enterprise",
                "SecurityRealm": "NON_FEDERATED",
                "TimeZone": "America/Central",
                "WebSiteAddress": "office.example.com",
                "WorkPhone": "800-555-1234"
              },
              "Created": "01/01/2026 00:00:00",
              "CustomerType": "DIRECT",
              "IsPartner": false,
              "IsSyncPending": false,
              "Modified": "01/01/2026 00:00:00",
              "OrgName": "Test Enterprise",
              "Owner": 7,
              "PartyType": "ORGANIZATION",
              "Phone": "999-999-9999",
              "SecurityRealm": "NON_FEDERATED"
            }
          }
        }"#]]
    .assert_eq(&pretty(&bss.get(&format!("resource/customer/{id}"))));
    let body = sample("py-ssm-registerCustomer");
    assert_eq!(bss.told("POST resource/customer", Some(&body)), "200", "with a CustomerType");
}

#[test]
fn registering_makes_the_contact_the_first_subscriber_and_administrator() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("contact@new.test");
    let all =
        bss.get(&format!("resource/subscriber?_namedQuery=getSubscriberByCustomer&customer={id}"));
    assert_eq!(all["List"].as_array().unwrap().len(), 1);
    let first = &all["List"][0];
    assert_eq!(first["SubscriberState"], "PENDING");
    assert_eq!(first["Person"]["RoleSet"], json!(["User", "CustomerAdministrator"]));
    assert_eq!(first["Person"]["EmailAddress"], "contact@new.test");
    assert_eq!(first["Person"]["TimeZone"], "America/Central");
    assert_eq!(first["CustomerId"], id);
    for number in 0..5 {
        bss.add(id, &format!("user{number}@new.test"), &["User"]);
    }
    let all =
        bss.get(&format!("resource/subscriber?_namedQuery=getSubscriberByCustomer&customer={id}"));
    assert_eq!(all["List"].as_array().unwrap().len(), 6);
}

#[test]
fn nothing_is_left_of_a_registration_that_is_refused() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let before = bss.get("resource/customer");
    let taken = customer(&house.south.admin.email);
    assert_eq!(bss.told("POST resource/customer", Some(&taken)), "400 BZSUS9002E");
    let mut twice = customer("fresh@new.test");
    let addresses = &mut twice["Customer"]["Organization"]["AddressSet"];
    let same = addresses[0].clone();
    addresses.as_array_mut().unwrap().push(same);
    let answer = bss.call("POST resource/customer", Some(&twice));
    assert_eq!(told(&answer), "400 BZSAP1011E");
    assert!(message(&answer).contains("[AddressType]"), "{}", message(&answer));
    assert_eq!(bss.get("resource/customer"), before);
    assert_eq!(bss.told("POST resource/customer", Some(&customer("fresh@new.test"))), "200");
}

#[test]
fn a_put_replaces_and_what_it_leaves_out_is_gone() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let path = format!("resource/customer/{}", bss.register("put@new.test"));
    let mut shown = bss.get(&path);
    // Sending back what was shown changes nothing.
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&shown)), "204");
    assert_eq!(bss.get(&path), shown);

    let organization = &mut shown["Customer"]["Organization"];
    organization["OrgName"] = json!("Renamed Enterprise");
    organization["Contact"]["OrgName"] = json!("Renamed Enterprise");
    organization.as_object_mut().unwrap().remove("Phone");
    organization["AddressSet"] = json!([]);
    for gone in ["JobTitle", "Fax", "EmployeeNumber"] {
        organization["Contact"].as_object_mut().unwrap().remove(gone);
    }
    shown["Customer"]["CustomerNumber"] = json!("C-17");
    shown["Customer"].as_object_mut().unwrap().remove("CustomerIdentifierSet");
    shown["Customer"]["CustomerAccountSet"][0]["LocationName"] = json!("Berlin Lab");
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&shown)), "204");
    let after = bss.get(&path);
    assert_eq!(after, shown);

    shown["Customer"]["Organization"]["Contact"].as_object_mut().unwrap().remove("WorkPhone");
    let answer = bss.call(&format!("PUT {path}"), Some(&shown));
    assert_eq!(message(&answer), "The [WorkPhone] field requires a string value.");
    assert_eq!(bss.get(&path), after, "a refusal changes nothing");
}

#[test]
fn further_accounts_are_billing_accounts_of_their_own() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let mut body = customer("bills@new.test");
    let entry = |number: &str, means: &str, currency: &str| {
        json!({ "AccountNumber": number, "LocationName": number, "PaymentMethodType": means,
            "CurrencyType": currency })
    };
    body["Customer"]["CustomerAccountSet"] =
        json!([entry("A", "CREDIT_CARD", "USD"), entry("B", "none", "WON")]);
    let id = bss.must("POST resource/customer", Some(&body))["Long"].clone();
    let path = format!("resource/customer/{id}");
    let set = |path: &str| bss.get(path)["Customer"]["CustomerAccountSet"].clone();
    let told = |it: &Value| {
        let entries = it.as_array().unwrap().iter();
        let line = |it: &Value| {
            let text = |name: &str| it[name].as_str().unwrap().to_owned();
            format!(
                "{} {} {}",
                text("AccountNumber"),
                text("PaymentMethodType"),
                text("CurrencyType")
            )
        };
        entries.map(line).collect::<Vec<_>>()
    };
    assert_eq!(told(&set(&path)), ["A CREDIT_CARD USD", "B NONE KRW"]);
    body["Customer"]["CustomerAccountSet"] = json!([
        entry("A2", "INVOICE", "EUR"),
        entry("B", "PURCHASE_ORDER", "KRW"),
        entry("C", "INVOICE", "")
    ]);
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&body)), "204");
    let all = ["A2 INVOICE EUR", "B PURCHASE_ORDER KRW", "C INVOICE EUR"];
    assert_eq!(told(&set(&path)), all);
    body["Customer"].as_object_mut().unwrap().remove("CustomerAccountSet");
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&body)), "204");
    assert_eq!(told(&set(&path)), all, "there may be invoices of them");
    body["Customer"]["CustomerAccountSet"] = json!([entry("A", "INVOICE", "XYZ")]);
    let answer = bss.call(&format!("PUT {path}"), Some(&body));
    let expected =
        "The [XYZ] input value that was provided for the [CurrencyType] field is invalid.";
    assert_eq!(message(&answer), expected);
}

/// Which of them is the default one is said elsewhere, and need not be the oldest.
#[test]
fn what_was_shown_of_a_customer_changes_nothing_when_it_is_sent_back() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let mut body = customer("bills@new.test");
    let entry = |number: &str, means: &str, currency: &str| {
        json!({ "AccountNumber": number, "LocationName": number, "PaymentMethodType": means,
            "CurrencyType": currency })
    };
    body["Customer"]["CustomerAccountSet"] = json!([
        entry("A", "CREDIT_CARD", "USD"),
        entry("B", "NONE", "KRW"),
        entry("B", "INVOICE", "EUR")
    ]);
    let number = bss.must("POST resource/customer", Some(&body))["Long"].clone();
    let operator = house.operator();
    let id = operator.get(&format!("/accounts?number={number}"))["items"][0]["id"].clone();
    let all = format!("/billing_accounts?account={}", id.as_str().unwrap());
    // Who sees all sees what is not shown here as well: which id has which number.
    let facts = || {
        let known = operator.get(&all)["items"].as_array().unwrap().clone();
        let fact = |it: &Value| {
            let it = operator.get(&format!("/billing_accounts/{}", it["id"].as_str().unwrap()));
            json!([it["id"], it["name"], it["reference"], it["payment_means"], it["default"]])
        };
        known.iter().map(fact).collect::<Vec<_>>()
    };
    let path = format!("resource/customer/{number}");
    let numbers = |it: &Value| {
        let entries = it["Customer"]["CustomerAccountSet"].as_array().unwrap();
        entries
            .iter()
            .map(|it| it["AccountNumber"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let of = |means: &str| {
        let known = operator.get(&all)["items"].as_array().unwrap().clone();
        let known = known.iter().map(|it| it["id"].as_str().unwrap().to_owned());
        let mut known = known.filter(|it| {
            operator.get(&format!("/billing_accounts/{it}")).to_string().contains(means)
        });
        known.next().unwrap()
    };
    for (currency, expected) in
        [("KRW", ["B", "A", "B"]), ("EUR", ["B", "A", "B"]), ("USD", ["A", "B", "B"])]
    {
        let path_of = format!("/billing_accounts/{}/default", of(&format!("\"{currency}\"")));
        operator.post(&path_of, &json!({}));
        let (shown, before) = (bss.get(&path), facts());
        assert_eq!(numbers(&shown), expected, "{currency}");
        assert_eq!(bss.told(&format!("PUT {path}"), Some(&shown)), "204", "{currency}");
        assert_eq!(facts(), before, "{currency}");
    }
    let mut shown = bss.get(&path);
    shown["Customer"]["CustomerAccountSet"]
        .as_array_mut()
        .unwrap()
        .insert(0, entry("N", "NONE", ""));
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&shown)), "204");
    let after = bss.get(&path);
    assert_eq!(
        numbers(&after),
        ["A", "B", "B", "N"],
        "another one, for the default one is named too"
    );
}

#[test]
fn customers_are_found_by_contact_by_subscriber_and_by_name() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let (one, other) = (bss.register("one@find.test"), bss.register("other@find.test"));
    bss.add(other, "user@find.test", &["User"]);
    let found = |query: &str| -> Vec<u64> {
        let found = bss.get(&format!("resource/customer?_namedQuery={query}"));
        found["List"].as_array().unwrap().iter().map(|it| it["Id"].as_u64().unwrap()).collect()
    };
    assert_eq!(found("getCustomersByContactEmail&emailAddress=ONE@find.test"), [one]);
    assert_eq!(found("getCustomersByContactEmail&emailAddress=user@find.test"), Vec::<u64>::new());
    assert_eq!(found("getCustomersBySubscriberEmail&emailAddress=User@find.test"), [other]);
    assert_eq!(
        found("getCustomersBySubscriberEmail&emailAddress=none@find.test"),
        Vec::<u64>::new()
    );
    assert_eq!(found("getCustomerByOrgName&orgName=Test%20Enterprise"), [one, other]);
    assert_eq!(
        found("getCustomerByOrgName&orgName=Test%20Enterprise&_pageSize=1&_pageNumber=2"),
        [other]
    );
    let nobody = "GET resource/customer?_namedQuery=getCustomerByOrgName&orgName=Test";
    assert_eq!(bss.told(nobody, None), "404 BZSUS9001E", "a beginning is no name");
    let foreign = &house.south.admin.email;
    assert_eq!(
        found(&format!("getCustomersBySubscriberEmail&emailAddress={foreign}")),
        Vec::<u64>::new()
    );
}

#[test]
fn a_suspended_customer_says_since_when() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("held@new.test");
    let path = format!("resource/customer/{id}");
    let date = || bss.get(&path)["Customer"]["SuspensionDate"].clone();
    assert_eq!(date(), Value::Null);
    assert_eq!(bss.told(&format!("POST {path} [suspendCustomer]"), None), "204");
    assert_eq!(date(), "01/01/2026 00:00:00");
    assert_eq!(bss.get(&path)["Customer"]["CustomerState"], "SUSPENDED");
    assert_eq!(bss.told(&format!("POST {path} [unsuspendCustomer]"), None), "204");
    assert_eq!(date(), Value::Null);
}

/// Through our own contract, because what a customer bought is shown there.
#[test]
fn a_suspension_and_a_removal_reach_the_subscriptions() {
    let market = Market::on("2026-01-01");
    let (house, bss) = (&market.house, Bss(market.operator()));
    let offer = market.offer("Mail", &[monthly("Mail", "USD", "5")]);
    let id = bss.register("buyer@new.test");
    let user = bss.by_email("buyer@new.test")["Id"].clone();
    let account = market.operator().get(&format!("/accounts?number={id}"))["items"][0].clone();
    let subscription = market.order(&account, &offer, 1);
    let path = format!("resource/customer/{id}");
    let state =
        || market.operator().get(&format!("/subscriptions/{subscription}"))["state"].clone();
    assert_eq!(state(), "active");
    assert_eq!(bss.told(&format!("POST {path} [suspendCustomer]"), None), "204");
    assert_eq!(state(), "held_administratively");
    assert_eq!(bss.told(&format!("POST {path} [unsuspendCustomer]"), None), "204");
    assert_eq!(state(), "active");
    assert_eq!(bss.told(&format!("DELETE {path}"), None), "204");
    assert_eq!(bss.get(&path)["Customer"]["CustomerState"], "DEREGISTER_PENDING");
    let gone = bss.told(&format!("GET resource/subscriber/{user}"), None);
    assert_eq!(gone, "404 BZSUS9001E", "people go at once");
    bss.register("buyer@new.test");
    house.app.keep_duties();
    assert!([json!("recoverable"), json!("destroyed")].contains(&state()), "{}", state());
}

#[test]
fn a_customer_that_is_deleted_is_gone_with_its_people_and_frees_their_addresses() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("gone@new.test");
    let user = bss.add(id, "user@gone.test", &["User"]);
    assert_eq!(bss.told(&format!("DELETE resource/customer/{id}"), None), "204");
    for what in [
        format!("GET resource/customer/{id}"),
        format!("DELETE resource/customer/{id}"),
        format!("POST resource/customer/{id} [suspendCustomer]"),
        format!("GET resource/subscriber/{user}"),
        format!("GET resource/subscriber?_namedQuery=getSubscriberByCustomer&customer={id}"),
    ] {
        assert_eq!(bss.told(&what, None), "404 BZSUS9001E", "{what}");
    }
    bss.register("gone@new.test");
}

/// What one contract says the others show, and the reverse.
#[test]
fn our_own_contract_shows_the_same_customer() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let id = bss.register("same@new.test");
    let ours = seller.get(&format!("/accounts?number={id}"))["items"][0].clone();
    assert_eq!(ours["name"], "Test Enterprise");
    assert_eq!(ours["state"], "active");
    let path = format!("/accounts/{}", ours["id"].as_str().unwrap());
    seller.patch(&path, &json!({ "name": "Known Elsewhere" }));
    let shown = bss.get(&format!("resource/customer/{id}"));
    assert_eq!(shown["Customer"]["Organization"]["OrgName"], "Known Elsewhere");
    assert_eq!(shown["Customer"]["Organization"]["Phone"], "999-999-9999");
    assert_eq!(shown["Customer"]["Organization"]["Contact"]["JobTitle"], "Director");
    let made = seller.post("/accounts", &json!({ "name": "Made By Us" }));
    let shown = bss.get(&format!("resource/customer/{}", made["number"]));
    assert_eq!(shown["Customer"]["Organization"]["OrgName"], "Made By Us");
    let user = seller.get("/users?login=same@new.test")["items"][0].clone();
    assert_eq!((&user["state"], &user["job_title"]), (&json!("invited"), &json!("Director")));
}

/// The same on the APS bus, there and back.
#[test]
fn the_bus_shows_the_same_customer_and_its_people() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let id = bss.register("bus@new.test");
    let only = |query: &str| -> Value {
        let found = seller.get(&format!("/aps/2/collections/{query}"));
        assert_eq!(found.as_array().unwrap().len(), 1, "{query}: {found}");
        found[0].clone()
    };
    let account = only(&format!("accounts?eq(id,{id})"));
    assert_eq!(account["companyName"], "Test Enterprise");
    assert_eq!(account["addressPostal"], Value::Null, "a mailing address is not the general one");
    assert_eq!(account["adminContact"]["email"], "bus@new.test");
    let bss_account = only(&format!("bss-accounts?eq(accountId,{id})"));
    assert_eq!(bss_account["status"], "ACTIVE");
    let path = format!("/aps/2/resources/{}", account["aps"]["id"].as_str().unwrap());
    let body = json!({ "companyName": "Renamed On The Bus" });
    assert!(seller.call(&format!("PUT {path}"), Some(&body)).status.is_success());
    let shown = bss.get(&format!("resource/customer/{id}"));
    assert_eq!(shown["Customer"]["Organization"]["OrgName"], "Renamed On The Bus");
    assert_eq!(bss.told(&format!("POST resource/customer/{id} [suspendCustomer]"), None), "204");
    let held = only(&format!("bss-accounts?eq(accountId,{id})"));
    assert_eq!(held["status"], "ADMINISTRATIVE_HOLD");
}

#[test]
fn the_vendor_itself_is_a_reseller_and_is_left_as_it_is() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let list = bss.get("resource/customer");
    assert_eq!(list["List"][0]["CustomerType"], "RESELLER");
    assert_eq!(list["List"][1]["CustomerType"], "DIRECT");
    let own = format!("resource/customer/{}", list["List"][0]["Id"]);
    for what in [
        format!("DELETE {own}"),
        format!("POST {own} [suspendCustomer]"),
        format!("POST {own} [unsuspendCustomer]"),
    ] {
        assert_eq!(bss.told(&what, None), "403 BZSAU9002E", "{what}");
    }
    let id = bss.register("direct@new.test");
    let mut body = customer("direct@new.test");
    for (said, expected) in
        [("RESELLER", "400 BZSAP1011E"), ("OTHER", "400 BZSAP1011E"), ("direct", "204")]
    {
        body["Customer"]["CustomerType"] = json!(said);
        let told = bss.told(&format!("PUT resource/customer/{id}"), Some(&body));
        assert_eq!(told, expected, "a customer does not become a {said}");
    }
}

/// As a vendor registers with whoever runs the service: its contact manages all that it sells.
#[test]
fn the_contact_of_a_vendor_that_is_registered_is_its_vsr() {
    let house = House::on("2026-01-01");
    let provider = Bss(house.operator());
    let mut body = customer("sales@vendor.test");
    body["Customer"]["CustomerType"] = json!("RESELLER");
    body["Customer"]["Organization"]["OrgName"] = json!("Vendor");
    let id = provider.must("POST resource/customer", Some(&body))["Long"].as_u64().unwrap();
    let shown = provider.get(&format!("resource/customer/{id}"));
    assert_eq!(shown["Customer"]["CustomerType"], "RESELLER");
    let contact = provider.by_email("sales@vendor.test");
    assert_eq!(contact["CustomerId"], json!(id));
    assert_eq!(contact["Person"]["RoleSet"], json!(["User", "VSR"]));
    let path = format!("resource/subscriber/{}", contact["Id"]);
    provider.must(&format!("POST {path} [activateSubscriber]"), None);
    let set =
        json!({ "UserCredential": { "LoginName": "sales@vendor.test", "NewPassword": PASSWORD } });
    provider.must("POST service/authentication/setUserPassword", Some(&set));
    let basic = STANDARD.encode(format!("sales@vendor.test:{PASSWORD}"));
    let vsr = Bss(Client::nobody(&house.app).header("authorization", &format!("Basic {basic}")));
    let own = vsr.register("first@of.vendor.test");
    let found = vsr.get("resource/customer");
    let ids: Vec<_> = found["List"].as_array().unwrap().iter().map(|it| it["Id"].clone()).collect();
    assert_eq!(ids, [json!(id), json!(own)], "itself and its customer");
    let north = Bss::vsr(&house);
    assert_eq!(north.told(&format!("GET resource/customer/{own}"), None), "404 BZSUS9001E");
    let user = Bss(house.client(&house.north.customer.admin));
    assert_eq!(user.told("POST resource/customer", Some(&body)), "403 BZSAU9002E");
}

/// A customer of another door, as this one shows it and takes it back.
#[test]
fn a_billing_account_that_its_customer_calls_nothing_goes_by_our_number() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let account = seller.post("/accounts", &json!({
        "name": "Elsewhere", "billing": { "currency": "CHF" },
        "address": { "street": "Ring 1", "city": "Town", "country": "DE", "region": "BE", "postal_code": "10115" },
    }));
    let number = account["number"].as_u64().unwrap();
    let path = format!("resource/customer/{number}");
    let mut shown = bss.get(&path);
    let entries = shown["Customer"]["CustomerAccountSet"].as_array().unwrap().clone();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!(entry["LocationName"], "Elsewhere");
    shown["Customer"]["Organization"]["Contact"] =
        customer("its@elsewhere.test")["Customer"]["Organization"]["Contact"].clone();
    bss.must(&format!("PUT {path}"), Some(&shown));
    let after = bss.get(&path);
    assert_eq!(after["Customer"]["CustomerAccountSet"], json!(entries));
    let id = account["billing_account"].as_str().unwrap();
    let ours = seller.get(&format!("/billing_accounts/{id}"));
    assert_eq!((&ours["reference"], &ours["currency"]), (&Value::Null, &json!("CHF")));
    shown["Customer"]["CustomerAccountSet"][0]["AccountNumber"] = json!("PO-7");
    bss.must(&format!("PUT {path}"), Some(&shown));
    let ours = seller.get(&format!("/billing_accounts/{id}"));
    assert_eq!(ours["reference"], "PO-7");
    let listed =
        seller.get(&format!("/billing_accounts?account={}", account["id"].as_str().unwrap()));
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "no other one came about");
}
