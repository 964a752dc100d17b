//! Our names in the words of a contract: paths of fields, and ids in sentences.
//!
//! Our use cases name our own fields (`/items/0/offer`). What each is called in a contract is data of
//! the contract: paths of our names, each with the last part of it in its words.

use uuid::Uuid;

/// What our fields are called: paths of ours without places, and the part that each comes to.
pub(crate) type Words = &'static [(&'static str, &'static str)];

/// A path as a contract writes it (`productOrderItem[0].productOffering.id`), with what our names come
/// to.
pub(crate) fn path(words: Words, field: &str) -> String {
    let (mut theirs, mut ours) = (String::new(), String::new());
    for part in field.split('/').filter(|it| !it.is_empty()) {
        if part.bytes().all(|it| it.is_ascii_digit()) {
            theirs += &format!("[{part}]");
            continue;
        }
        ours += &format!("{}{part}", if ours.is_empty() { "" } else { "/" });
        let word = words.iter().find(|it| it.0 == ours).map_or(part, |it| it.1);
        theirs += if theirs.is_empty() || word.is_empty() { "" } else { "." };
        theirs += word;
    }
    theirs
}

/// A sentence of ours: what stands in it as a path of ours is one of the contract.
pub(crate) fn told(words: Words, sentence: &str) -> String {
    let parts = sentence.split('`').map(|it| match it.starts_with('/') && !it.contains(' ') {
        true => path(words, it),
        false => it.to_owned(),
    });
    plain(&parts.collect::<Vec<_>>().join("`"))
}

/// A sentence with ids as contracts have them that know them without what says of which kind they are.
pub(crate) fn plain(sentence: &str) -> String {
    let (mut said, mut rest) = (String::with_capacity(sentence.len()), sentence);
    while let Some((head, tail)) = rest.split_once('_') {
        let is_id = tail.get(..36).is_some_and(|it| Uuid::try_parse(it).is_ok());
        said += match is_id {
            true => head.trim_end_matches(|it: char| it.is_ascii_lowercase()),
            false => head,
        };
        if !is_id {
            said.push('_');
        }
        rest = tail;
    }
    said + rest
}
