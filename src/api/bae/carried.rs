//! What was said of an entity beside what we know: kept for this contract as it was said, and shown
//! where nothing of ours is.

use super::wire::Tree;
use crate::domain::stamp::{Contract, Stamp};
use crate::services::Error;

/// What the house says of everything.
const OURS: &[&str] = &["id", "href", "lastUpdate"];

/// What is kept beside a thing.
///
/// # Errors
/// If what was kept cannot be read.
pub(super) fn read(stamp: &Stamp) -> Result<Tree, Error> {
    match stamp.carried.get(&Contract::Bae) {
        Some(bytes) => serde_json::from_slice(bytes).map_err(Error::internal),
        None => Ok(Tree::new()),
    }
}

/// What is kept beside a thing after something was said of it: all that is not `known` and not the
/// house's to say; what is said to be `null` is kept no longer. As
/// [`carried::keep`](crate::services::carried::keep) takes it.
///
/// # Errors
/// If what was kept cannot be read.
pub(super) fn after(stamp: &Stamp, said: &Tree, known: &[&str]) -> Result<Vec<u8>, Error> {
    let mut kept = read(stamp)?;
    for (name, value) in said.iter().filter(|it| !known.contains(&&**it.0)) {
        if OURS.contains(&&**name) {
            continue;
        }
        if value.is_null() {
            kept.remove(name);
        } else {
            kept.insert(name.clone(), value.clone());
        }
    }
    written(&kept)
}

/// Of what is said of a thing as a whole what is kept beside it: all that is neither `known` nor the
/// house's to say.
pub(super) fn beyond(mut said: Tree, known: &[&str]) -> Tree {
    said.retain(|name, value| {
        let is_ours = OURS.contains(&name.as_str()) || known.contains(&name.as_str());
        !is_ours && !value.is_null()
    });
    said
}

/// What is kept, as [`carried::keep`](crate::services::carried::keep) takes it.
///
/// # Errors
/// If it cannot be written.
pub(super) fn written(kept: &Tree) -> Result<Vec<u8>, Error> {
    match kept.is_empty() {
        true => Ok(Vec::new()),
        false => serde_json::to_vec(kept).map_err(Error::internal),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::bae::wire::tree;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::time::Instant;

    #[test]
    fn what_is_not_known_is_kept_until_it_is_said_to_be_nothing() {
        let now = Instant::from_micros(0).expect("in range");
        let mut stamp = Stamp::new(SellerNumber::PROVIDER, None, now);
        let mut say = |said: Value| {
            let bytes = after(&stamp, &tree(said), &["name"]).expect("readable");
            stamp.carried.insert(Contract::Bae, bytes.clone());
            String::from_utf8(bytes).expect("a text")
        };
        let said = json!({ "id": "7", "name": "a", "place": [1], "channel": "x" });
        assert_eq!(say(said), r#"{"channel":"x","place":[1]}"#);
        assert_eq!(say(json!({ "channel": null })), r#"{"place":[1]}"#);
        let kept = read(&stamp).map(Value::Object).map_err(|it| it.to_string());
        assert_eq!(kept, Ok(json!({ "place": [1] })));
    }
}
