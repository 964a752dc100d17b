//! Roles: asked for, given and taken away.

use serde_json::{Value, json};

use super::Bss;
use crate::harness::house::House;

fn service(verb: &str, login: &str, role: &str) -> String {
    format!("POST service/authorization/{verb}?loginName={login}&role={role}")
}

fn roles(bss: &Bss<'_>, login: &str) -> Value {
    bss.must(&format!("POST service/authorization/getRoleList?loginName={login}"), None)["List"]
        .clone()
}

#[test]
fn roles_are_given_and_taken_away_and_doing_so_twice_is_the_same() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let customer = bss.register("roles@new.test");
    let email = "user@roles.test";
    bss.add(customer, email, &["User"]);
    assert_eq!(roles(&bss, email), json!(["User"]));
    for (verb, role, expected) in [
        ("assignRole", "CUSTOMERADMINISTRATOR", json!(["User", "CustomerAdministrator"])),
        ("assignRole", "CustomerAdministrator", json!(["User", "CustomerAdministrator"])),
        (
            "assignRole",
            "CustomerPurchaser",
            json!(["User", "CustomerAdministrator", "CustomerPurchaser"]),
        ),
        ("unassignRole", "User", json!(["CustomerAdministrator", "CustomerPurchaser"])),
        ("unassignRole", "User", json!(["CustomerAdministrator", "CustomerPurchaser"])),
        ("assignRole", "User", json!(["User", "CustomerAdministrator", "CustomerPurchaser"])),
        ("unassignRole", "CustomerPurchaser", json!(["User", "CustomerAdministrator"])),
        ("unassignRole", "VSR", json!(["User", "CustomerAdministrator"])),
        ("unassignRole", "CustomerAdministrator", json!(["User"])),
        ("unassignRole", "User", json!([])),
        ("unassignRole", "User", json!([])),
        ("assignRole", "CustomerAdministrator", json!(["CustomerAdministrator"])),
        ("assignRole", "User", json!(["User", "CustomerAdministrator"])),
    ] {
        assert_eq!(bss.told(&service(verb, email, role), None), "204", "{verb} {role}");
        assert_eq!(roles(&bss, email), expected, "{verb} {role}");
    }
    let shown = bss.by_email(email);
    assert_eq!(shown["Person"]["RoleSet"], json!(["User", "CustomerAdministrator"]));
}

#[test]
fn a_role_that_is_none_or_does_not_suit_is_refused() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let member = &house.north.customer.member.email;
    for (what, expected) in [
        (service("assignRole", member, "Emperor"), "400 BZSAP1011E"),
        (service("assignRole", member, ""), "400 BZSAP9005E"),
        (service("assignRole", "", "User"), "400 BZSAP9005E"),
        (service("assignRole", "no@one.test", "User"), "404 BZSUS9001E"),
        (service("assignRole", &house.south.admin.email, "User"), "404 BZSUS9001E"),
        (service("assignRole", member, "VSR"), "400 BZSAP9004E"),
    ] {
        assert_eq!(bss.told(&what, None), expected, "{what}");
    }
    assert_eq!(roles(&bss, member), json!(["User"]));
}

/// Nobody gives more than it has, and rights add up.
#[test]
fn a_role_gives_its_rights_and_takes_them_with_it() {
    let house = House::on("2026-01-01");
    let (bss, buyer) = (Bss::vsr(&house), Bss(house.client(&house.north.customer.admin)));
    let member = Bss(house.client(&house.north.customer.member));
    let email = &house.north.customer.member.email;
    assert_eq!(member.told("GET resource/subscriber", None), "403 BZSAU9002E");
    assert_eq!(buyer.told(&service("assignRole", email, "CustomerAdministrator"), None), "204");
    assert_eq!(member.told("GET resource/subscriber", None), "200");
    assert_eq!(
        member.told("GET resource/customer", None),
        "403 BZSAU9002E",
        "that is for a vendor"
    );
    assert_eq!(buyer.told(&service("unassignRole", email, "CustomerAdministrator"), None), "204");
    assert_eq!(member.told("GET resource/subscriber", None), "403 BZSAU9002E");
    assert_eq!(buyer.told(&service("assignRole", email, "VSR"), None), "403 BZSAU9002E");
    assert_eq!(roles(&bss, email), json!(["User"]));
    let own = format!("GET resource/subscriber/{}", bss.by_email(email)["Id"]);
    assert_eq!(member.told(&own, None), "200");
    assert_eq!(buyer.told(&service("unassignRole", email, "User"), None), "204");
    assert_eq!(member.told(&own, None), "403 BZSAU9002E", "who has no role can do nothing");
}

/// What this contract calls a VSR may be more than that, and is not made less by being sent back.
#[test]
fn an_operator_is_shown_as_a_vsr_and_stays_an_operator() {
    let house = House::on("2026-01-01");
    let bss = Bss(house.operator());
    let email = &house.operator.email;
    let it = bss.by_email(email);
    assert!(it["Person"]["RoleSet"].as_array().unwrap().contains(&json!("VSR")));
    let path = format!("PUT resource/subscriber/{}", it["Id"]);
    assert_eq!(bss.told(&path, Some(&json!({ "Subscriber": it }))), "204");
    let shown = house.operator().get(&format!("/users/{}", house.operator.id));
    assert!(shown["roles"].as_array().unwrap().contains(&json!("operator")), "{shown}");
}
