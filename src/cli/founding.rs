//! The first start: an operator made unattended from the environment, or the link that makes one.

use std::env;
use std::io::Write;

use super::failure::Failure;
use super::say;
use crate::domain::operator::Actor;
use crate::domain::party::individual::PersonName;
use crate::services::setup::{self, Founding};
use crate::services::{self, Bss};

/// What the environment says of the first operator.
pub(super) struct Unattended {
    /// `TILLBOX_OPERATOR_EMAIL`.
    pub(super) email: Option<String>,
    /// `TILLBOX_OPERATOR_PASSWORD`.
    pub(super) password: Option<String>,
    /// `TILLBOX_OPERATOR_TOKEN`: the secret of an API token.
    pub(super) token: Option<String>,
}

impl Unattended {
    /// As it is said now; what is empty is not said.
    pub(super) fn read() -> Self {
        let set = |name: &str| env::var(name).ok().filter(|it| !it.is_empty());
        Self {
            email: set("TILLBOX_OPERATOR_EMAIL"),
            password: set("TILLBOX_OPERATOR_PASSWORD"),
            token: set("TILLBOX_OPERATOR_TOKEN"),
        }
    }
}

/// Sets an empty appliance up from the environment, if that names an operator. An appliance that
/// was set up is left as it is.
pub(super) fn unattended(bss: &Bss) -> Result<(), Failure> {
    let Unattended { email, password, token } = Unattended::read();
    let refused = |why: String| Failure::Refused(format!("TILLBOX_OPERATOR_EMAIL {why}"));
    let Some(email) = email else {
        // Who made the tour with a token may leave it set: what is founded is not founded again.
        if !bss.read(&Actor::duty("setup"), setup::is_needed).map_err(failed)? {
            return Ok(());
        }
        // Whoever sets one of them waits for an operator that would never come.
        let set = [(password, "TILLBOX_OPERATOR_PASSWORD"), (token, "TILLBOX_OPERATOR_TOKEN")];
        return match set.iter().find(|it| it.0.is_some()) {
            Some((_, name)) => {
                Err(refused(format!("must be set beside {name}, or {name} be unset")))
            }
            None => Ok(()),
        };
    };
    let Some(password) = password else {
        return Err(refused("needs TILLBOX_OPERATOR_PASSWORD beside it".to_owned()));
    };
    let email = email.parse().map_err(|error| refused(format!("{error}")))?;
    let founding = Founding::by(operator_name(), email, password);
    let begun = setup::begin_unattended(bss, founding, token);
    begun.map(|_| ()).map_err(failed)
}

fn operator_name() -> PersonName {
    let part = |text: &str| text.parse().expect("the word is a name");
    PersonName::new(part("First"), part("Operator"))
}

/// Why setting up failed, as a refusal where another value would do.
pub(super) fn failed(source: services::Error) -> Failure {
    match &source {
        services::Error::Rejected(rejection) => Failure::Refused(rejection.to_string()),
        services::Error::Invalid(invalid) => Failure::Refused(invalid.to_string()),
        services::Error::NotFound { .. }
        | services::Error::Forbidden { .. }
        | services::Error::Unauthenticated
        | services::Error::Stale { .. }
        | services::Error::KeyReused
        | services::Error::Busy
        | services::Error::Full
        | services::Error::Internal(_) => {
            Failure::Service { action: "setting the appliance up", source }
        }
    }
}

/// The secret of a new set-up link, if the appliance has no operator: the link works once, and
/// until the next start.
pub(super) fn offer(bss: &Bss) -> Result<Option<String>, Failure> {
    setup::offer(bss).map_err(failed)
}

/// Says where an appliance without an operator is set up.
pub(super) fn announce(
    out: &mut dyn Write,
    url: &str,
    secret: Option<&str>,
) -> Result<(), Failure> {
    match secret {
        Some(secret) => say(out, format_args!("set it up at {url}/setup#token={secret}")),
        None => Ok(()),
    }
}
