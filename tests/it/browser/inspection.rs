//! Everything that must be so on every page, whatever it shows.

use serde_json::Value;

use super::axe;
use super::tab::{Sight, Tab};

/// What is wrong with the page as it is now, looked at in one way.
#[track_caller]
pub(crate) fn faults(tab: &Tab, sight: Sight) -> Vec<String> {
    tab.look(sight);
    tab.settle();
    let wide = tab.eval("overflowing()");
    let wide = wide.as_array().into_iter().flatten();
    let wide = wide.map(|it| format!("too wide: {}", it.as_str().unwrap_or_default()));
    let mut found: Vec<_> = wide.collect();
    found.extend(axe::violations(tab));
    found.extend(tab.complaints());
    found
}

/// Walks over the page with the tabulator key alone. What cannot be reached, what does not show
/// that it has the focus, and where one cannot get away from.
#[track_caller]
pub(crate) fn obstacles(tab: &Tab) -> Vec<String> {
    // What is there to be reached, and how it looks when it has not the focus.
    let there = "(() => { document.activeElement?.blur(); window.plain = new Map(interactive().map((it) => [it, look(it)]));
        window.reached = new Set(); window.dim = new Set(); return plain.size; })()";
    let there = tab.eval(there).as_u64().unwrap_or_default();
    let mut seen_none = 0;
    // One round and a little more: fields of dates have several stops inside.
    for _ in 0..there * 4 + 10 {
        tab.press("Tab");
        let at = tab.eval(
            "(() => { const it = document.activeElement;
              if (!it || it === document.body || it === document.documentElement) return 'none';
              if (reached.has(it)) return 'again';
              reached.add(it);
              if (plain.has(it) && plain.get(it) === look(it)) dim.add(it);
              return 'new'; })()",
        );
        seen_none += u32::from(at == "none");
        let done = tab.eval("interactive().every((it) => reached.has(it) || it.type === 'radio')");
        if seen_none > 1 || done == Value::Bool(true) {
            break;
        }
    }
    let missed = tab.eval(
        "interactive().filter((it) => !reached.has(it) && it.type !== 'radio').map((it) => `not reached by Tab: ${sign(it)}`)
          .concat([...dim].map((it) => `shows no focus: ${sign(it)}`))",
    );
    let missed = missed.as_array().into_iter().flatten();
    missed.map(|it| it.as_str().unwrap_or_default().to_owned()).collect()
}
