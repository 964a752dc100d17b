//! The states of customers and subscribers: every operation in every state, as a table.

use expect_test::expect;
use serde_json::{Value, json};

use super::shop::{Shop, entitling, order};
use super::{Bss, subscriber};
use crate::harness::house::{House, text};

/// A thing in a state, and what is done to it.
pub(super) struct Matrix<'a> {
    pub(super) states: &'a [&'a str],
    pub(super) operations: &'a [&'a str],
}

impl Matrix<'_> {
    /// The table: what becomes of a fresh thing that `bring` has brought into a state.
    pub(super) fn print(&self, mut cell: impl FnMut(&str, &str) -> String) -> String {
        let mut lines = Vec::new();
        for state in self.states {
            lines.push(format!("{state}:"));
            for operation in self.operations {
                lines.push(format!("  {operation}: {}", cell(state, operation)));
            }
        }
        lines.join("\n")
    }
}

/// What one did, and in which state the thing is afterwards.
pub(super) fn after(bss: &Bss<'_>, told: &str, path: &str, field: &str) -> String {
    let answer = bss.call(&format!("GET {path}"), None);
    let inner = answer.json().as_object().unwrap().values().next().unwrap().clone();
    let state = match answer.status.as_u16() {
        200 => inner[field].as_str().unwrap().to_owned(),
        status => status.to_string(),
    };
    format!("{told} -> {state}")
}

/// Brings a customer into a state.
fn bring_customer(bss: &Shop<'_>, (account, path): (&str, &str), state: &str) {
    let seller = bss.seller();
    let done = match state {
        "SUSPENDED" => bss.told(&format!("POST {path} [suspendCustomer]"), None),
        "SUSPENDED for credit" => {
            let hold = json!({ "kind": "credit", "reason": "OVERDUE" });
            seller.post(&format!("/accounts/{account}/hold"), &hold);
            "204".to_owned()
        }
        "DEREGISTER_PENDING" => {
            // Somebody who stands below it keeps it from being gone at once.
            seller.post("/accounts", &json!({ "name": "Below", "parent": account }));
            bss.told(&format!("DELETE {path}"), None)
        }
        "gone" => bss.told(&format!("DELETE {path}"), None),
        _ => "204".to_owned(),
    };
    assert_eq!(done, "204", "{state}");
}

/// Does to a customer whatever needs no body of its own.
fn treat(bss: &Shop<'_>, (id, path): (u64, &str), operation: &str) -> String {
    match operation {
        "get" => bss.told(&format!("GET {path}"), None),
        "delete" => bss.told(&format!("DELETE {path}"), None),
        "add subscriber" => {
            let body = subscriber(id, &format!("added{id}@new.test"), &["User"]);
            bss.told("POST resource/subscriber", Some(&body))
        }
        "create subscription" => {
            bss.told("POST resource/subscription", Some(&order(id, &[("D08SWLL", 1)])))
        }
        operation => bss.told(&format!("POST {path} [{operation}]"), None),
    }
}

#[test]
fn customers_live_as_the_table_says() {
    let house = House::on("2026-01-01");
    let bss = Shop::of(&house);
    let matrix = Matrix {
        states: &["ACTIVE", "SUSPENDED", "SUSPENDED for credit", "DEREGISTER_PENDING", "gone"],
        operations: &[
            "get",
            "update",
            "suspendCustomer",
            "unsuspendCustomer",
            "add subscriber",
            "create subscription",
            "delete",
        ],
    };
    let mut count = 0;
    let table = matrix.print(|state, operation| {
        count += 1;
        let id = bss.register(&format!("state{count}@new.test"));
        let path = format!("resource/customer/{id}");
        let account = text(&bss.seller().get(&format!("/accounts?number={id}"))["items"][0]["id"]);
        let body = bss.get(&path);
        bring_customer(&bss, (&account, &path), state);
        let told = match operation {
            "update" => bss.told(&format!("PUT {path}"), Some(&body)),
            operation => treat(&bss, (id, &path), operation),
        };
        after(&bss, &told, &path, "CustomerState")
    });
    expect![[r#"
        ACTIVE:
          get: 200 -> ACTIVE
          update: 204 -> ACTIVE
          suspendCustomer: 204 -> SUSPENDED
          unsuspendCustomer: 400 BZSCU9001E -> ACTIVE
          add subscriber: 201 -> ACTIVE
          create subscription: 200 -> ACTIVE
          delete: 204 -> 404
        SUSPENDED:
          get: 200 -> SUSPENDED
          update: 204 -> SUSPENDED
          suspendCustomer: 400 BZSCU9001E -> SUSPENDED
          unsuspendCustomer: 204 -> ACTIVE
          add subscriber: 201 -> SUSPENDED
          create subscription: 400 BZSCU9001E -> SUSPENDED
          delete: 204 -> 404
        SUSPENDED for credit:
          get: 200 -> SUSPENDED
          update: 204 -> SUSPENDED
          suspendCustomer: 204 -> SUSPENDED
          unsuspendCustomer: 400 BZSCU9001E -> SUSPENDED
          add subscriber: 201 -> SUSPENDED
          create subscription: 400 BZSCU9001E -> SUSPENDED
          delete: 204 -> 404
        DEREGISTER_PENDING:
          get: 200 -> DEREGISTER_PENDING
          update: 400 BZSCU9001E -> DEREGISTER_PENDING
          suspendCustomer: 400 BZSCU9001E -> DEREGISTER_PENDING
          unsuspendCustomer: 400 BZSCU9001E -> DEREGISTER_PENDING
          add subscriber: 400 BZSCU9001E -> DEREGISTER_PENDING
          create subscription: 400 BZSCU9001E -> DEREGISTER_PENDING
          delete: 400 BZSCU9001E -> DEREGISTER_PENDING
        gone:
          get: 404 BZSUS9001E -> 404
          update: 404 BZSUS9001E -> 404
          suspendCustomer: 404 BZSUS9001E -> 404
          unsuspendCustomer: 404 BZSUS9001E -> 404
          add subscriber: 404 BZSUS9001E -> 404
          create subscription: 404 BZSUS9001E -> 404
          delete: 404 BZSUS9001E -> 404"#]]
    .assert_eq(&table);
}

/// Brings a subscriber into a state.
fn bring(shop: &Shop<'_>, (customer, path): (u64, &str), state: &str) {
    let steps: &[&str] = match state {
        "ACTIVE" => &["[activateSubscriber]"],
        "SUSPENDED" => &["[activateSubscriber]", "[suspendSubscriber]"],
        "SUSPENDED, never active" => &["[suspendSubscriber]"],
        "SOFT_DELETED" => &["[activateSubscriber]", "soft"],
        "SOFT_DELETED, never active" => &["soft"],
        "gone" => &["hard"],
        _ => &[],
    };
    for step in steps {
        let what = match *step {
            "soft" => format!("DELETE {path}?moveToSoftDelete=true"),
            "hard" => format!("DELETE {path}"),
            operation => format!("POST {path} {operation}"),
        };
        assert_eq!(shop.told(&what, None), "204", "{what}");
    }
    if state == "REMOVE_PENDING" {
        // It is called off by another contract, which leaves people until nothing is left.
        let seller = shop.seller();
        let account = text(&seller.get(&format!("/accounts?number={customer}"))["items"][0]["id"]);
        seller.post("/accounts", &json!({ "name": "Below", "parent": account }));
        seller.post(&format!("/accounts/{account}/close"), &json!({}));
    }
}

/// A subscriber with a seat, and a subscription of which it has none.
struct Subject {
    customer: u64,
    email: String,
    path: String,
    id: u64,
    seat: u64,
    other: u64,
}

impl Subject {
    fn of(shop: &Shop<'_>, customer: u64, email: String) -> Self {
        let id = shop.add(customer, &email, &["User"]);
        let held = shop.order_one(customer, "D08SWLL", 1);
        let other = shop.order_one(customer, "D08S1LL", 1);
        let seat = shop.entitle(id, held);
        let path = format!("resource/subscriber/{id}");
        Self { customer, email, path, id, seat, other }
    }

    /// What is said to an operation.
    fn does(&self, shop: &Shop<'_>, operation: &str) -> String {
        let Self { customer, email, path, id, seat, other } = self;
        let credential = |old: Option<&str>, new: &str| {
            json!({ "UserCredential": {
                "LoginName": email, "OldPassword": old, "NewPassword": new, "ConfirmPassword": new,
            } })
        };
        let password = |what: &str| format!("POST service/authentication/{what}");
        let role = |what: &str| {
            format!(
                "POST service/authorization/{what}?loginName={email}&role=CustomerAdministrator"
            )
        };
        match operation {
            "get" => shop.told(&format!("GET {path}"), None),
            "update" => {
                let body: Value = subscriber(*customer, email, &["User"]);
                shop.told(&format!("PUT {path}"), Some(&body))
            }
            "soft delete" => shop.told(&format!("DELETE {path}?moveToSoftDelete=true"), None),
            "delete" => shop.told(&format!("DELETE {path}"), None),
            "setOneTimePassword" | "setUserPassword" => {
                shop.told(&password(operation), Some(&credential(None, "onet1me!")))
            }
            "changePassword" => {
                let body = credential(Some("onet1me!"), "passw0rd-3");
                shop.told(&password(operation), Some(&body))
            }
            "resetPassword" => {
                shop.told(&format!("{}?loginName={email}", password(operation)), None)
            }
            "getRoleList" | "assignRole" | "unassignRole" => shop.told(&role(operation), None),
            "entitleSubscriber" => shop.told(&entitling(*id, *other), None),
            "revokeSubscriber" => {
                shop.told(&format!("POST {path}/seat/{seat} [{operation}]"), None)
            }
            operation => shop.told(&format!("POST {path} [{operation}]"), None),
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "the rows of the table are counted as lines")]
fn subscribers_live_as_the_table_says() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("states@new.test");
    let matrix = Matrix {
        states: &[
            "PENDING",
            "ACTIVE",
            "SUSPENDED",
            "SUSPENDED, never active",
            "SOFT_DELETED",
            "SOFT_DELETED, never active",
            "REMOVE_PENDING",
            "gone",
        ],
        operations: &[
            "get",
            "update",
            "activateSubscriber",
            "suspendSubscriber",
            "unsuspendSubscriber",
            "restoreSubscriber",
            "entitleSubscriber",
            "revokeSubscriber",
            "soft delete",
            "delete",
            "setOneTimePassword",
            "changePassword",
            "setUserPassword",
            "resetPassword",
            "getRoleList",
            "assignRole",
            "unassignRole",
        ],
    };
    let mut count = 0;
    let table = matrix.print(|state, operation| {
        count += 1;
        let of = match state {
            "REMOVE_PENDING" => shop.register(&format!("contact{count}@new.test")),
            _ => customer,
        };
        let it = Subject::of(&shop, of, format!("state{count}@new.test"));
        if operation == "changePassword" {
            assert_eq!(it.does(&shop, "setOneTimePassword"), "204");
        }
        bring(&shop, (of, &it.path), state);
        after(&shop, &it.does(&shop, operation), &it.path, "SubscriberState")
    });
    expect![[r#"
        PENDING:
          get: 200 -> PENDING
          update: 204 -> PENDING
          activateSubscriber: 204 -> ACTIVE
          suspendSubscriber: 204 -> SUSPENDED
          unsuspendSubscriber: 400 BZSUS9003E -> PENDING
          restoreSubscriber: 400 BZSUS9003E -> PENDING
          entitleSubscriber: 200 -> PENDING
          revokeSubscriber: 204 -> PENDING
          soft delete: 204 -> SOFT_DELETED
          delete: 204 -> 404
          setOneTimePassword: 204 -> PENDING
          changePassword: 204 -> PENDING
          setUserPassword: 400 BZSUS9003E -> PENDING
          resetPassword: 400 BZSUS9003E -> PENDING
          getRoleList: 200 -> PENDING
          assignRole: 204 -> PENDING
          unassignRole: 204 -> PENDING
        ACTIVE:
          get: 200 -> ACTIVE
          update: 204 -> ACTIVE
          activateSubscriber: 400 BZSUS9003E -> ACTIVE
          suspendSubscriber: 204 -> SUSPENDED
          unsuspendSubscriber: 400 BZSUS9003E -> ACTIVE
          restoreSubscriber: 400 BZSUS9003E -> ACTIVE
          entitleSubscriber: 200 -> ACTIVE
          revokeSubscriber: 204 -> ACTIVE
          soft delete: 204 -> SOFT_DELETED
          delete: 204 -> 404
          setOneTimePassword: 204 -> ACTIVE
          changePassword: 204 -> ACTIVE
          setUserPassword: 204 -> ACTIVE
          resetPassword: 204 -> ACTIVE
          getRoleList: 200 -> ACTIVE
          assignRole: 204 -> ACTIVE
          unassignRole: 204 -> ACTIVE
        SUSPENDED:
          get: 200 -> SUSPENDED
          update: 204 -> SUSPENDED
          activateSubscriber: 400 BZSUS9003E -> SUSPENDED
          suspendSubscriber: 400 BZSUS9003E -> SUSPENDED
          unsuspendSubscriber: 204 -> ACTIVE
          restoreSubscriber: 400 BZSUS9003E -> SUSPENDED
          entitleSubscriber: 400 BZSUS9003E -> SUSPENDED
          revokeSubscriber: 204 -> SUSPENDED
          soft delete: 204 -> SOFT_DELETED
          delete: 204 -> 404
          setOneTimePassword: 204 -> SUSPENDED
          changePassword: 400 BZSAU9004E -> SUSPENDED
          setUserPassword: 400 BZSUS9003E -> SUSPENDED
          resetPassword: 400 BZSUS9003E -> SUSPENDED
          getRoleList: 200 -> SUSPENDED
          assignRole: 204 -> SUSPENDED
          unassignRole: 204 -> SUSPENDED
        SUSPENDED, never active:
          get: 200 -> SUSPENDED
          update: 204 -> SUSPENDED
          activateSubscriber: 400 BZSUS9003E -> SUSPENDED
          suspendSubscriber: 400 BZSUS9003E -> SUSPENDED
          unsuspendSubscriber: 204 -> PENDING
          restoreSubscriber: 400 BZSUS9003E -> SUSPENDED
          entitleSubscriber: 400 BZSUS9003E -> SUSPENDED
          revokeSubscriber: 204 -> SUSPENDED
          soft delete: 204 -> SOFT_DELETED
          delete: 204 -> 404
          setOneTimePassword: 204 -> SUSPENDED
          changePassword: 400 BZSAU9004E -> SUSPENDED
          setUserPassword: 400 BZSUS9003E -> SUSPENDED
          resetPassword: 400 BZSUS9003E -> SUSPENDED
          getRoleList: 200 -> SUSPENDED
          assignRole: 204 -> SUSPENDED
          unassignRole: 204 -> SUSPENDED
        SOFT_DELETED:
          get: 200 -> SOFT_DELETED
          update: 204 -> SOFT_DELETED
          activateSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          suspendSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          unsuspendSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          restoreSubscriber: 204 -> ACTIVE
          entitleSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          revokeSubscriber: 204 -> SOFT_DELETED
          soft delete: 400 BZSUS9003E -> SOFT_DELETED
          delete: 204 -> 404
          setOneTimePassword: 204 -> SOFT_DELETED
          changePassword: 400 BZSAU9004E -> SOFT_DELETED
          setUserPassword: 400 BZSUS9003E -> SOFT_DELETED
          resetPassword: 400 BZSUS9003E -> SOFT_DELETED
          getRoleList: 200 -> SOFT_DELETED
          assignRole: 204 -> SOFT_DELETED
          unassignRole: 204 -> SOFT_DELETED
        SOFT_DELETED, never active:
          get: 200 -> SOFT_DELETED
          update: 204 -> SOFT_DELETED
          activateSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          suspendSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          unsuspendSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          restoreSubscriber: 204 -> ACTIVE
          entitleSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          revokeSubscriber: 204 -> SOFT_DELETED
          soft delete: 400 BZSUS9003E -> SOFT_DELETED
          delete: 204 -> 404
          setOneTimePassword: 204 -> SOFT_DELETED
          changePassword: 400 BZSAU9004E -> SOFT_DELETED
          setUserPassword: 400 BZSUS9003E -> SOFT_DELETED
          resetPassword: 400 BZSUS9003E -> SOFT_DELETED
          getRoleList: 200 -> SOFT_DELETED
          assignRole: 204 -> SOFT_DELETED
          unassignRole: 204 -> SOFT_DELETED
        REMOVE_PENDING:
          get: 200 -> REMOVE_PENDING
          update: 400 BZSUS9003E -> REMOVE_PENDING
          activateSubscriber: 400 BZSUS9003E -> REMOVE_PENDING
          suspendSubscriber: 400 BZSUS9003E -> REMOVE_PENDING
          unsuspendSubscriber: 400 BZSUS9003E -> REMOVE_PENDING
          restoreSubscriber: 400 BZSUS9003E -> REMOVE_PENDING
          entitleSubscriber: 400 BZSUS9003E -> REMOVE_PENDING
          revokeSubscriber: 404 BZSUS9102E -> REMOVE_PENDING
          soft delete: 400 BZSUS9003E -> REMOVE_PENDING
          delete: 204 -> 404
          setOneTimePassword: 400 BZSUS9003E -> REMOVE_PENDING
          changePassword: 400 BZSUS9003E -> REMOVE_PENDING
          setUserPassword: 400 BZSUS9003E -> REMOVE_PENDING
          resetPassword: 400 BZSUS9003E -> REMOVE_PENDING
          getRoleList: 200 -> REMOVE_PENDING
          assignRole: 400 BZSUS9003E -> REMOVE_PENDING
          unassignRole: 400 BZSUS9003E -> REMOVE_PENDING
        gone:
          get: 404 BZSUS9001E -> 404
          update: 404 BZSUS9001E -> 404
          activateSubscriber: 404 BZSUS9001E -> 404
          suspendSubscriber: 404 BZSUS9001E -> 404
          unsuspendSubscriber: 404 BZSUS9001E -> 404
          restoreSubscriber: 404 BZSUS9001E -> 404
          entitleSubscriber: 404 BZSUS9001E -> 404
          revokeSubscriber: 404 BZSUS9001E -> 404
          soft delete: 404 BZSUS9001E -> 404
          delete: 404 BZSUS9001E -> 404
          setOneTimePassword: 404 BZSUS9001E -> 404
          changePassword: 404 BZSUS9001E -> 404
          setUserPassword: 404 BZSUS9001E -> 404
          resetPassword: 404 BZSUS9001E -> 404
          getRoleList: 404 BZSUS9001E -> 404
          assignRole: 404 BZSUS9001E -> 404
          unassignRole: 404 BZSUS9001E -> 404"#]]
    .assert_eq(&table);
}
