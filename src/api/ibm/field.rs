//! What bodies may say, as tables: which fields there are, which must be there, how long each may be
//! and which words it can have. One validator reads them and reports what is wrong, in the order of the
//! table.
//!
//! A field that is in no table says nothing here: clients send back what they were shown.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::{Refusal, Said};
use super::message;
use crate::services::Error;

/// No list in a body has more entries: what is done for each of them adds up.
pub(super) const ENTRIES_MAX: usize = 100;

/// No more is told of what is wrong with a body.
const TOLD_MAX: usize = 20;

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// A text of at most so many characters.
    Text(usize),
    /// A text of at most so many characters, of which something else says whether it can be read.
    Read(usize, fn(&str) -> Result<(), Said>),
    /// One of these words, in any case.
    Word(&'static [&'static str]),
    /// A whole number that is greater than zero, as a number or as a text.
    Number,
    /// A whole number, or nothing at all, as a number or as a text.
    Count,
    /// Any whole number, as a number or as a text.
    Whole,
    /// Yes or no.
    Flag,
    /// Another object.
    Object(Fields),
    /// A list of objects.
    Objects(Fields),
    /// A list of texts of at most so many characters, at least one where it must be there.
    Texts(usize),
}

/// Whether a field must say something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It must be there, and not be blank.
    Required,
    /// It must be there; a text may be blank.
    Mentioned,
    /// It need not be there.
    Optional,
}

/// A field of a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) need: Need,
}

/// The fields of an object, in the order in which they are looked at.
pub(super) type Fields = &'static [Field];

impl Field {
    /// One that must be there.
    pub(super) const fn required(name: &'static str, form: Form) -> Self {
        Self { name, form, need: Need::Required }
    }

    /// One that must be there, and may be blank.
    pub(super) const fn mentioned(name: &'static str, form: Form) -> Self {
        Self { name, form, need: Need::Mentioned }
    }

    /// One that need not be there, or may be empty.
    pub(super) const fn optional(name: &'static str, form: Form) -> Self {
        Self { name, form, need: Need::Optional }
    }
}

/// The object in the envelope of a body, if it is as a table has it.
///
/// # Errors
/// Everything that is wrong, up to [`TOLD_MAX`] things.
pub(super) fn read<T: DeserializeOwned>(
    mut body: Value,
    envelope: &'static str,
    fields: Fields,
) -> Result<T, Refusal> {
    let inner = body.as_object_mut().and_then(|it| it.remove(envelope));
    let Some(Value::Object(mut inner)) = inner else { return Err(object_wanted(envelope).into()) };
    let mut wrong = check(&inner, fields).into_iter().take(TOLD_MAX);
    if let Some(first) = wrong.next() {
        return Err(Refusal::Said(first, wrong.collect()));
    }
    keep(&mut inner, fields);
    Ok(serde_json::from_value(Value::Object(inner)).map_err(Error::internal)?)
}

/// Takes out what says nothing: `null` is the same as no word at all, and what is in no table was not
/// looked at.
fn keep(object: &mut Map<String, Value>, fields: Fields) {
    object.retain(|_, it| !it.is_null());
    object.retain(|name, value| {
        let Some(field) = fields.iter().find(|it| it.name == name) else { return false };
        match (field.form, value) {
            (Form::Object(inner), Value::Object(it)) => keep(it, inner),
            (Form::Objects(inner), Value::Array(items)) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|it| keep(it, inner));
            }
            _ => {}
        }
        true
    });
}

fn object_wanted(name: &str) -> Said {
    message::KIND_WRONG.with([name, "an object"])
}

/// What is wrong with the fields of an object, in the order of the table.
fn check(object: &Map<String, Value>, fields: Fields) -> Vec<Said> {
    let value = |it: &Field| object.get(it.name).filter(|it| !it.is_null());
    fields.iter().flat_map(|it| it.check(value(it))).collect()
}

impl Field {
    fn check(&self, value: Option<&Value>) -> Vec<Said> {
        match (self.form, value) {
            // What is missing in it is told, rather than that it is missing as a whole.
            (Form::Object(fields), None) if self.need != Need::Optional => {
                check(&Map::new(), fields)
            }
            (_, None) => self.check_absent().err().into_iter().collect(),
            (Form::Object(fields), Some(Value::Object(inner))) => check(inner, fields),
            (Form::Objects(fields), Some(Value::Array(items))) if items.len() <= ENTRIES_MAX => {
                let entry = |it: &Value| match it.as_object() {
                    Some(inner) => check(inner, fields),
                    None => vec![object_wanted(self.name)],
                };
                items.iter().flat_map(entry).collect()
            }
            (_, Some(value)) => self.check_value(value).err().into_iter().collect(),
        }
    }

    fn check_absent(&self) -> Result<(), Said> {
        let name = self.name;
        match self.form {
            _ if self.need == Need::Optional => Ok(()),
            Form::Text(_) | Form::Read(..) | Form::Word(_) => {
                Err(message::TEXT_REQUIRED.with([name]))
            }
            Form::Number => Err(number_wanted(name)),
            Form::Count => Err(count_wanted(name)),
            Form::Objects(_) | Form::Texts(_) => Err(list_wanted(name)),
            Form::Object(_) | Form::Whole | Form::Flag => Ok(()),
        }
    }

    /// Whether a value is as the form has it that holds no other fields.
    fn check_value(&self, value: &Value) -> Result<(), Said> {
        let name = self.name;
        match (self.form, value) {
            (Form::Text(most), Value::String(text)) => self.check_text(text, most),
            (Form::Read(most, read), Value::String(text)) => {
                self.check_text(text, most)?;
                if text.trim().is_empty() { Ok(()) } else { read(text) }
            }
            (Form::Word(words), Value::String(text)) => one_of(name, words, text).map(drop),
            (Form::Text(_) | Form::Read(..) | Form::Word(_), _) => {
                Err(message::TEXT_REQUIRED.with([name]))
            }
            (Form::Number, value) => number(value).map(drop).ok_or_else(|| number_wanted(name)),
            (Form::Count, value) => count(value).map(drop).ok_or_else(|| count_wanted(name)),
            (Form::Whole, value) => whole(value).map(drop).ok_or_else(|| whole_wanted(name)),
            (Form::Flag, Value::Bool(_)) => Ok(()),
            (Form::Flag, _) => Err(message::KIND_WRONG.with([name, "true or false"])),
            (Form::Object(_), _) => Err(object_wanted(name)),
            (Form::Objects(_) | Form::Texts(_), Value::Array(items))
                if ENTRIES_MAX < items.len() =>
            {
                Err(too_many(name))
            }
            (Form::Texts(most), Value::Array(items))
                if !items.is_empty() || self.need == Need::Optional =>
            {
                items.iter().try_for_each(|it| match it.as_str() {
                    Some(text) => Self { need: Need::Required, ..*self }.check_text(text, most),
                    None => Err(message::TEXT_REQUIRED.with([name])),
                })
            }
            (Form::Objects(_) | Form::Texts(_), _) => Err(list_wanted(name)),
        }
    }

    fn check_text(&self, text: &str, most: usize) -> Result<(), Said> {
        if self.need == Need::Required && text.trim().is_empty() {
            return Err(message::TEXT_REQUIRED.with([self.name]));
        }
        if text.chars().count() > most {
            return Err(message::TEXT_TOO_LONG.with([self.name, &most.to_string()]));
        }
        Ok(())
    }
}

/// That a list would have more entries than it can.
pub(super) fn too_many(name: &str) -> Said {
    message::RULE_BROKEN.with([name, &format!("must have at most {ENTRIES_MAX} entries")])
}

fn list_wanted(name: &str) -> Said {
    message::KIND_WRONG.with([name, "a list"])
}

fn number_wanted(name: &str) -> Said {
    message::KIND_WRONG.with([name, "a whole number that is greater than zero"])
}

fn whole_wanted(name: &str) -> Said {
    message::KIND_WRONG.with([name, "a whole number"])
}

fn count_wanted(name: &str) -> Said {
    message::KIND_WRONG.with([name, "a whole number that is not negative"])
}

/// A number as clients write it: plain, or in a text.
pub(super) fn number(value: &Value) -> Option<u64> {
    count(value).filter(|it| *it > 0)
}

/// The same, and zero.
pub(super) fn count(value: &Value) -> Option<u64> {
    whole(value).and_then(|it| it.try_into().ok())
}

/// The same, and below it.
pub(super) fn whole(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(it) => it.to_string(),
        Value::String(it) => it.trim().to_owned(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    text.parse().ok()
}

/// The word that a text is, whatever case it is written in.
pub(super) fn one_of(
    name: &str,
    words: &'static [&'static str],
    text: &str,
) -> Result<&'static str, Said> {
    let found = words.iter().find(|it| it.eq_ignore_ascii_case(text.trim())).copied();
    let shown: String = text.chars().take(100).collect();
    found.ok_or_else(|| message::VALUE_INVALID.with([&shown, name]).among(words))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PART: Fields = &[
        Field::required("Value", Form::Text(5)),
        Field::optional("Kind", Form::Word(&["ONE", "TWO"])),
    ];
    const THING: Fields = &[
        Field::required("Name", Form::Text(3)),
        Field::optional("Note", Form::Text(3)),
        Field::optional(
            "Code",
            Form::Read(3, |it| match it {
                "a" => Ok(()),
                _ => Err(message::RULE_BROKEN.with(["Code", "must be a"])),
            }),
        ),
        Field::mentioned("Place", Form::Text(3)),
        Field::optional("Count", Form::Number),
        Field::optional("Part", Form::Count),
        Field::optional("Below", Form::Whole),
        Field::optional("IsOpen", Form::Flag),
        Field::required("Whole", Form::Object(PART)),
        Field::optional("PartSet", Form::Objects(PART)),
        Field::required("RoleSet", Form::Texts(4)),
    ];

    fn told(body: &Value) -> String {
        match read::<Value>(body.clone(), "Thing", THING) {
            Ok(_) => "good".to_owned(),
            Err(Refusal::Said(it, _)) => it.text,
            Err(Refusal::Fault(it)) => it.to_string(),
        }
    }

    /// All that is wrong: the field or the text of each, and which words would do.
    fn all(body: &Value) -> Vec<(String, &'static [&'static str])> {
        match read::<Value>(body.clone(), "Thing", THING) {
            Err(Refusal::Said(first, others)) => {
                std::iter::once(first).chain(others).map(|it| (it.text, it.valid)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn thing(changes: &Value) -> Value {
        let mut thing = json!({
            "Name": "abc", "Place": "", "Whole": { "Value": "12345" }, "RoleSet": ["User"],
        });
        let changes = changes.as_object().expect("changes").clone();
        thing.as_object_mut().expect("a thing").extend(changes);
        json!({ "Thing": thing })
    }

    #[test]
    fn a_body_is_as_its_table_has_it() {
        for right in [
            json!({}),
            json!({ "Note": "", "Other": [1], "Count": "12", "IsOpen": false }),
            json!({ "Part": 0, "Code": "a" }),
            json!({ "Code": "" }),
            json!({ "Part": "7" }),
            json!({ "Below": -7 }),
            json!({ "Below": " 7 " }),
            json!({ "Note": null, "Count": 1, "PartSet": [{ "Value": "1", "Kind": "two" }] }),
            json!({ "Name": "äöü", "PartSet": [] }),
            json!({ "PartSet": vec![json!({ "Value": "1" }); 100] }),
            json!({ "PartSet": null, "Whole": { "Value": "1", "Kind": null } }),
        ] {
            assert_eq!(told(&thing(&right)), "good", "{right}");
        }
    }

    #[test]
    fn nothing_is_read_of_what_no_table_has() {
        let said = json!({
            "Other": 5, "Note": null,
            "Whole": { "Value": "1", "Kind": null, "Name": {} },
            "PartSet": [{ "Value": "1", "Other": [] }],
        });
        let read = read::<Value>(thing(&said), "Thing", THING).expect("a thing");
        let expected = json!({
            "Name": "abc", "Place": "", "Whole": { "Value": "1" }, "RoleSet": ["User"],
            "PartSet": [{ "Value": "1" }],
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_the_words_that_would_do() {
        let wrong = json!({
            "Name": null, "Code": "xx", "Count": 0, "Whole": {},
            "PartSet": [{ "Value": "1", "Kind": "THREE" }, 7, { "Value": "123456" }],
        });
        let required = |it: &str| format!("The [{it}] field requires a string value.");
        let expected = [
            (required("Name"), [].as_slice()),
            ("The [Code] field must be a.".to_owned(), &[]),
            (
                "The [Count] field requires a whole number that is greater than zero.".to_owned(),
                &[],
            ),
            (required("Value"), &[]),
            (
                "The [THREE] input value that was provided for the [Kind] field is invalid."
                    .to_owned(),
                &["ONE", "TWO"],
            ),
            ("The [PartSet] field requires an object.".to_owned(), &[]),
            ("The value of the [Value] field is longer than 5 characters.".to_owned(), &[]),
        ];
        assert_eq!(all(&thing(&wrong)), expected);
        let many = json!({ "PartSet": vec![json!({}); 100] });
        assert_eq!(all(&thing(&many)).len(), TOLD_MAX);
    }

    #[test]
    fn the_first_error_is_told_in_the_order_of_the_table() {
        let text = |it: &str| format!("The [{it}] field requires a string value.");
        let kind = |it: &str, what: &str| format!("The [{it}] field requires {what}.");
        let long = |it: &str, most| {
            format!("The value of the [{it}] field is longer than {most} characters.")
        };
        let number = "a whole number that is greater than zero";
        for (wrong, expected) in [
            (json!({ "RoleSet": 1, "Name": "" }), text("Name")),
            (json!({ "Name": "  " }), text("Name")),
            (json!({ "Name": 1 }), text("Name")),
            (json!({ "Name": "abcd" }), long("Name", 3)),
            (json!({ "Note": "abcd" }), long("Note", 3)),
            (json!({ "Code": "abcd" }), long("Code", 3)),
            (json!({ "Code": 1 }), text("Code")),
            (json!({ "Place": null }), text("Place")),
            (json!({ "Place": "abcd" }), long("Place", 3)),
            (json!({ "Count": 0 }), kind("Count", number)),
            (json!({ "Count": "-1" }), kind("Count", number)),
            (json!({ "Count": 1.5 }), kind("Count", number)),
            (json!({ "Count": 9_223_372_036_854_775_808_u64 }), kind("Count", number)),
            (json!({ "Part": -1 }), kind("Part", "a whole number that is not negative")),
            (json!({ "Below": 1.5 }), kind("Below", "a whole number")),
            (json!({ "Below": "x" }), kind("Below", "a whole number")),
            (json!({ "Below": true }), kind("Below", "a whole number")),
            (json!({ "IsOpen": "yes" }), kind("IsOpen", "true or false")),
            (json!({ "Whole": null }), text("Value")),
            (json!({ "Whole": [] }), kind("Whole", "an object")),
            (json!({ "PartSet": {} }), kind("PartSet", "a list")),
            (json!({ "PartSet": [1] }), kind("PartSet", "an object")),
            (json!({ "RoleSet": [] }), kind("RoleSet", "a list")),
            (json!({ "PartSet": vec![json!({ "Value": "1" }); 101] }), {
                "The [PartSet] field must have at most 100 entries.".to_owned()
            }),
            (json!({ "RoleSet": vec!["User"; 101] }), {
                "The [RoleSet] field must have at most 100 entries.".to_owned()
            }),
            (json!({ "RoleSet": [""] }), text("RoleSet")),
            (json!({ "RoleSet": ["Users"] }), long("RoleSet", 4)),
            (
                json!({ "PartSet": [{ "Value": "1", "Kind": "" }] }),
                "The [] input value that was provided for the [Kind] field is invalid.".to_owned(),
            ),
        ] {
            assert_eq!(told(&thing(&wrong)), expected, "{wrong}");
        }
        for body in [json!(null), json!([]), json!({}), json!({ "Thing": [] })] {
            assert_eq!(told(&body), kind("Thing", "an object"));
        }
    }
}
