//! Everything that must be so on every page, whatever it shows.

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
    // What is wrong with a page at rest is so when one looks again.
    if !axe::violations(tab).is_empty() {
        tab.settle();
        found.extend(axe::violations(tab));
    }
    found.extend(tab.complaints());
    found
}

/// Nothing is wrong with the page, at a desk and in a hand, by day and by night, and it can be walked over.
#[track_caller]
pub(crate) fn must_be_in_order(tab: &Tab) {
    let sights = [Sight::DESK, Sight::HAND].into_iter().flat_map(|it| [it, it.by_night()]);
    let mut found: Vec<_> = sights.flat_map(|it| faults(tab, it)).collect();
    tab.look(Sight::DESK);
    found.extend(obstacles(tab));
    assert!(found.is_empty(), "{} at {}", found.join("\n"), tab.path());
}

/// Walks over the page with the tabulator key alone. What cannot be reached, what does not show
/// that it has the focus, and where one cannot get away from.
#[track_caller]
pub(crate) fn obstacles(tab: &Tab) -> Vec<String> {
    // What is there to be reached, and how it looks when it has not the focus.
    let there = tab.eval(
        "(() => { document.activeElement?.blur();
          window.walk = { plain: new Map(interactive().map((it) => [it, look(it)])), dim: new Set() };
          walk.left = new Set([...walk.plain.keys()].filter((it) => it.type !== 'radio'));
          return walk.left.size; })()",
    );
    let mut ends = 0;
    // One round and a little more: fields of dates have several stops inside.
    for _ in 0..there.as_u64().unwrap_or_default() * 4 + 10 {
        tab.strike("Tab");
        let at = tab.eval(
            "(() => { const it = document.activeElement;
              if (walk.left.delete(it) && walk.plain.get(it) === look(it)) walk.dim.add(it);
              if (walk.left.size === 0) return 'done';
              return it && it !== document.body && it !== document.documentElement ? 'on' : 'end'; })()",
        );
        ends += u32::from(at == "end");
        // The end may be met twice in a row: once of the page, once of what is around it.
        if at == "done" || ends > 3 {
            break;
        }
    }
    let found = tab.eval(
        "[...walk.left].filter((it) => it.isConnected).map((it) => `not reached by Tab: ${sign(it)}`)
          .concat([...walk.dim].map((it) => `shows no focus: ${sign(it)}`))",
    );
    let found = found.as_array().into_iter().flatten();
    found.map(|it| it.as_str().unwrap_or_default().to_owned()).collect()
}
