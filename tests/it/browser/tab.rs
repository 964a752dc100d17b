//! A tab as a person uses it: goes to an address, sees, clicks, types.
//!
//! What is clicked is found by its role and name as assistive technology is told them, so that a
//! journey also proves that it can be made by somebody who sees nothing.

use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::complaint::{Heard, TRAP};
use super::key;
use super::pipe::Event;
use super::window::Context;

/// Nothing that is waited for on a page takes longer, even where many tests share a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a question about a page may use.
const TOOLS: &str = include_str!("page.js");

/// What notes in a page what it is about to do.
const SOON: &str = include_str!("soon.js");

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight {
    /// By night.
    pub(crate) is_dark: bool,
    /// How wide the window is, in CSS pixels.
    pub(crate) width: u32,
}

impl Sight {
    /// At a desk, by day.
    pub(crate) const DESK: Self = Self { is_dark: false, width: 1280 };
    /// In a hand, by day.
    pub(crate) const HAND: Self = Self { is_dark: false, width: 390 };

    /// The same by night.
    pub(crate) const fn by_night(self) -> Self {
        Self { is_dark: true, ..self }
    }

    /// Whether it is a phone in a hand.
    const fn is_phone(self) -> bool {
        self.width < 600
    }

    /// How high the window is.
    const fn height(self) -> u64 {
        if self.is_phone() { 844 } else { 850 }
    }

    /// What a picture of it is called.
    pub(crate) fn name(self) -> String {
        format!("{}-{}", self.width, if self.is_dark { "dark" } else { "light" })
    }
}

/// One tab.
pub(crate) struct Tab {
    window: Rc<Context>,
    session: String,
    origin: String,
    inbox: Receiver<Event>,
    heard: RefCell<Heard>,
    runs_scripts: Cell<bool>,
}

impl Tab {
    /// A tab that shows nothing yet.
    pub(super) fn over(window: Rc<Context>, session: &str, origin: &str) -> Self {
        let inbox = window.chromium.pipe.listen(session);
        let heard = RefCell::new(Heard::of(origin));
        let (session, origin) = (session.to_owned(), origin.to_owned());
        let runs_scripts = Cell::new(true);
        let tab = Self { window, session, origin, inbox, heard, runs_scripts };
        for domain in ["Page", "Runtime", "Log", "Network", "Audits", "DOM", "Accessibility"] {
            tab.tell(&format!("{domain}.enable"), &json!({}));
        }
        tab.tell("Runtime.addBinding", &json!({ "name": TRAP }));
        tab.tell("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": SOON }));
        tab.tell("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true }));
        tab.look(Sight::DESK);
        tab
    }

    /// Gives a command that must succeed.
    #[track_caller]
    pub(super) fn tell(&self, method: &str, params: &Value) -> Value {
        self.ask(method, params).unwrap_or_else(|why| panic!("{why}"))
    }

    fn ask(&self, method: &str, params: &Value) -> Result<Value, String> {
        self.window.chromium.pipe.ask(Some(&self.session), method, params)
    }

    /// What was heard so far.
    pub(crate) fn heard(&self) -> RefMut<'_, Heard> {
        let mut heard = self.heard.borrow_mut();
        for event in self.inbox.try_iter() {
            heard.note(&event);
        }
        heard
    }

    /// What there was to complain about since the last time this was asked.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.settle();
        self.heard().complaints()
    }

    /// There must have been nothing to complain about.
    #[track_caller]
    pub(crate) fn must_be_content(&self) {
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{} at {}", complaints.join("\n"), self.path());
    }

    /// What was asked must have been refused, as often as somebody paused while it was typed, and there must have been
    /// nothing else to complain about.
    #[track_caller]
    pub(crate) fn must_be_refused(&self) {
        let complaints = self.complaints();
        let is_refusal = |it: &String| it.starts_with('4') && it.contains(" POST ");
        assert!(!complaints.is_empty() && complaints.iter().all(is_refusal), "{complaints:?}");
    }

    /// Looks at pages in a certain way from now on.
    pub(crate) fn look(&self, sight: Sight) {
        self.open_up(sight, sight.height());
        let scheme = if sight.is_dark { "dark" } else { "light" };
        // What moves would be caught in the middle of it.
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.tell("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Makes the window so and so high.
    fn open_up(&self, sight: Sight, height: u64) {
        let metrics = json!({
            "width": sight.width, "height": height, "deviceScaleFactor": 1,
            "mobile": sight.is_phone(),
        });
        self.tell("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Runs no scripts of pages from now on.
    pub(crate) fn run_no_scripts(&self) {
        self.tell("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
        self.runs_scripts.set(false);
    }

    /// Goes to an address of the place and waits until all is there.
    #[track_caller]
    pub(crate) fn go(&self, path: &str) {
        let url = format!("{}{path}", self.origin);
        let went = self.tell("Page.navigate", &json!({ "url": url }));
        assert!(went.get("errorText").is_none(), "{path}: {went}");
        self.settle();
    }

    /// Loads the page again.
    #[track_caller]
    pub(crate) fn reload(&self) {
        self.until("window.wasHere = true");
        self.tell("Page.reload", &json!({}));
        self.until("!window.wasHere");
        self.settle();
    }

    /// Loads the page again and again until an expression is true of it at rest.
    #[track_caller]
    pub(crate) fn reload_until(&self, expression: &str) {
        let end = Instant::now() + PATIENCE;
        while self.eval(expression) != true {
            assert!(Instant::now() < end, "not true: {expression}: {}", self.eval("seen()"));
            self.reload();
        }
    }

    /// Where one is: the address without the place.
    pub(crate) fn path(&self) -> String {
        let href = self.eval("location.href");
        let href = href.as_str().unwrap_or_default();
        href.strip_prefix(&self.origin).unwrap_or(href).to_owned()
    }

    /// Waits until nothing is being loaded, all is painted, and the page is not about to do anything.
    #[track_caller]
    pub(crate) fn settle(&self) {
        let end = Instant::now() + PATIENCE;
        loop {
            self.until("isStill()");
            self.await_paint();
            let is_still = self.eval("isStill()") == true;
            let is_loading = self.heard().is_loading();
            if is_still && !is_loading {
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it never rests: {:?}", self.heard().loading());
            if is_loading && let Ok(event) = self.inbox.recv_timeout(left) {
                self.heard.borrow_mut().note(&event);
            }
        }
    }

    /// Waits until nothing moves any more. Without scripts nothing begins to.
    fn await_paint(&self) {
        if self.runs_scripts.get() {
            self.eval("painted().then(() => true)");
        }
    }

    /// The value of an expression in the page; of a promise, what it comes to.
    #[track_caller]
    pub(crate) fn eval(&self, expression: &str) -> Value {
        self.patiently(|| self.evaluate(expression)).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Waits until an expression is true, and returns what it is.
    #[track_caller]
    pub(crate) fn until(&self, expression: &str) -> Value {
        let patience = PATIENCE.as_millis();
        let question = format!("until(() => ({expression}), {patience})");
        let answer = if self.runs_scripts.get() {
            self.patiently(|| self.evaluate(&question))
        } else {
            self.until_without_scripts(expression)
        };
        answer.unwrap_or_else(|why| {
            let seen = self.evaluate("seen()").unwrap_or_default();
            let complaints = self.heard().complaints().join("\n");
            panic!("not true: {expression}\n{why}\nat {}: {seen}\n{complaints}", self.path())
        })
    }

    /// The same where a page cannot say by itself that something has changed.
    fn until_without_scripts(&self, expression: &str) -> Result<Value, String> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.evaluate(expression) {
                Ok(Value::Null | Value::Bool(false)) | Err(_) if Instant::now() < end => {}
                answer => return answer,
            }
        }
    }

    /// Waits until a text can be seen.
    #[track_caller]
    pub(crate) fn sees(&self, text: &str) {
        self.until(&format!("seen().includes({})", json!(text)));
    }

    /// Asks again if the page was left in the middle of a question.
    fn patiently(&self, ask: impl Fn() -> Result<Value, String>) -> Result<Value, String> {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = ask();
            let is_left = answer.as_ref().is_err_and(|why| {
                ["context was destroyed", "navigated or closed", "Cannot find", "Promise was coll"]
                    .iter()
                    .any(|it| why.contains(it))
            });
            if !is_left || Instant::now() > end {
                return answer;
            }
        }
    }

    fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let question = json!({
            "expression": format!("(() => {{ {TOOLS}\nreturn ({expression}); }})()"),
            "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let answer = self.ask("Runtime.evaluate", &question)?;
        match answer.get("exceptionDetails") {
            Some(thrown) => Err(format!("{expression}: {thrown}")),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// Runs a script in the page as if it had stood there from the beginning.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) {
        self.tell("Runtime.evaluate", &json!({ "expression": script }));
    }

    /// Whether something of a role and a name is there to be used.
    pub(crate) fn has(&self, role: &str, name: &str) -> bool {
        self.find(role, name).is_some()
    }

    /// The node that assistive technology calls so. A name that ends in `…` may go on.
    fn find(&self, role: &str, name: &str) -> Option<i64> {
        let document = self.ask("DOM.getDocument", &json!({ "depth": 0 })).ok()?;
        let query = json!({ "nodeId": document["root"]["nodeId"], "role": role });
        let found = self.ask("Accessibility.queryAXTree", &query).ok()?;
        let is_so = |node: &&Value| {
            let called = node["name"]["value"].as_str().unwrap_or_default();
            let is_named = match name.strip_suffix('…') {
                Some(begin) => called.starts_with(begin),
                None => called == name,
            };
            is_named && node["ignored"] == false
        };
        found["nodes"].as_array()?.iter().find(is_so)?["backendDOMNodeId"].as_i64()
    }

    /// The node that assistive technology calls so, as soon as the page is at rest and `ready` makes something of it. It is
    /// looked for anew each time: what is drawn again may be another node of the same name.
    #[track_caller]
    fn at_rest<T>(&self, (role, name): (&str, &str), mut ready: impl FnMut(i64) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            self.settle();
            if let Some(found) = self.find(role, name).and_then(&mut ready) {
                return found;
            }
            assert!(
                Instant::now() < end,
                "there is no {role} `{name}` that can be used at {}: {}",
                self.path(),
                self.eval("seen()")
            );
        }
    }

    /// Waits until something of a role and a name is there.
    #[track_caller]
    pub(crate) fn finds(&self, role: &str, name: &str) {
        self.at_rest((role, name), Some);
    }

    /// Clicks on the middle of something, once the page is at rest, and it can be pressed there and has not moved while
    /// the page was painted anew.
    #[track_caller]
    pub(crate) fn click(&self, role: &str, name: &str) {
        let mut before = None;
        let (x, y) = self.at_rest((role, name), |node| {
            let now = self.can_be_pressed_at(node);
            if std::mem::replace(&mut before, now) == now { now } else { None }
        });
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.tell("Input.dispatchMouseEvent", &event);
        }
    }

    /// Where the middle of a node is, unless it is off, nothing else covers it there, or it is not there any more.
    fn can_be_pressed_at(&self, node: i64) -> Option<(f64, f64)> {
        self.ask("DOM.scrollIntoViewIfNeeded", &json!({ "backendNodeId": node })).ok()?;
        let quads = self.ask("DOM.getContentQuads", &json!({ "backendNodeId": node })).ok()?;
        let corner = |at: usize| quads["quads"][0][at].as_f64();
        let x = f64::midpoint(corner(0)?, corner(4)?);
        let y = f64::midpoint(corner(1)?, corner(5)?);
        (self.of_node(node, &format!("isPressedAt(this, {x}, {y})")) == Some(json!(true)))
            .then_some((x, y))
    }

    /// What a function of a node comes to, as `this` of which it is called; nothing if it is not there any more.
    fn of_node(&self, node: i64, expression: &str) -> Option<Value> {
        let found = self.ask("DOM.resolveNode", &json!({ "backendNodeId": node })).ok()?;
        let call = json!({
            "objectId": found["object"]["objectId"], "returnByValue": true,
            "functionDeclaration": format!("function () {{ {TOOLS}\nreturn ({expression}); }}"),
        });
        let answer = self.ask("Runtime.callFunctionOn", &call).ok()?;
        Some(answer["result"]["value"].clone())
    }

    /// Gives the focus to something, once the page is at rest.
    #[track_caller]
    fn focus(&self, role: &str, name: &str) {
        self.at_rest((role, name), |node| {
            self.ask("DOM.focus", &json!({ "backendNodeId": node })).ok()?;
            let has_it = self.of_node(node, "document.activeElement === this")?;
            (has_it == true).then_some(())
        });
    }

    /// Does something that sends a request to a path, whose answer is lost on its way back.
    #[track_caller]
    pub(crate) fn lose_the_answer(&self, path: &str, act: impl FnOnce(&Self)) {
        let url = format!("{}{path}", self.origin);
        let answers = json!([{ "urlPattern": url, "requestStage": "Response" }]);
        self.tell("Fetch.enable", &json!({ "patterns": answers }));
        act(self);
        loop {
            let event = self.inbox.recv_timeout(PATIENCE);
            let event = event.unwrap_or_else(|_| panic!("nothing is sent to {path}"));
            if event.method != "Fetch.requestPaused" {
                self.heard.borrow_mut().note(&event);
                continue;
            }
            let id = &event.params["requestId"];
            let lost = json!({ "requestId": id, "errorReason": "ConnectionReset" });
            self.tell("Fetch.failRequest", &lost);
            break;
        }
        self.tell("Fetch.disable", &json!({}));
    }

    /// Puts a text into a field in place of what is in it.
    #[track_caller]
    pub(crate) fn fill(&self, role: &str, name: &str, text: &str) {
        self.focus(role, name);
        self.eval("document.activeElement.select?.()");
        self.strike("Delete");
        self.tell("Input.insertText", &json!({ "text": text }));
    }

    /// Chooses what begins with a text in a list to choose from, as soon as it is there.
    #[track_caller]
    pub(crate) fn choose(&self, name: &str, option: &str) {
        self.focus("combobox", name);
        self.until(&format!("choose({})", json!(option)));
    }

    /// Presses a key, such as `Enter` or `Control+K`, once the page is at rest.
    #[track_caller]
    pub(crate) fn press(&self, keys: &str) {
        self.settle();
        self.strike(keys);
    }

    /// The same at once, as who types or knows the way by heart.
    pub(crate) fn strike(&self, keys: &str) {
        for event in key::press(keys) {
            self.tell("Input.dispatchKeyEvent", &event);
        }
    }

    /// Types a text key by key into whatever has the focus.
    pub(crate) fn type_text(&self, text: &str) {
        for letter in text.chars() {
            self.strike(&letter.to_string());
        }
    }

    /// A picture of the whole page, in a window as high as it is, as PNG.
    pub(crate) fn picture(&self, sight: Sight) -> Vec<u8> {
        let height = self.eval("document.documentElement.scrollHeight").as_u64().unwrap();
        self.open_up(sight, height.max(sight.height()));
        self.await_paint();
        let shot = self.tell("Page.captureScreenshot", &json!({ "optimizeForSpeed": true }));
        self.open_up(sight, sight.height());
        let text = shot["data"].as_str().unwrap();
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap()
    }
}
