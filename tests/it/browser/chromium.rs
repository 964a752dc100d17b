//! The one Chromium that all tests share, each in a window of its own that knows nothing of the
//! others.
//!
//! It is spoken to through two pipes (`--remote-debugging-pipe`), so that nothing listens on a port,
//! and it ends by itself when the tests do, however they end: its pipe is closed then.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::pipe::Pipe;
use crate::harness::absent::not_run;

/// Where Debian puts it; `CHROMIUM` names another one.
const PLACE: &str = "/usr/bin/chromium";

/// How it is started: with nothing on its mind but the pages it is shown.
const FLAGS: &str = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync \
    --disable-default-apps --disable-extensions --disable-dev-shm-usage \
    --disable-background-timer-throttling --disable-backgrounding-occluded-windows \
    --disable-renderer-backgrounding --disable-features=Translate,OptimizationHints \
    --no-default-browser-check --mute-audio --hide-scrollbars --force-color-profile=srgb \
    --font-render-hinting=none --password-store=basic --use-mock-keychain --lang=en-US \
    --remote-debugging-pipe";

/// Nothing beyond this machine has a name.
const NO_NAMES: &str = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

/// Gives the browser the pipes where it looks for them (3 and 4), waits, and clears away.
const KEEPER: &str = r#"profile=$1; shift
"$@" 3<&0 4>&1 </dev/null >/dev/null 2>"$profile/log"
rm -rf "$profile""#;

static CHROMIUM: LazyLock<Option<Chromium>> = LazyLock::new(|| {
    let place = std::env::var("CHROMIUM").unwrap_or_else(|_| PLACE.to_owned());
    Path::new(&place).exists().then(|| Chromium::start(&place))
});

/// The browser; nothing if there is none on this machine, which is said aloud, and is a failure
/// where all that can be tested must be.
pub(crate) fn chromium() -> Option<&'static Chromium> {
    if CHROMIUM.is_none() {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        let why = "there is no Chromium on this machine: apt-get install chromium, or name one in \
                   the variable CHROMIUM";
        not_run(&test, why);
    }
    CHROMIUM.as_ref()
}

/// A running browser.
pub(crate) struct Chromium {
    pub(super) pipe: Pipe,
    _keeper: Child,
}

impl Chromium {
    fn start(place: &str) -> Self {
        let profile = tempfile::Builder::new().prefix("tillbox-chromium").tempdir().unwrap();
        // It is the keeper who clears it away, when the browser has ended.
        let profile = profile.keep();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&profile).arg(place);
        keeper.arg(format!("--user-data-dir={}", profile.display()));
        keeper.args(FLAGS.split_whitespace()).arg(NO_NAMES).arg("about:blank");
        // Who reads is where the days begin that tests speak of, wherever the machine is.
        keeper.env("TZ", "UTC");
        let mut keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let pipe = Pipe::over(keeper.stdin.take().unwrap(), keeper.stdout.take().unwrap());
        let version = pipe.ask(None, "Browser.getVersion", &json!({}));
        version.unwrap_or_else(|why| {
            let log = std::fs::read_to_string(profile.join("log")).unwrap_or_default();
            panic!("{place} does not start: {why}\n{log}");
        });
        Self { pipe, _keeper: keeper }
    }

    /// Gives the browser itself a command that must succeed.
    #[track_caller]
    pub(super) fn tell(&self, method: &str, params: &Value) -> Value {
        self.pipe.ask(None, method, params).unwrap_or_else(|why| panic!("{why}"))
    }
}
