//! A window of the browser: the cookies and tabs of one person.

use std::rc::Rc;

use serde_json::json;

use super::chromium::Chromium;
use super::tab::Tab;

/// One person's browser. It is closed, and all it knows forgotten, with the last of its tabs.
pub(crate) struct Window {
    context: Rc<Context>,
    origin: String,
}

impl Window {
    /// A window of somebody who has never been at this address, such as `http://127.0.0.1:8080`.
    pub(crate) fn at(chromium: &'static Chromium, origin: &str) -> Self {
        let made = chromium.tell("Target.createBrowserContext", &json!({}));
        let id = made["browserContextId"].as_str().unwrap().to_owned();
        Self { context: Rc::new(Context { chromium, id }), origin: origin.to_owned() }
    }

    /// One more tab in it.
    pub(crate) fn tab(&self) -> Tab {
        let Context { chromium, id } = self.context.as_ref();
        let target = json!({ "url": "about:blank", "browserContextId": id });
        let target = chromium.tell("Target.createTarget", &target);
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = chromium.tell("Target.attachToTarget", &attach);
        let session = attached["sessionId"].as_str().unwrap();
        Tab::over(Rc::clone(&self.context), session, &self.origin)
    }
}

/// What the browser knows of one person.
pub(super) struct Context {
    pub(super) chromium: &'static Chromium,
    id: String,
}

impl Drop for Context {
    fn drop(&mut self) {
        let context = json!({ "browserContextId": self.id });
        // If the browser has ended, so has everything in it.
        let _ = self.chromium.pipe.ask(None, "Target.disposeBrowserContext", &context);
    }
}
