//! Reading query strings: each parameter once, none unknown.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body::is_unknown;
use super::fault::Fault;
use crate::domain::error::Invalid;

/// The parameters of a query string, decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads a raw query string.
    pub(crate) fn read(raw: &str) -> Result<Self, Fault> {
        Self::gathered(raw, |_, _| false)
    }

    /// Reads a raw query string of a contract whose clients say the same thing twice.
    pub(crate) fn read_repeated(raw: &str) -> Result<Self, Fault> {
        Self::gathered(raw, |before, again| before == again)
    }

    fn gathered(raw: &str, may_follow: fn(&str, &str) -> bool) -> Result<Self, Fault> {
        let mut parameters = BTreeMap::<String, String>::new();
        for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
            if parameters.get(&*name).is_some_and(|before| !may_follow(before, &value)) {
                return Err(Invalid::one(name, "duplicate", "is given twice").into());
            }
            parameters.insert(name.into_owned(), value.into_owned());
        }
        Ok(Self(parameters))
    }

    /// Takes a parameter out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// What is left, as a contract's type.
    pub(crate) fn into<T: DeserializeOwned>(self) -> Result<T, Fault> {
        let parameters = self.0.into_iter().map(|(name, value)| (name, Value::String(value)));
        let source = Value::Object(parameters.collect());
        serde_path_to_error::deserialize(source)
            .map_err(|error| broken(&error.path().to_string(), &error.inner().to_string()).into())
    }
}

/// Which rule a parameter breaks, by what the parser says of it.
fn broken(path: &str, message: &str) -> Invalid {
    let named = message.split('`').nth(1).unwrap_or(path);
    match message.split('`').next() {
        Some("unknown field ") => {
            let said = is_unknown(message).replace("field", "parameter");
            Invalid::one(named, "unknown_parameter", said)
        }
        Some("missing field ") => Invalid::one(named, "required", "must be given"),
        Some(_) | None => Invalid::one(path, "format", message),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        q: Option<String>,
        state: Option<String>,
    }

    fn read(raw: &str) -> Result<Wanted, String> {
        Query::read(raw).and_then(Query::into).map_err(|fault| {
            if let Fault::Invalid(invalid) = fault {
                invalid.to_string()
            } else {
                fault.to_string()
            }
        })
    }

    #[test]
    fn parameters_are_taken_by_name_and_may_be_left_out() {
        let wanted = Wanted { q: Some("a b&ä".to_owned()), state: None };
        assert_eq!(read("q=a+b%26%C3%A4"), Ok(wanted));
        assert_eq!(read(""), Ok(Wanted { q: None, state: None }));
        assert_eq!(read("q=1&q=2"), Err("`q` is given twice".to_owned()));
        let unknown = "`z` is unknown: expected `q` or `state`".to_owned();
        assert_eq!(read("z=1"), Err(unknown));
    }

    #[test]
    fn a_parameter_that_must_be_given_is_named() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Needed {
            meter: String,
        }
        let read = Query::read("").and_then(Query::into::<Needed>).map(|it| it.meter);
        let Err(Fault::Invalid(refused)) = read else { panic!("nothing was given: {read:?}") };
        assert_eq!(refused.to_string(), "`meter` must be given");
    }

    #[test]
    fn what_is_said_twice_is_taken_where_that_is_usual_unless_it_differs() {
        let told = |raw: &str| Query::read_repeated(raw).map(|mut it| it.take("q")).ok();
        assert_eq!(told("q=1&state=2&q=1"), Some(Some("1".to_owned())));
        assert_eq!(told("q=1&q=2"), None);
    }
}
