//! Sorts of assets: the form of what is said of each, as its vendor lays it down.

use serde::{Deserialize, Serialize};

use super::asset::{Metadata, Source};
use super::{keys_violations, under};
use crate::domain::attribute::AttributeValue;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::AssetTypeId;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, Prose};
use crate::domain::word::words;

words! {
    /// How a field is filled in.
    Input {
        /// On a line.
        Text = "text";
        /// On several lines.
        Textarea = "textarea";
        /// By a tick, or none.
        Checkbox = "checkbox";
        /// By a choice.
        Select = "select";
    }
}

words! {
    /// Where assets of a sort may lie.
    Format {
        /// In a file that is uploaded.
        File = "file";
        /// At an address on the web.
        Web = "web";
    }
}

/// Something to be said of each asset of a sort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// By what it is known.
    pub name: Name,
    /// What people read; the name if nothing is said.
    pub label: Option<Name>,
    /// How it is filled in.
    pub input: Input,
    /// Whether it must be said.
    pub is_mandatory: bool,
    /// What is taken if nothing is said.
    pub default: Option<AttributeValue>,
    /// What can be chosen, of a choice.
    pub options: Vec<Name>,
    /// What stands in an empty field.
    pub placeholder: Option<Prose>,
}

impl Field {
    /// What is wrong with a value, if anything.
    fn fault(&self, value: &AttributeValue) -> Option<(&'static str, String)> {
        match (self.input, value) {
            (Input::Checkbox, AttributeValue::Flag(_))
            | (Input::Text | Input::Textarea, AttributeValue::Text(_)) => None,
            (Input::Select, AttributeValue::Text(text)) => {
                let is_offered = self.options.iter().any(|it| it.as_str() == text.as_str());
                let offered: Vec<_> = self.options.iter().map(Name::as_str).collect();
                let message = || format!("must be one of {}", offered.join(", "));
                (!is_offered).then(|| ("enum", message()))
            }
            (Input::Checkbox, _) => Some(("type", "must be `true` or `false`".to_owned())),
            (Input::Text | Input::Textarea | Input::Select, _) => {
                Some(("type", "must be a text".to_owned()))
            }
        }
    }

    fn violations(&self) -> Vec<Violation> {
        let mut found = keys_violations("/options", &self.options);
        if (self.input == Input::Select) == self.options.is_empty() {
            let message = "must be given for a choice, and for nothing else";
            found.push(Violation::new("/options", "conflict", message));
        }
        let default = self.default.as_ref().and_then(|it| self.fault(it));
        found.extend(default.map(|(rule, message)| Violation::new("/default", rule, message)));
        found
    }
}

/// What a vendor lays down of a sort of assets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetTypeContent {
    /// What people call it.
    pub name: Name,
    /// Where its assets may lie; anywhere if nothing is said.
    pub formats: Vec<Format>,
    /// What sorts of files they may be; any if nothing is said.
    pub media_types: Vec<Name>,
    /// What is to be said of each, in the order in which it is asked.
    pub fields: Vec<Field>,
}

/// A sort of assets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetType {
    /// Its id.
    pub id: AssetTypeId,
    /// Whose it is.
    pub stamp: Stamp,
    /// By what assets name it; once per seller.
    pub code: text::Code,
    content: AssetTypeContent,
}

impl AssetType {
    /// A sort of assets.
    ///
    /// # Errors
    /// If a name comes twice, or a field cannot be filled in as it says.
    pub fn new(
        id: AssetTypeId,
        stamp: Stamp,
        code: text::Code,
        content: AssetTypeContent,
    ) -> Result<Self, Invalid> {
        let mut found = keys_violations("/fields", content.fields.iter().map(|it| &it.name));
        found.extend(keys_violations("/formats", &content.formats));
        found.extend(keys_violations("/media_types", &content.media_types));
        for (place, field) in content.fields.iter().enumerate() {
            found.extend(under(&format!("/fields/{place}"), field.violations()));
        }
        Invalid::unless_empty(found)?;
        Ok(Self { id, stamp, code, content })
    }

    /// What is laid down.
    #[must_use]
    pub const fn content(&self) -> &AssetTypeContent {
        &self.content
    }

    /// The same with something else laid down; assets keep what was said of them.
    ///
    /// # Errors
    /// As [`AssetType::new`].
    pub fn laid_down(self, content: AssetTypeContent) -> Result<Self, Invalid> {
        Self::new(self.id, self.stamp, self.code, content)
    }

    /// What is said of an asset, with what is taken where nothing is.
    ///
    /// # Errors
    /// What is missing, unknown or not as the form asks, by `/metadata/name`.
    pub fn filled(&self, mut said: Metadata) -> Result<Metadata, Invalid> {
        let fields = &self.content.fields;
        let is_asked = |name: &Name| fields.iter().any(|it| it.name == *name);
        let at = |name: &Name| format!("/metadata/{name}");
        let unknown = said.keys().filter(|it| !is_asked(it));
        let mut found: Vec<_> =
            unknown.map(|it| Violation::new(at(it), "unknown_field", "is not asked for")).collect();
        for field in fields {
            match (said.get(&field.name), &field.default) {
                (Some(value), _) => {
                    let fault = field.fault(value);
                    found.extend(fault.map(|it| Violation::new(at(&field.name), it.0, it.1)));
                }
                (None, Some(default)) => {
                    said.insert(field.name.clone(), default.clone());
                }
                (None, None) if field.is_mandatory => {
                    found.push(Violation::new(at(&field.name), "required", "must be given"));
                }
                (None, None) => {}
            }
        }
        Invalid::unless_empty(found)?;
        Ok(said)
    }

    /// Refuses a version that lies where assets of this sort do not, or is of another sort of file.
    ///
    /// # Errors
    /// [`Invalid`], at `/kind` or `/media_type`.
    pub fn must_take(&self, source: &Source, media: Option<&Name>) -> Result<(), Invalid> {
        let format = match source {
            Source::File { .. } => Format::File,
            Source::Web(_) => Format::Web,
        };
        let AssetTypeContent { formats, media_types, .. } = &self.content;
        if !formats.is_empty() && !formats.contains(&format) {
            let message = format!("assets of the sort `{}` are no `{format}`", self.code);
            return Err(Invalid::one("/kind", "conflict", message));
        }
        let is_taken = |media: &Name| media_types.is_empty() || media_types.contains(media);
        if media.is_some_and(|it| !is_taken(it)) || media.is_none() && !media_types.is_empty() {
            let all: Vec<_> = media_types.iter().map(Name::as_str).collect();
            let message = format!("must be one of {}", all.join(", "));
            return Err(Invalid::one("/media_type", "enum", message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::time::Instant;

    fn name(text: &str) -> Name {
        text.parse().expect(text)
    }

    fn field(it: &str, input: Input, options: &[&str]) -> Field {
        Field {
            name: name(it),
            label: None,
            input,
            is_mandatory: false,
            default: None,
            options: options.iter().map(|it| name(it)).collect(),
            placeholder: None,
        }
    }

    fn kind(fields: Vec<Field>) -> Result<AssetType, Invalid> {
        let now = Instant::from_micros(0).expect("in range");
        let stamp = Stamp::new(SellerNumber::PROVIDER, None, now);
        let content = AssetTypeContent {
            name: name("Data set"),
            formats: vec![Format::File],
            media_types: vec![name("text/csv")],
            fields,
        };
        let id = AssetTypeId::from_uuid(Uuid::from_u128(1));
        AssetType::new(id, stamp, "dataset".parse().expect("a code"), content)
    }

    fn text(it: &str) -> AttributeValue {
        AttributeValue::Text(it.parse().expect(it))
    }

    fn fields(refused: Result<Metadata, Invalid>) -> Vec<String> {
        let told = |it: Violation| format!("{} {}", it.field, it.rule);
        refused.err().into_iter().flat_map(|it| it.violations).map(told).collect()
    }

    #[test]
    fn a_form_asks_for_what_can_be_filled_in() {
        let choice = field("level", Input::Select, &["basic", "full"]);
        assert!(kind(vec![choice.clone()]).is_ok());
        assert!(kind(vec![choice.clone(), choice.clone()]).is_err(), "a name comes once");
        assert!(kind(vec![field("level", Input::Select, &[])]).is_err());
        assert!(kind(vec![field("level", Input::Text, &["basic"])]).is_err());
        let default = Field { default: Some(text("none")), ..choice };
        assert!(kind(vec![default]).is_err(), "what is taken is one of the choices");
    }

    #[test]
    fn what_is_said_is_as_the_form_asks() {
        let licence = Field { is_mandatory: true, ..field("licence", Input::Text, &[]) };
        let level = Field {
            default: Some(text("basic")),
            ..field("level", Input::Select, &["basic", "full"])
        };
        let kind = kind(vec![licence, level, field("open", Input::Checkbox, &[])]).expect("a form");
        let said = |all: &[(&str, AttributeValue)]| {
            kind.filled(all.iter().map(|it| (name(it.0), it.1.clone())).collect())
        };
        assert_eq!(fields(said(&[])), ["/metadata/licence required"]);
        let strange = [("licence", text("MIT")), ("colour", text("red"))];
        assert_eq!(fields(said(&strange)), ["/metadata/colour unknown_field"]);
        let wrong = [("licence", text("MIT")), ("level", text("all")), ("open", text("yes"))];
        assert_eq!(fields(said(&wrong)), ["/metadata/level enum", "/metadata/open type"]);
        let filled = said(&[("licence", text("MIT"))]).expect("all that must be");
        assert_eq!(filled.get(&name("level")), Some(&text("basic")));
    }

    #[test]
    fn an_asset_lies_where_its_sort_may() {
        let kind = kind(vec![]).expect("a form");
        let csv = name("text/csv");
        let file = Source::File { name: name("a.csv"), bytes: 1, digest: [0; 32], content: 1 };
        assert!(kind.must_take(&file, Some(&csv)).is_ok());
        assert!(kind.must_take(&file, None).is_err());
        assert!(kind.must_take(&file, Some(&name("image/png"))).is_err());
        let web = Source::Web("https://example.com/a.csv".parse().expect("an address"));
        assert!(kind.must_take(&web, Some(&csv)).is_err());
    }
}
