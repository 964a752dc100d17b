//! The cast of the demo: the provider, the resellers, the customers, and their people.

use serde_json::{Value, json};

use super::script::{Keyed, Member, Person, Provider};
use super::stage::{HOUSE, Stage, text};
use crate::cli::failure::Failure;

/// Who the provider is, beyond what setting it up says.
pub(super) fn introduce(
    stage: &mut Stage,
    provider: &Provider,
    password: &str,
) -> Result<(), Failure> {
    let found = stage.get("/accounts?kind=provider")?;
    let items = found.get("items").and_then(Value::as_array);
    let account = items.and_then(|it| it.first()).map(|it| text(it, "id").to_owned());
    stage.name("provider", &account.unwrap_or_default());
    stage.patch(HOUSE, "/accounts/@provider", &Value::Object(provider.body.clone()))?;
    let policy = Value::Object(provider.billing_policy.clone());
    if !provider.billing_policy.is_empty() {
        stage.patch(HOUSE, "/accounts/@provider/billing_policy", &policy)?;
    }
    let born_with = stage.get("/classes?order=oldest&limit=1")?;
    let items = born_with.get("items").and_then(Value::as_array);
    let class = items.and_then(|it| it.first()).map(|it| text(it, "id").to_owned());
    stage.name("default-class", &class.unwrap_or_default());
    let terms = Value::Object(provider.default_class.clone());
    if !provider.default_class.is_empty() {
        stage.patch(HOUSE, "/classes/@default-class", &terms)?;
    }
    classes(stage, HOUSE, &provider.classes)?;
    join_all(stage, "provider", &provider.users, password)
}

/// Opens an account, and lets its people in.
pub(super) fn open(stage: &mut Stage, member: &Member, password: &str) -> Result<(), Failure> {
    let opened = stage.post(&member.by, "/accounts", &Value::Object(member.body.clone()))?;
    stage.name(&member.key, text(&opened, "id"));
    if !member.billing_policy.is_empty() {
        let policy = Value::Object(member.billing_policy.clone());
        stage.patch(HOUSE, &format!("/accounts/@{}/billing_policy", member.key), &policy)?;
    }
    join_all(stage, &member.key, &member.users, password)?;
    match member.users.first() {
        Some(admin) => classes(stage, &admin.key, &member.classes),
        None => Ok(()),
    }
}

/// Classes belong to whoever writes them down.
fn classes(stage: &mut Stage, by: &str, all: &[Keyed]) -> Result<(), Failure> {
    for class in all {
        let made = stage.post(by, "/classes", &Value::Object(class.body.clone()))?;
        stage.name(&class.key, text(&made, "id"));
    }
    Ok(())
}

fn join_all(
    stage: &mut Stage,
    account: &str,
    people: &[Person],
    password: &str,
) -> Result<(), Failure> {
    for person in people {
        let mut body = person.body.clone();
        body.insert("account".to_owned(), json!(format!("@{account}")));
        let invited = stage.post(HOUSE, "/users", &Value::Object(body))?;
        stage.name(&person.key, text(&invited, "id"));
        let link = invited.get("invitation").map(|it| text(it, "token")).unwrap_or_default();
        stage.join(&person.key, link, password)?;
    }
    Ok(())
}
