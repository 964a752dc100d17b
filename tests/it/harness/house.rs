//! A house with people in it: the provider, two resellers, a customer of each, and everybody's
//! keys. All of it came in through the doors that anybody has.

use serde_json::{Value, json};
use tillbox::services::setup;

use super::app::{Answer, App};
use super::client::Client;

/// The password of everybody in the house.
pub(crate) const PASSWORD: &str = "till-4-the-box!";

/// Somebody who can sign in, with a token.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The user.
    pub(crate) id: String,
    /// The user's account.
    pub(crate) account: String,
    /// What it signs in with.
    pub(crate) email: String,
    /// The secret of its token.
    pub(crate) token: String,
}

/// A customer with its people.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    /// The account.
    pub(crate) account: String,
    /// Its default billing account.
    pub(crate) billing_account: String,
    /// Its administrator.
    pub(crate) admin: Person,
    /// Somebody who is only a member.
    pub(crate) member: Person,
}

/// A reseller with a customer.
#[derive(Debug, Clone)]
pub(crate) struct Branch {
    /// The reseller's account.
    pub(crate) account: String,
    /// The reseller's administrator.
    pub(crate) admin: Person,
    /// The reseller's customer.
    pub(crate) customer: Customer,
}

/// The appliance with people in it.
pub(crate) struct House {
    /// The appliance.
    pub(crate) app: App,
    /// Who runs it.
    pub(crate) operator: Person,
    /// A customer of the provider itself.
    pub(crate) customer: Customer,
    /// One reseller.
    pub(crate) north: Branch,
    /// Another reseller.
    pub(crate) south: Branch,
}

impl House {
    /// A house on a day.
    pub(crate) fn on(day: &str) -> Self {
        Self::in_app(App::on(day))
    }

    /// The same in an appliance that nobody has set up yet.
    pub(crate) fn in_app(app: App) -> Self {
        let operator = found(&app);
        let customer = open_customer(&app, &operator, "Home");
        let north = open_branch(&app, &operator, "North");
        let south = open_branch(&app, &operator, "South");
        Self { app, operator, customer, north, south }
    }

    /// Somebody of the house as a caller.
    pub(crate) fn client(&self, person: &Person) -> Client<'_> {
        Client::with_token(&self.app, &person.token)
    }

    /// The operator as a caller.
    pub(crate) fn operator(&self) -> Client<'_> {
        self.client(&self.operator)
    }
}

/// Sets the appliance up by its link.
fn found(app: &App) -> Person {
    let secret = setup::offer(&app.bss).unwrap().unwrap();
    let body = json!({
        "token": secret, "email": "olga@provider.test", "password": PASSWORD,
        "name": "Olga Operator", "company": "Provider",
    });
    person(app, &Client::nobody(app).call("POST /setup", Some(&body)))
}

/// Somebody who has just come in by a link, with a token that it makes for itself.
fn person(app: &App, answer: &Answer) -> Person {
    let session = answer.ok();
    let client = Client::with_session(app, answer);
    let issued = client.post("/tokens", &json!({ "name": "test" }));
    Person {
        id: text(&session["user"]["id"]),
        account: text(&session["account"]["id"]),
        email: text(&session["user"]["email"]),
        token: text(&issued["secret"]),
    }
}

/// Invites somebody, who accepts.
pub(crate) fn invite(app: &App, by: &Person, account: &str, email: &str, role: &str) -> Person {
    let body = json!({
        "account": account, "email": email, "name": format!("{role} of {email}"), "roles": [role],
    });
    let invited = Client::with_token(app, &by.token).post("/users", &body);
    let token = &invited["invitation"]["token"];
    let accept = json!({ "token": token, "password": PASSWORD });
    person(app, &Client::nobody(app).call("POST /password/redeem", Some(&accept)))
}

fn open_customer(app: &App, seller: &Person, name: &str) -> Customer {
    let body = json!({ "name": format!("{name} Customer") });
    let account = Client::with_token(app, &seller.token).post("/accounts", &body);
    let (id, host) = (text(&account["id"]), name.to_lowercase());
    let admin = invite(app, seller, &id, &format!("admin@customer.{host}.test"), "customer_admin");
    let member = invite(app, &admin, &id, &format!("member@customer.{host}.test"), "member");
    let billing_account = text(&account["billing_account"]);
    Customer { account: id, billing_account, admin, member }
}

fn open_branch(app: &App, operator: &Person, name: &str) -> Branch {
    let body = json!({ "kind": "reseller", "name": format!("{name} Reseller") });
    let account = text(&Client::with_token(app, &operator.token).post("/accounts", &body)["id"]);
    let email = format!("admin@{}.test", name.to_lowercase());
    let admin = invite(app, operator, &account, &email, "vendor_admin");
    let customer = open_customer(app, &admin, name);
    Branch { account, admin, customer }
}

/// The text of a value that must be one.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
