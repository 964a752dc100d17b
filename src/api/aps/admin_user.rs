//! `PAAdminUser`: a user who administers its account, and which operations the systems may call
//! that act for it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::kind::{About, Create, Kind};
use super::lookup::Finding;
use super::operation::{Operation, Outcome, Said, Verb};
use super::property::{Field, Form, Structure};
use super::wire::text;
use super::{user, user_form};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::UserId;
use crate::domain::operator::{ConsumerKey, Operation as Allowed, Permission, User};
use crate::domain::page::PageRequest;
use crate::services::consumer_key::{self, Wanted};
use crate::services::{Act, Cx, Error};

static ALLOWED: Structure = Structure {
    name: "AllowedOperation",
    fields: &[Field::required("apsType", Form::Text), Field::required("method", Form::Text)],
};

static CHANGE: Structure = Structure {
    name: "AllowedOperations",
    fields: &[
        Field::optional("toAdd", Form::List(&Form::Structure(&ALLOWED))),
        Field::optional("toRemove", Form::List(&Form::Structure(&ALLOWED))),
    ],
};

/// The type.
pub(super) static KIND: Kind<User> = Kind {
    about: About {
        name: "PAAdminUser",
        id: "http://parallels.com/aps/types/pa/admin-user/1.2",
        implements: &[
            user::ID,
            "http://aps-standard.org/types/core/admin-user/1.0",
            user::ANY,
            "http://aps-standard.org/types/core/resource/1.0",
        ],
        alias: Some("admin-users"),
        number: 5,
        reads: Permission::UserRead,
    },
    head: |_, it| Ok(user::head(it)),
    find: |cx, id| user::found(cx, id, User::is_administrator),
    list: |cx, listing| user::list(cx, listing, User::is_administrator),
    finding: Finding::by(|cx, id| user::found(cx, id, User::is_administrator), user::LOOKUPS)
        .only(User::is_administrator),
    properties: user::PROPERTIES,
    relations: user::RELATIONS,
    operations: &[
        user::INVITE,
        user::ACTIVATE,
        user::RESET_PASSWORD,
        user::UNLOCK,
        user::DISABLE,
        user::ENABLE,
        user::LOGIN_HISTORY,
        Operation::reads(
            ("listAllowedOperation", Verb::Get, "allowedOperations"),
            Permission::ConsumerKeyRead,
            allowed,
        )
        .gives(Form::List(&Form::Structure(&ALLOWED))),
        Operation::writes(
            ("modifyAllowedOperations", Verb::Put, "allowedOperations"),
            Permission::ConsumerKeyWrite,
            allow,
        )
        .takes(Form::Structure(&CHANGE)),
    ],
    create: Some(Create { needs: Permission::UserInvite, make: user_form::create_administrator }),
    update: user::UPDATE,
    delete: user::DELETE,
};

/// The consumer keys of the systems that act for a user.
fn keys(cx: Cx<'_>, user: UserId) -> Result<Vec<ConsumerKey>, Error> {
    let (mut found, mut page) = (Vec::new(), PageRequest::oldest(PageRequest::LIMIT_MAX));
    loop {
        let keys = consumer_key::list(cx, &Wanted::Of(user), &page)?;
        found.extend(keys.items);
        page.after = keys.next;
        if page.after.is_none() {
            return Ok(found);
        }
    }
}

/// What the keys of a user are confined to. A key that is not confined adds nothing.
fn allowed(cx: Cx<'_>, it: &User, _: &Said) -> Result<Outcome, Error> {
    let keys = keys(cx, it.id)?;
    let all = keys.iter().filter_map(|it| it.terms().operations).flatten();
    let all: BTreeSet<_> = all.collect();
    let told = all.iter().map(|it| json!({ "apsType": it.kind(), "method": it.verb() }));
    Ok(Some(Value::Array(told.collect())))
}

/// Confines the keys of a user to what they are confined to already, with some more and without
/// others. What is added to a key that may call all confines it to that; to one of which nothing is
/// added, nothing happens.
fn allow(act: &mut Act<'_>, it: &User, said: &Said) -> Result<Outcome, Error> {
    let (add, remove) = (operations(&said.body, "toAdd")?, operations(&said.body, "toRemove")?);
    let keys = keys(act.cx(), it.id)?;
    if keys.is_empty() {
        let why = "the user has no consumer key: make one, which can be confined";
        return Err(Rejection::new(Code::UserStateForbids, why).into());
    }
    for key in keys {
        consumer_key::revise(act, key.id, None, |mut terms| {
            if terms.operations.is_none() && add.is_empty() {
                return Ok(terms);
            }
            let mut all = terms.operations.take().unwrap_or_default();
            all.extend(add.iter().cloned());
            all.retain(|it| !remove.contains(it));
            terms.operations = Some(all);
            Ok(terms)
        })?;
    }
    Ok(None)
}

fn operations(body: &Value, name: &str) -> Result<BTreeSet<Allowed>, Invalid> {
    let all = body.get(name).and_then(Value::as_array).into_iter().flatten().enumerate();
    let read = |(place, it): (usize, &Value)| {
        let said = |field: &str| text(it, field).unwrap_or_default();
        let operation = Allowed::new(said("apsType"), said("method"));
        operation.map_err(|it| in_their_words(it).below(&format!("/{name}/{place}")))
    };
    all.map(read).collect()
}

/// What of an operation the contract calls otherwise than we do.
fn in_their_words(mut it: Invalid) -> Invalid {
    for violation in &mut it.violations {
        let field = match violation.field.as_str() {
            "/type" => "/apsType",
            "/verb" => "/method",
            other => other,
        };
        violation.field = field.to_owned();
    }
    it
}
