//! Refusals in the words of this contract: where something is wrong, by the attributes that a client said
//! (`productOrderItem[0].productOffering.id`), and things by the ids that it knows.
//!
//! Our use cases name our own fields (`/items/0/offer`). What each is called in a resource is data of the
//! resource: paths of our names, each with the last part of it in the words of the contract.

use super::resource::Resource;
use crate::api::edge::tongue;
pub(super) use crate::api::edge::tongue::{Words, path, plain};
use crate::services::Error;

/// A refusal of something about a resource.
pub(super) fn spoken(of: &Resource, refusal: Error) -> Error {
    match refusal {
        Error::Invalid(mut invalid) => {
            for it in &mut invalid.violations {
                it.field = path(of.words, &it.field);
                it.message = told(of, &it.message);
            }
            Error::Invalid(invalid)
        }
        Error::Rejected(mut rejection) => {
            rejection.detail = told(of, &rejection.detail);
            Error::Rejected(rejection)
        }
        other @ (Error::NotFound { .. }
        | Error::Forbidden { .. }
        | Error::Unauthenticated
        | Error::Stale { .. }
        | Error::KeyReused
        | Error::Busy
        | Error::Full
        | Error::Internal(_)) => other,
    }
}

/// A sentence of ours about a resource: what stands in it as a path of ours is one of the contract.
pub(super) fn told(of: &Resource, sentence: &str) -> String {
    tongue::told(of.words, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tmf::registered::Registered;
    use crate::domain::error::{Code, Invalid, Rejection};

    const ORDER: Resource = Resource::of("order", &Registered("agreement")).speaks(&[
        ("items", "orderItem"),
        ("items/offer", "offering.id"),
        ("account", "party"),
    ]);

    #[test]
    fn a_path_is_that_of_the_contract() {
        for (ours, theirs) in [
            ("/items/0/offer", "orderItem[0].offering.id"),
            ("/items/12", "orderItem[12]"),
            ("/items/0/quantity", "orderItem[0].quantity"),
            ("account", "party"),
            ("orderItem/0/action", "orderItem[0].action"),
            ("/0", "[0]"),
            ("", ""),
        ] {
            assert_eq!(path(ORDER.words, ours), theirs, "{ours}");
        }
    }

    #[test]
    fn a_refusal_names_what_the_client_knows() {
        let id = "00000000-0000-7000-8000-000000000000";
        let why = format!("`/items/1/offer` wants `ofr_{id}` or sub_{id}; in_use is `a /b`");
        let Error::Rejected(told) = spoken(&ORDER, Rejection::new(Code::InUse, why).into()) else {
            panic!("a rejection")
        };
        let expected = format!("`orderItem[1].offering.id` wants `{id}` or {id}; in_use is `a /b`");
        assert_eq!(told.detail, expected);
        let refusal = Invalid::one("/account", "reference", format!("`acc_{id}` is not there"));
        let Error::Invalid(told) = spoken(&ORDER, refusal.into()) else { panic!("invalid") };
        assert_eq!(told.to_string(), format!("`party` `{id}` is not there"));
    }
}
