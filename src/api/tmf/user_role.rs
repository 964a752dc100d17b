//! Who may do what (TMF672): the roles of the house, and what was written down of others; the roles that our
//! users have, as permissions, and permissions that were written down for people who are not here.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::entity::{Entity, Gone, Of, reference, tree};
use super::party_form::validity;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::{Id, UserId};
use crate::domain::operator::{Permission, Role, User, UserState, reach};
use crate::domain::page::{Page, PageRequest};
use crate::domain::time::Instant;
use crate::services::{Act, Cx, Error, user};

/// Roles.
pub(super) struct UserRoles;

const DOCUMENTS: Registered = Registered("user_role");

/// A role of the house: what it may do, and of whose things.
fn shown(it: Role) -> Tree {
    let rights = Permission::ALL.iter().map(|of| (reach(it, *of).word(), of.name()));
    let rights = rights.filter(|it| it.0 != "-");
    let rights = rights.map(|(action, function)| json!({ "action": action, "function": function }));
    tree(json!({
        "id": it.word(), "involvementRole": it.word(), "entitlement": rights.collect::<Vec<_>>(),
    }))
}

fn role(id: &str) -> Option<Role> {
    id.parse().ok()
}

impl Behind for UserRoles {
    fn documents(&self) -> &dyn Behind {
        &DOCUMENTS
    }

    fn page(&self, cx: Cx<'_>, of: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        let mut found = DOCUMENTS.page(cx, of, page)?;
        if found.next.is_none() {
            found.items.extend(Role::ALL.iter().map(|it| shown(*it)));
        }
        Ok(found)
    }

    fn find(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        match role(id) {
            Some(role) => Ok(Some(shown(role))),
            None => DOCUMENTS.find(cx, of, id),
        }
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, change: Change) -> Result<Tree, Error> {
        if role(&change.id).is_some() {
            let why = format!("`{}` is a role of the house, and what it may do stays", change.id);
            return Err(Rejection::new(Reason::InUse, why).into());
        }
        DOCUMENTS.change(act, of, change)
    }
}

/// The users of the house, as what they are permitted.
pub(super) struct Users;

/// Permissions of our users, with those that were written down for others.
pub(super) const PERMISSIONS: Beside<Users> = Beside {
    documents: Registered("permission"),
    entities: Of(Users),
    make: |it, act, of, said| permitted(it, act, of, said),
};

/// The roles that are said: those of the house, each once.
fn roles(said: &Tree) -> Result<BTreeSet<Role>, Invalid> {
    let all = said.get("assetUserRole").and_then(Value::as_array).into_iter().flatten();
    let mut roles = BTreeSet::new();
    for (place, it) in all.enumerate() {
        let id = it.pointer("/userRole/id").and_then(Value::as_str).unwrap_or_default();
        let at = format!("assetUserRole/{place}/userRole/id");
        let none = || Invalid::one(at, "reference", format!("`{id}` is no role of the house"));
        roles.insert(role(id).ok_or_else(none)?);
    }
    Ok(roles)
}

/// Refuses a time for which a role of ours is not had: it is had until somebody takes it.
fn must_hold_from_now_on(said: &Tree, now: Instant) -> Result<(), Invalid> {
    let valid_for = validity("validFor", said.get("validFor"))?;
    if valid_for.until().is_none() && valid_for.from().is_none_or(|it| it <= now) {
        return Ok(());
    }
    let message = "must begin by now and have no end: a role is had until it is taken";
    Err(Invalid::one("validFor", "unsupported", message))
}

/// Gives a user of ours the roles that are said, or keeps what was said for somebody else.
fn permitted(
    it: &Beside<Users>,
    act: &mut Act<'_>,
    of: &Resource,
    mut said: Tree,
) -> Result<Tree, Error> {
    let who: Option<UserId> = said.get("user").and_then(reference);
    let who = who.map(|id| act.cx().find::<User>(id)).transpose()?.flatten();
    let Some(who) = who else {
        said.insert("creationDate".to_owned(), json!(act.now().to_string()));
        return it.documents.create(act, of, said);
    };
    must_hold_from_now_on(&said, act.now())?;
    let wanted = roles(&said)?;
    if wanted.is_empty() {
        let message = "must name at least one role of the house for a user of it";
        return Err(Invalid::one("assetUserRole", "required", message).into());
    }
    let all = who.roles().union(&wanted).copied().collect();
    let made = user::assign(act, who.id, &all)?;
    it.entities.made(act, of, (made, said))
}

impl Entity for Users {
    type Thing = User;
    const READING: Permission = Permission::UserRead;
    const WRITING: Permission = Permission::RoleGrant;
    const REFERENCES: &[&str] = &["user", "granter"];

    fn is(&self, it: &User) -> bool {
        it.state() != UserState::Removed
    }

    fn known(&self, _: Cx<'_>, it: &User) -> Result<Tree, Error> {
        let asset = it.stamp.owner.map(|id| json!({ "id": id.uuid(), "entityType": "Customer" }));
        let granted = it.roles().iter().map(|role| {
            json!({
                "userRole": { "id": role.word(), "@referredType": "UserRole" },
                "manageableAsset": asset,
            })
        });
        Ok(tree(json!({
            "user": {
                "id": it.id.uuid(), "name": it.profile().name.display(), "@referredType": "Individual",
            },
            "creationDate": it.stamp.created_at.to_string(),
            "validFor": { "startDateTime": it.stamp.created_at.to_string() },
            "assetUserRole": granted.collect::<Vec<_>>(),
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<User, Error> {
        Err(Error::internal("a permission is that of a user, or written down"))
    }

    fn change(&self, act: &mut Act<'_>, it: User, change: &Change) -> Result<User, Error> {
        if change.before.get("validFor") != change.after.get("validFor") {
            must_hold_from_now_on(&change.after, act.now())?;
        }
        if change.before.get("assetUserRole") == change.after.get("assetUserRole") {
            return Ok(it);
        }
        user::assign_exactly(act, it.id, &roles(&change.after)?)
    }

    fn remove(&self, _: &mut Act<'_>, _: User) -> Result<Gone, Error> {
        Err(Error::internal("this contract removes no permission"))
    }

    fn agrees(&self, it: &User, name: &str, (said, known): (&Value, &Value)) -> bool {
        if name != "assetUserRole" {
            return super::carried::agrees(said, known);
        }
        let said = Tree::from_iter([("assetUserRole".to_owned(), said.clone())]);
        roles(&said).is_ok_and(|said| said.is_subset(it.roles()))
    }
}
