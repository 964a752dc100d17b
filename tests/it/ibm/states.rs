//! The states of customers and subscribers: every operation in every state, as a table.

use expect_test::expect;
use serde_json::{Value, json};

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

#[test]
fn customers_live_as_the_table_says() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let matrix = Matrix {
        states: &["ACTIVE", "SUSPENDED", "SUSPENDED for credit", "DEREGISTER_PENDING", "gone"],
        operations: &["get", "update", "suspendCustomer", "unsuspendCustomer", "delete"],
    };
    let mut count = 0;
    let table = matrix.print(|state, operation| {
        count += 1;
        let id = bss.register(&format!("state{count}@new.test"));
        let path = format!("resource/customer/{id}");
        let account = text(&seller.get(&format!("/accounts?number={id}"))["items"][0]["id"]);
        let body = bss.get(&path);
        let done = match state {
            "SUSPENDED" => bss.told(&format!("POST {path} [suspendCustomer]"), None),
            "SUSPENDED for credit" => {
                let hold = json!({ "kind": "credit", "reason": "OVERDUE" });
                seller.post(&format!("/accounts/{account}/hold"), &hold);
                "204".to_owned()
            }
            "DEREGISTER_PENDING" => {
                // Somebody who stands below it keeps it from being gone at once.
                let below = json!({ "name": "Below", "parent": account });
                seller.post("/accounts", &below);
                bss.told(&format!("DELETE {path}"), None)
            }
            "gone" => bss.told(&format!("DELETE {path}"), None),
            _ => "204".to_owned(),
        };
        assert_eq!(done, "204", "{state}");
        let told = match operation {
            "get" => bss.told(&format!("GET {path}"), None),
            "update" => bss.told(&format!("PUT {path}"), Some(&body)),
            "delete" => bss.told(&format!("DELETE {path}"), None),
            operation => bss.told(&format!("POST {path} [{operation}]"), None),
        };
        after(&bss, &told, &path, "CustomerState")
    });
    expect![[r#"
        ACTIVE:
          get: 200 -> ACTIVE
          update: 204 -> ACTIVE
          suspendCustomer: 204 -> SUSPENDED
          unsuspendCustomer: 400 BZSCU9001E -> ACTIVE
          delete: 204 -> 404
        SUSPENDED:
          get: 200 -> SUSPENDED
          update: 204 -> SUSPENDED
          suspendCustomer: 400 BZSCU9001E -> SUSPENDED
          unsuspendCustomer: 204 -> ACTIVE
          delete: 204 -> 404
        SUSPENDED for credit:
          get: 200 -> SUSPENDED
          update: 204 -> SUSPENDED
          suspendCustomer: 204 -> SUSPENDED
          unsuspendCustomer: 400 BZSCU9001E -> SUSPENDED
          delete: 204 -> 404
        DEREGISTER_PENDING:
          get: 200 -> DEREGISTER_PENDING
          update: 400 BZSCU9001E -> DEREGISTER_PENDING
          suspendCustomer: 400 BZSCU9001E -> DEREGISTER_PENDING
          unsuspendCustomer: 400 BZSCU9001E -> DEREGISTER_PENDING
          delete: 400 BZSCU9001E -> DEREGISTER_PENDING
        gone:
          get: 404 BZSUS9001E -> 404
          update: 404 BZSUS9001E -> 404
          suspendCustomer: 404 BZSUS9001E -> 404
          unsuspendCustomer: 404 BZSUS9001E -> 404
          delete: 404 BZSUS9001E -> 404"#]]
    .assert_eq(&table);
}

/// Brings a subscriber into a state.
fn bring(bss: &Bss<'_>, path: &str, state: &str) {
    let steps: &[&str] = match state {
        "ACTIVE" => &["[activateSubscriber]"],
        "SUSPENDED" => &["[activateSubscriber]", "[suspendSubscriber]"],
        "SUSPENDED, never active" => &["[suspendSubscriber]"],
        "SOFT_DELETED" => &["[activateSubscriber]", "soft"],
        "gone" => &["hard"],
        _ => &[],
    };
    for step in steps {
        let what = match *step {
            "soft" => format!("DELETE {path}?moveToSoftDelete=true"),
            "hard" => format!("DELETE {path}"),
            operation => format!("POST {path} {operation}"),
        };
        assert_eq!(bss.told(&what, None), "204", "{what}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "the rows of the table are counted as lines")]
fn subscribers_live_as_the_table_says() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let customer = bss.register("states@new.test");
    let matrix = Matrix {
        states: &[
            "PENDING",
            "ACTIVE",
            "SUSPENDED",
            "SUSPENDED, never active",
            "SOFT_DELETED",
            "gone",
        ],
        operations: &[
            "get",
            "update",
            "activateSubscriber",
            "suspendSubscriber",
            "unsuspendSubscriber",
            "restoreSubscriber",
            "soft delete",
            "delete",
            "setOneTimePassword",
            "setUserPassword",
            "resetPassword",
            "getRoleList",
        ],
    };
    let mut count = 0;
    let table = matrix.print(|state, operation| {
        count += 1;
        let email = format!("state{count}@new.test");
        let path = format!("resource/subscriber/{}", bss.add(customer, &email, &["User"]));
        bring(&bss, &path, state);
        let body: Value = subscriber(customer, &email, &["User"]);
        let credential =
            json!({ "UserCredential": { "LoginName": email, "NewPassword": "onet1me!" } });
        let password = |what: &str| format!("POST service/authentication/{what}");
        let told = match operation {
            "get" => bss.told(&format!("GET {path}"), None),
            "update" => bss.told(&format!("PUT {path}"), Some(&body)),
            "soft delete" => bss.told(&format!("DELETE {path}?moveToSoftDelete=true"), None),
            "delete" => bss.told(&format!("DELETE {path}"), None),
            "setOneTimePassword" | "setUserPassword" => {
                bss.told(&password(operation), Some(&credential))
            }
            "resetPassword" => {
                bss.told(&format!("{}?loginName={email}", password(operation)), None)
            }
            "getRoleList" => {
                let what = format!("POST service/authorization/getRoleList?loginName={email}");
                bss.told(&what, None)
            }
            operation => bss.told(&format!("POST {path} [{operation}]"), None),
        };
        after(&bss, &told, &path, "SubscriberState")
    });
    expect![[r#"
        PENDING:
          get: 200 -> PENDING
          update: 204 -> PENDING
          activateSubscriber: 204 -> ACTIVE
          suspendSubscriber: 204 -> SUSPENDED
          unsuspendSubscriber: 400 BZSUS9003E -> PENDING
          restoreSubscriber: 400 BZSUS9003E -> PENDING
          soft delete: 400 BZSUS9003E -> PENDING
          delete: 204 -> 404
          setOneTimePassword: 204 -> PENDING
          setUserPassword: 400 BZSUS9003E -> PENDING
          resetPassword: 400 BZSUS9003E -> PENDING
          getRoleList: 200 -> PENDING
        ACTIVE:
          get: 200 -> ACTIVE
          update: 204 -> ACTIVE
          activateSubscriber: 400 BZSUS9003E -> ACTIVE
          suspendSubscriber: 204 -> SUSPENDED
          unsuspendSubscriber: 400 BZSUS9003E -> ACTIVE
          restoreSubscriber: 400 BZSUS9003E -> ACTIVE
          soft delete: 204 -> SOFT_DELETED
          delete: 204 -> 404
          setOneTimePassword: 204 -> ACTIVE
          setUserPassword: 204 -> ACTIVE
          resetPassword: 204 -> ACTIVE
          getRoleList: 200 -> ACTIVE
        SUSPENDED:
          get: 200 -> SUSPENDED
          update: 204 -> SUSPENDED
          activateSubscriber: 400 BZSUS9003E -> SUSPENDED
          suspendSubscriber: 400 BZSUS9003E -> SUSPENDED
          unsuspendSubscriber: 204 -> ACTIVE
          restoreSubscriber: 400 BZSUS9003E -> SUSPENDED
          soft delete: 204 -> SOFT_DELETED
          delete: 204 -> 404
          setOneTimePassword: 204 -> SUSPENDED
          setUserPassword: 400 BZSUS9003E -> SUSPENDED
          resetPassword: 400 BZSUS9003E -> SUSPENDED
          getRoleList: 200 -> SUSPENDED
        SUSPENDED, never active:
          get: 200 -> SUSPENDED
          update: 204 -> SUSPENDED
          activateSubscriber: 400 BZSUS9003E -> SUSPENDED
          suspendSubscriber: 400 BZSUS9003E -> SUSPENDED
          unsuspendSubscriber: 204 -> PENDING
          restoreSubscriber: 400 BZSUS9003E -> SUSPENDED
          soft delete: 400 BZSUS9003E -> SUSPENDED
          delete: 204 -> 404
          setOneTimePassword: 204 -> SUSPENDED
          setUserPassword: 400 BZSUS9003E -> SUSPENDED
          resetPassword: 400 BZSUS9003E -> SUSPENDED
          getRoleList: 200 -> SUSPENDED
        SOFT_DELETED:
          get: 200 -> SOFT_DELETED
          update: 204 -> SOFT_DELETED
          activateSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          suspendSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          unsuspendSubscriber: 400 BZSUS9003E -> SOFT_DELETED
          restoreSubscriber: 204 -> ACTIVE
          soft delete: 400 BZSUS9003E -> SOFT_DELETED
          delete: 204 -> 404
          setOneTimePassword: 204 -> SOFT_DELETED
          setUserPassword: 400 BZSUS9003E -> SOFT_DELETED
          resetPassword: 400 BZSUS9003E -> SOFT_DELETED
          getRoleList: 200 -> SOFT_DELETED
        gone:
          get: 404 BZSUS9001E -> 404
          update: 404 BZSUS9001E -> 404
          activateSubscriber: 404 BZSUS9001E -> 404
          suspendSubscriber: 404 BZSUS9001E -> 404
          unsuspendSubscriber: 404 BZSUS9001E -> 404
          restoreSubscriber: 404 BZSUS9001E -> 404
          soft delete: 404 BZSUS9001E -> 404
          delete: 404 BZSUS9001E -> 404
          setOneTimePassword: 404 BZSUS9001E -> 404
          setUserPassword: 404 BZSUS9001E -> 404
          resetPassword: 404 BZSUS9001E -> 404
          getRoleList: 404 BZSUS9001E -> 404"#]]
    .assert_eq(&table);
}
