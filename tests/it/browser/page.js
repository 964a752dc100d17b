// What tests ask of a page. It stands before each question, in a function of its own, and leaves
// nothing behind in the page.

/** Whether somebody could see it. */
const isVisible = (it) => it.checkVisibility({ visibilityProperty: true }) && it.getClientRects().length > 0;

/** All the text that can be seen, with single spaces. */
const seen = () => document.body.innerText.replace(/\s+/g, " ");

/** Comes with what `look` finds as soon as it finds something, and at the end of `patience` fails. */
const until = (look, patience) =>
  new Promise((done, fail) => {
    const watcher = new MutationObserver(() => again());
    const end = (how, what) => {
      watcher.disconnect();
      clearInterval(ticks);
      clearTimeout(limit);
      how(what);
    };
    const again = () => {
      let found;
      try {
        found = look();
      } catch {
        return;
      }
      if (found) end(done, found);
    };
    // Some things change without a change of the document: what has the focus, what is typed.
    const ticks = setInterval(again, 40);
    const limit = setTimeout(() => end(fail, new Error("patience")), patience);
    watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    again();
  });

/** Whether all of the page is there, and it has said of nothing that it will do it in a moment (see soon.js). */
const isStill = () => document.readyState === "complete" && !window.soon?.size;

/** Comes when everything is painted: letters there, two frames drawn, no transition under way. */
const painted = async () => {
  await document.fonts.ready;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  const moving = document.getAnimations().filter((it) => it.effect?.getComputedTiming().iterations !== Infinity);
  await Promise.all(moving.map((it) => it.finished.catch(() => {})));
  await frame();
};

/** How an element is called in a report. */
const sign = (it) => {
  const id = it.id ? `#${it.id}` : "";
  const classes = [...it.classList].map((name) => `.${name}`).join("");
  const text = (it.getAttribute("aria-label") ?? it.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
  return `${it.localName}${id}${classes} "${text}"`;
};

/** What reaches out of the window sideways, unless it can be scrolled by itself. */
const overflowing = () => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const isKept = (it) => {
    for (let up = it.parentElement; up; up = up.parentElement) {
      const overflow = getComputedStyle(up).overflowX;
      if (overflow !== "visible" && up !== document.body && up !== document.documentElement) return true;
    }
    return false;
  };
  const wide = [...document.body.querySelectorAll("*")].filter((it) => it.getBoundingClientRect().right > width + 0.5);
  const found = wide.filter((it) => !isKept(it)).map(sign);
  return found.length ? found.slice(-5) : [`the page is ${document.documentElement.scrollWidth} wide`];
};

/** Everything that a person can do something with, as long as it can be done. */
const interactive = () => {
  const kinds =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1']), [contenteditable]";
  const root = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document;
  return [...root.querySelectorAll(kinds)].filter(
    (it) => isVisible(it) && !it.disabled && it.tabIndex >= 0 && !it.closest("[inert]"),
  );
};

/** Whether something is pressed by who presses at a place: nothing else covers it there, and it is not off. */
const isPressedAt = (it, x, y) => {
  const hit = document.elementFromPoint(x, y);
  const isHit = hit && (it.contains(hit) || hit.contains(it) || hit.closest("label")?.control === it);
  return Boolean(isHit) && !it.matches(":disabled");
};

/** Chooses what begins with a text in the list that has the focus; whether it could. */
const choose = (text) => {
  const list = document.activeElement;
  const found = [...(list.options ?? [])].find((it) => it.text.startsWith(text) && !it.disabled);
  if (!found) return false;
  list.value = found.value;
  for (const kind of ["input", "change"]) list.dispatchEvent(new Event(kind, { bubbles: true }));
  return true;
};

/** What of a style can show the focus. */
const looks = (style) => {
  const isDrawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return [isDrawn ? style.outline : "", style.boxShadow, style.borderColor, style.backgroundColor, style.textDecoration];
};

/** How an element looks, and what is around it: a row may show the focus of the link in it. */
const look = (it) => {
  const styles = ["::before", "::after"].map((part) => getComputedStyle(it, part));
  for (let up = it, far = 0; up && far < 4; up = up.parentElement, far += 1) styles.push(getComputedStyle(up));
  return JSON.stringify(styles.map(looks));
};
