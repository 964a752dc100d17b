//! Reading bodies: texts, references, and the words of states.

use std::str::FromStr;

use serde_json::Value;
use uuid::Uuid;

use super::wire::Tree;
use crate::domain::error::Invalid;
use crate::domain::text::Code;

/// A text that was said, if there was one.
///
/// # Errors
/// If it cannot be read as what it should be.
pub(super) fn text<T: FromStr>(said: &Tree, name: &str) -> Result<Option<T>, Invalid>
where
    T::Err: std::fmt::Display,
{
    let Some(value) = said.get(name).filter(|it| !it.is_null()) else { return Ok(None) };
    let text = match value {
        Value::String(it) => it.clone(),
        it @ (Value::Number(_) | Value::Bool(_)) => it.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            return Err(Invalid::one(name, "type", "must be a text"));
        }
    };
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|it: T::Err| Invalid::one(name, "format", it.to_string()))
}

/// A text that must have been said.
///
/// # Errors
/// If it was not, or cannot be read.
pub(super) fn must<T: FromStr>(said: &Tree, name: &str) -> Result<T, Invalid>
where
    T::Err: std::fmt::Display,
{
    text(said, name)?.ok_or_else(|| Invalid::one(name, "required", "must be given"))
}

/// The id in a reference: its `id`, or the end of its `href`.
pub(super) fn reference(it: &Value) -> Option<Uuid> {
    let text = |name: &str| it.get(name).and_then(Value::as_str);
    let end = |it: &str| it.trim_end_matches('/').rsplit('/').next().map(str::to_owned);
    let id = text("id").map(str::to_owned).or_else(|| text("href").and_then(end))?;
    Uuid::try_parse(&id).ok()
}

/// A list that was said; empty if there was none.
pub(super) fn all<'a>(said: &'a Tree, name: &str) -> &'a [Value] {
    said.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The channels that were said, as far as they have codes as their ids.
pub(super) fn channels(said: &Tree) -> Vec<Code> {
    let ids = all(said, "channel").iter().filter_map(|it| it.get("id").and_then(Value::as_str));
    ids.filter_map(|it| it.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::bae::wire::tree;
    use crate::domain::text::Name;

    #[test]
    fn a_text_is_read_or_missed_by_name() {
        let said = tree(json!({ "name": "Weather", "version": 1.5, "brand": "", "place": [] }));
        assert_eq!(must::<Name>(&said, "name").map(|it| it.to_string()), Ok("Weather".to_owned()));
        assert_eq!(
            text::<Name>(&said, "version").map(|it| it.map(|it| it.to_string())),
            Ok(Some("1.5".to_owned()))
        );
        assert_eq!(text::<Name>(&said, "brand"), Ok(None));
        let field = |name: &str| must::<Name>(&said, name).expect_err(name).to_string();
        assert_eq!(field("brand"), "`brand` must be given");
        assert_eq!(field("place"), "`place` must be a text");
    }

    #[test]
    fn a_reference_leads_by_its_id_or_by_its_address() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let found = Uuid::try_parse(id).ok();
        assert_eq!(reference(&json!({ "id": id })), found);
        assert_eq!(reference(&json!({ "href": format!("http://x/category/{id}") })), found);
        assert_eq!(reference(&json!({ "href": format!("/category/{id}/"), "name": "x" })), found);
        for it in [json!({}), json!({ "id": "7" }), json!("x"), json!({ "href": "" })] {
            assert_eq!(reference(&it), None, "{it}");
        }
    }
}
