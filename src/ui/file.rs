//! The files of the UI, embedded: bytes, content types, and the name of the release they make up.
//!
//! A debug build reads them from the disk at each request. Their release keeps its name until the
//! next start; to see an edit, reload without the browser's cache.

use std::borrow::Cow;
use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::http::HeaderValue;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

/// So many bytes of a digest are enough.
const TAG_BYTES: usize = 10;

#[derive(RustEmbed)]
#[folder = "assets/ui"]
#[prefix = "ui/"]
struct Own;

#[derive(RustEmbed)]
#[folder = "assets/vendor"]
#[prefix = "vendor/"]
struct Vendored;

/// What only becomes something to serve when it is rendered.
const TEMPLATES: &str = "ui/document/";

fn embedded(name: &str) -> Option<EmbeddedFile> {
    Own::get(name).or_else(|| Vendored::get(name))
}

/// All files, below `ui/` and `vendor/`.
#[derive(Debug)]
pub(super) struct Files {
    release: String,
}

/// One file, ready to be sent.
#[derive(Debug)]
pub(super) struct File {
    pub(super) bytes: Bytes,
    pub(super) kind: HeaderValue,
    pub(super) tag: String,
}

impl Files {
    /// What the binary carries.
    pub(super) fn embedded() -> Self {
        let mut digest = Sha256::new();
        for name in Self::names() {
            digest.update(name.as_bytes());
            if let Some(file) = embedded(&name) {
                digest.update(file.metadata.sha256_hash());
            }
        }
        Self { release: short(&digest.finalize()) }
    }

    /// The names of all files, in order.
    pub(super) fn names() -> BTreeSet<String> {
        Own::iter().chain(Vendored::iter()).map(Cow::into_owned).collect()
    }

    /// What all files together are called: another name as soon as one of them is another.
    pub(super) fn release(&self) -> &str {
        &self.release
    }

    /// A file by its name, such as `ui/app.js`.
    pub(super) fn get(&self, name: &str) -> Option<File> {
        if name.starts_with(TEMPLATES) {
            return None;
        }
        let EmbeddedFile { data, metadata } = embedded(name)?;
        let is_own_module = name.starts_with("ui/") && name.ends_with(".js");
        let bytes = match (data, is_own_module) {
            (data, true) => Bytes::from(plain(std::str::from_utf8(&data).ok()?)),
            (Cow::Borrowed(bytes), false) => Bytes::from_static(bytes),
            (Cow::Owned(bytes), false) => Bytes::from(bytes),
        };
        let kind = HeaderValue::from_str(metadata.mimetype()).ok()?;
        Some(File { bytes, kind, tag: format!("\"{}\"", short(&metadata.sha256_hash())) })
    }

    /// The text of a file, or of a document.
    pub(super) fn text(name: &str) -> Option<String> {
        let file = embedded(name)?;
        String::from_utf8(file.data.into_owned()).ok()
    }

    /// The modules that a module needs before it can run, itself first: who knows them need not
    /// find one after the other.
    pub(super) fn needed_by(module: &str) -> Vec<String> {
        let mut found = vec![module.to_owned()];
        let mut at = 0;
        while let Some(name) = found.get(at).cloned() {
            for import in imports(&Self::text(&name).unwrap_or_default()) {
                let target = resolve(&name, import);
                if !found.contains(&target) {
                    found.push(target);
                }
            }
            at += 1;
        }
        found
    }
}

/// A module without its comments, of which browsers make nothing: each stands on lines of its own.
fn plain(module: &str) -> String {
    let mut kept = String::with_capacity(module.len());
    let mut is_within = false;
    for line in module.lines() {
        let bare = line.trim();
        let begins = bare.starts_with("/*");
        if is_within || begins || bare.starts_with("//") {
            is_within = (is_within || begins) && !bare.ends_with("*/");
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// The paths that a module imports statically: what stands quoted after `from`.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    text.split("from").skip(1).filter_map(|rest| {
        let (path, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        path.starts_with('.').then_some(path)
    })
}

/// The name of a file that another names by a relative path.
fn resolve(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// A digest in as many letters as are needed to tell two files of ours apart.
pub(super) fn short(digest: &[u8]) -> String {
    digest.iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_sent_without_its_comments() {
        let module = "// What it is.\nimport { a } from \"./a.js\";\n\n/** One. */\nconst b = 1; // stays\n/**\n * Two\n * lines.\n */\n  // And one.\nconst url = \"https://a.example\";\n";
        let expected = "import { a } from \"./a.js\";\n\nconst b = 1; // stays\nconst url = \"https://a.example\";\n";
        assert_eq!(plain(module), expected);
        let all = Files::embedded();
        let modules =
            Files::names().into_iter().filter(|it| it.starts_with("ui/") && it.ends_with(".js"));
        for name in modules {
            let sent = all.get(&name).expect("a file").bytes;
            let sent = std::str::from_utf8(&sent).expect("a text");
            assert!(!sent.contains("\n//") && !sent.contains("/**"), "{name}");
            assert!(!sent.is_empty(), "{name}");
        }
    }
}
