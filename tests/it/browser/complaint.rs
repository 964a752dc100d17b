//! What a page must not do: what a browser tells about it, sorted into what is as it should be and
//! what somebody has to mend.

use std::collections::HashMap;

use serde_json::Value;

use super::pipe::Event;

/// The name of a function that pages with somebody else's text in them must never get to call.
pub(crate) const TRAP: &str = "trapped";

/// What is no fault: advice on what a browser could fill in by itself, given for filters and
/// calculators too.
const ADVICE: [&str; 2] = ["FormEmptyIdAndNameAttributes", "FormInputAssignedAutocompleteValue"];

fn is_advice(issue: &Value) -> bool {
    let issue = issue.to_string();
    ADVICE.iter().any(|it| issue.contains(it))
}

/// A request, from its beginning until the answer is whole.
#[derive(Debug)]
struct Request {
    what: String,
    is_stream: bool,
    /// The document that wants it.
    loader: String,
}

/// Everything that was heard of a tab.
#[derive(Debug)]
pub(crate) struct Heard {
    origin: String,
    requests: HashMap<String, Request>,
    complaints: Vec<String>,
}

impl Heard {
    /// Nothing yet, of pages that may load from one place alone.
    pub(crate) fn of(origin: &str) -> Self {
        Self { origin: origin.to_owned(), requests: HashMap::new(), complaints: Vec::new() }
    }

    /// Whether an answer is awaited, other than a stream that never ends.
    pub(crate) fn is_loading(&self) -> bool {
        self.requests.values().any(|it| !it.is_stream)
    }

    /// What is being waited for.
    pub(crate) fn loading(&self) -> Vec<&str> {
        self.requests.values().map(|it| it.what.as_str()).collect()
    }

    /// What there was to complain about since the last time this was asked, in order.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.complaints)
    }

    /// Takes note of an event.
    pub(crate) fn note(&mut self, event: &Event) {
        let it = &event.params;
        match event.method.as_str() {
            "Network.requestWillBeSent" => self.begin(it),
            "Network.responseReceived" => self.answered(it),
            "Network.loadingFinished" => drop(self.requests.remove(text(&it["requestId"]))),
            "Network.loadingFailed" => self.failed(it),
            // What another document wanted, nobody waits for any more.
            "Page.frameNavigated" => {
                let loader = text(&it["frame"]["loaderId"]);
                self.requests.retain(|_, request| request.loader == loader);
            }
            "Runtime.exceptionThrown" => {
                let details = &it["exceptionDetails"];
                let thrown = &details["exception"]["description"];
                self.complain(format!("exception: {} {}", text(&details["text"]), text(thrown)));
            }
            "Runtime.consoleAPICalled" if has("error warning assert", text(&it["type"])) => {
                let said = it["args"].as_array().into_iter().flatten().map(said);
                let said = said.collect::<Vec<_>>().join(" ");
                self.complain(format!("console {}: {said}", text(&it["type"])));
            }
            // What came over the network is told by its own events.
            "Log.entryAdded" if text(&it["entry"]["source"]) != "network" => {
                let (level, said) = (text(&it["entry"]["level"]), text(&it["entry"]["text"]));
                if has("error warning", level) {
                    self.complain(format!("log {level}: {said}"));
                }
            }
            "Audits.issueAdded" if !is_advice(it) => {
                self.complain(format!("issue: {}", issue(&it["issue"])))
            }
            "Runtime.bindingCalled" if text(&it["name"]) == TRAP => {
                self.complain(format!("trapped: {}", text(&it["payload"])));
            }
            "Page.javascriptDialogOpening" => {
                self.complain(format!("dialog: {}", text(&it["message"])));
            }
            "Inspector.targetCrashed" => self.complain("the page crashed".to_owned()),
            _ => {}
        }
    }

    fn complain(&mut self, what: String) {
        self.complaints.push(what);
    }

    /// An address as one reads it: without the place that all of ours are at.
    fn short(&self, url: &str) -> String {
        url.strip_prefix(&self.origin).unwrap_or(url).to_owned()
    }

    fn begin(&mut self, it: &Value) {
        let (url, method) = (text(&it["request"]["url"]), text(&it["request"]["method"]));
        let what = format!("{method} {}", self.short(url));
        let is_ours = url.strip_prefix(&self.origin).is_some_and(|it| it.starts_with('/'));
        if !is_ours && !["data:", "blob:", "about:"].iter().any(|it| url.starts_with(it)) {
            self.complain(format!("from elsewhere: {what}"));
        }
        let id = text(&it["requestId"]).to_owned();
        let is_stream = text(&it["type"]) == "EventSource";
        let loader = text(&it["loaderId"]).to_owned();
        self.requests.insert(id, Request { what, is_stream, loader });
    }

    fn answered(&mut self, it: &Value) {
        let status = it["response"]["status"].as_u64().unwrap_or_default();
        let what = self.requests.get(text(&it["requestId"])).map(|it| it.what.clone());
        let what = what.unwrap_or_default();
        if status >= 400 {
            self.complain(format!("{status} {what}"));
        }
    }

    fn failed(&mut self, it: &Value) {
        let what = self.requests.remove(text(&it["requestId"])).map(|it| it.what);
        // A page that one leaves waits for nothing any more.
        if !it["canceled"].as_bool().unwrap_or_default() {
            let why = format!("{} {}", text(&it["errorText"]), text(&it["blockedReason"]));
            self.complain(format!("failed: {} {}", what.unwrap_or_default(), why.trim()));
        }
    }
}

/// An issue in one line: its code and the details that are not about where in the file it is.
fn issue(it: &Value) -> String {
    let mut details = it["details"].as_object().cloned().unwrap_or_default();
    for details in details.values_mut().filter_map(Value::as_object_mut) {
        details.retain(|name, _| !has("frameAncestor violatingNodeId", name));
    }
    format!("{} {}", text(&it["code"]), Value::Object(details))
}

/// What was said to the console, as far as it can be read.
fn said(argument: &Value) -> String {
    let description = argument["description"].as_str();
    description.map_or_else(|| argument["value"].to_string(), ToOwned::to_owned)
}

fn text(it: &Value) -> &str {
    it.as_str().unwrap_or_default()
}

fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|it| it == word)
}
