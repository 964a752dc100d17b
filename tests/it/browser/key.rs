//! Keys as a keyboard sends them.

use serde_json::{Value, json};

/// The keys that are not letters: what they are called, their code, their number, and the text they
/// write.
const KEYS: [(&str, &str, u32, &str); 11] = [
    ("Enter", "Enter", 13, "\r"),
    ("Tab", "Tab", 9, ""),
    ("Escape", "Escape", 27, ""),
    ("Delete", "Delete", 46, ""),
    ("Home", "Home", 36, ""),
    ("End", "End", 35, ""),
    ("ArrowUp", "ArrowUp", 38, ""),
    ("ArrowDown", "ArrowDown", 40, ""),
    ("ArrowLeft", "ArrowLeft", 37, ""),
    ("ArrowRight", "ArrowRight", 39, ""),
    (" ", "Space", 32, " "),
];

/// The events of pressing a key and letting it go, perhaps while others are held: `Shift+Tab`.
pub(crate) fn press(keys: &str) -> [Value; 2] {
    // The plus itself is a key too.
    let (held, key) = match keys.rsplit_once('+') {
        Some((held, key)) if !key.is_empty() => (held, key),
        _ => ("", keys),
    };
    let bits = [("Alt", 1), ("Control", 2), ("Meta", 4), ("Shift", 8)];
    let held: u32 =
        bits.iter().filter(|it| held.split('+').any(|name| name == it.0)).map(|it| it.1).sum();
    let (code, number, text) = match KEYS.iter().find(|it| it.0 == key) {
        Some((_, code, number, text)) => ((*code).to_owned(), *number, *text),
        None => letter(key),
    };
    let is_writing = !text.is_empty() && held & !8 == 0;
    let event = |kind: &str| {
        let mut event = json!({
            "type": kind, "key": key, "code": code, "modifiers": held,
            "windowsVirtualKeyCode": number,
        });
        if is_writing && kind == "keyDown" {
            event["text"] = json!(text);
        }
        event
    };
    [event(if is_writing { "keyDown" } else { "rawKeyDown" }), event("keyUp")]
}

/// The code and number of a key that writes what it is called.
fn letter(key: &str) -> (String, u32, &str) {
    let upper = key.to_uppercase();
    let number = upper.chars().next().filter(char::is_ascii_alphanumeric).map_or(0, u32::from);
    let kind = if upper.chars().all(|it| it.is_ascii_digit()) { "Digit" } else { "Key" };
    (format!("{kind}{upper}"), number, key)
}
