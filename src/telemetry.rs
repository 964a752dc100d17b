//! The log: where it goes, in which form, and that a panic is in it.
//!
//! It is written to standard error; what a command answers goes to standard output. Secrets do not
//! get here: what holds one has a `Debug` that hides it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Config, LogFilter, LogFormat};

/// Sends the log of this process to standard error and its panics to the log. What is already
/// listening stays.
pub fn start(config: &Config) {
    let is_terminal = std::io::stderr().is_terminal();
    let ink = if is_terminal { Ink::Colored } else { Ink::Plain };
    let dispatch = subscriber(config.log_format, &config.log, ink, std::io::stderr);
    if tracing::dispatcher::set_global_default(dispatch).is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// With what the lines for people are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ink {
    Plain,
    Colored,
}

/// A subscriber that writes what passes the filter to `to`.
fn subscriber(
    format: LogFormat,
    filter: &LogFilter,
    ink: Ink,
    to: impl for<'a> MakeWriter<'a> + Send + Sync + 'static,
) -> tracing::Dispatch {
    // What the filter says twice holds as it was said last: the noise of the libraries is asked
    // for by name, not by level.
    let quiet = "h2=warn,hyper=warn,hyper_util=warn,rustls=warn,tantivy=warn";
    let filter = EnvFilter::builder().parse_lossy(format!("{quiet},{}", filter.as_str()));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(to);
    match format {
        LogFormat::Text => builder.with_ansi(ink == Ink::Colored).finish().into(),
        LogFormat::Json => builder.json().flatten_event(true).with_ansi(false).finish().into(),
    }
}

/// A panic is logged like any other failure, in the same form and at the same place.
fn log_panic(info: &PanicHookInfo<'_>) {
    let said = info.payload_as_str().unwrap_or("something that is not text");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        tracing::error!(place, thread, backtrace = %trace, "panicked: {said}");
    } else {
        tracing::error!(place, thread, "panicked: {said}");
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, filter: &str, work: impl FnOnce()) -> String {
        let page = Page::default();
        let to = page.clone();
        let dispatch = subscriber(format, &filter.parse().unwrap(), Ink::Plain, move || to.clone());
        tracing::dispatcher::with_default(&dispatch, work);
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn one_line_is_one_json_object_with_the_request_in_it() {
        let log = logged(LogFormat::Json, "info", || {
            let span = tracing::info_span!("request", id = "r1");
            span.in_scope(|| tracing::info!(status = 200, "answered"));
        });
        let line: serde_json::Value = serde_json::from_str(log.trim()).unwrap();
        assert_eq!(line["message"], "answered");
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["span"]["id"], "r1");
        assert_eq!(log.lines().count(), 1);
    }

    #[test]
    fn the_filter_says_what_is_logged() {
        let speak = || {
            tracing::info!("ours");
            tracing::debug!("finely");
            tracing::info!(target: "hyper::proto", "theirs");
            tracing::warn!(target: "hyper::proto", "badly");
        };
        let said = |filter: &str| {
            let log = logged(LogFormat::Text, filter, speak);
            let word = |line: &str| line.rsplit(' ').next().unwrap().to_owned();
            log.lines().map(word).collect::<Vec<_>>()
        };
        assert_eq!(said("info"), ["ours", "badly"]);
        assert_eq!(said("debug"), ["ours", "finely", "badly"]);
        assert_eq!(said("warn,hyper=info"), ["theirs", "badly"]);
        assert_eq!(said("error,hyper=off"), Vec::<String>::new());
    }
}
