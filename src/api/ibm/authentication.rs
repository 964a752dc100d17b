//! `/service/authentication`: the passwords of subscribers.

use axum::http::Method;
use serde::Deserialize;

use super::error::Refusal;
use super::field::{self, Field, Fields, Form};
use super::message;
use super::route::{Asked, By, Row};
use super::subscriber::by_login_to_change;
use super::wire::nothing;
use crate::api::edge::work::Work;
use crate::domain::operator::{
    PASSWORD_LENGTH_MAX, PasswordKind, PasswordPolicy, Permission, Role,
};
use crate::services::password::{self, NewPassword, Unaccepted};

/// By which one changes a password that one knows: also one's own that has expired.
pub(super) const CHANGES: &str = "service/authentication/changePassword";

const SETS: (Permission, Role) = (Permission::PasswordWrite, Role::CustomerAdmin);

/// What can be asked of passwords.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::POST, CHANGES, By::Path, SETS, change),
    Row::new(Method::POST, "service/authentication/resetPassword", By::Path, SETS, reset),
    Row::new(
        Method::POST,
        "service/authentication/setOneTimePassword",
        By::Path,
        SETS,
        set_one_time,
    ),
    Row::new(Method::POST, "service/authentication/setUserPassword", By::Path, SETS, set),
];

const CHANGED: Fields = &[
    Field::required("LoginName", Form::Text(255)),
    Field::required("OldPassword", Form::Text(PASSWORD_LENGTH_MAX)),
    Field::required("NewPassword", Form::Text(PASSWORD_LENGTH_MAX)),
    Field::required("ConfirmPassword", Form::Text(PASSWORD_LENGTH_MAX)),
];

const GIVEN: Fields = &[
    Field::required("LoginName", Form::Text(255)),
    Field::required("NewPassword", Form::Text(PASSWORD_LENGTH_MAX)),
];

/// A login with passwords.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserCredential {
    login_name: String,
    #[serde(default)]
    old_password: String,
    new_password: String,
    #[serde(default)]
    confirm_password: String,
}

fn read(asked: Asked, fields: Fields) -> Result<UserCredential, Refusal> {
    field::read(asked.body, "UserCredential", fields)
}

/// Changes a password for somebody who knows the present one, also one that works once.
fn change(asked: Asked) -> Result<Work, Refusal> {
    let said = read(asked, CHANGED)?;
    if said.new_password != said.confirm_password {
        return Err(message::PASSWORDS_DIFFER.with([]).into());
    }
    Ok(Work::works(move |bss, author| {
        bss.read(&author.actor, |cx| {
            if password::is_own_to_change(cx, &said.login_name)? {
                return Ok(());
            }
            let it = by_login_to_change(cx, &said.login_name)?;
            cx.must(Permission::PasswordWrite, &it.stamp)
        })?;
        let new = NewPassword { password: said.new_password, policy: PasswordPolicy::Ibm };
        password::change(bss, &said.login_name, &said.old_password, &new)?;
        Ok(nothing())
    }))
}

/// Sends a link to choose another password; until then the subscriber is signed out everywhere.
fn reset(mut asked: Asked) -> Result<Work, Refusal> {
    let login = asked.must("loginName")?;
    Ok(Work::writes(move |act| {
        let it = by_login_to_change(act.cx(), &login)?;
        password::give_link(act, it.id)?;
        Ok(nothing())
    }))
}

/// Sets a password that works once. Who has not been activated stays so.
fn set_one_time(asked: Asked) -> Result<Work, Refusal> {
    let said = read(asked, GIVEN)?;
    let manner = (PasswordKind::OneTime, Unaccepted::Waits);
    Ok(given(said, PasswordPolicy::Ibm, manner))
}

/// Sets a password for good, which need not keep the rules if that is said.
fn set(mut asked: Asked) -> Result<Work, Refusal> {
    let policy = match asked.flag("bypassPolicy", false)? {
        true => PasswordPolicy::Unchecked,
        false => PasswordPolicy::Ibm,
    };
    let said = read(asked, GIVEN)?;
    Ok(given(said, policy, (PasswordKind::Chosen, Unaccepted::Refused)))
}

fn given(said: UserCredential, policy: PasswordPolicy, manner: (PasswordKind, Unaccepted)) -> Work {
    Work::works(move |bss, author| {
        let id = bss.read(&author.actor, |cx| Ok(by_login_to_change(cx, &said.login_name)?.id))?;
        let new = NewPassword { password: said.new_password, policy };
        password::set(bss, author.clone(), id, &new, manner)?;
        Ok(nothing())
    })
}
