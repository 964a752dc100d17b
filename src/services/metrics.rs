//! What is counted while the appliance runs, for `/metrics`.

use prometheus::{Encoder, Histogram, HistogramOpts, IntCounter, IntGauge, Registry, TextEncoder};

/// The counters of one appliance.
pub struct Metrics {
    registry: Registry,
    /// Acts that were done.
    pub acts: IntCounter,
    /// Acts that were refused or failed.
    pub acts_refused: IntCounter,
    /// Commits to the disk.
    pub commits: IntCounter,
    /// How long commits took, from the first act to the end of the sync.
    pub commit_seconds: Histogram,
    /// Usage events that were taken in.
    pub usage_events: IntCounter,
    /// Invoices that were issued.
    pub invoices: IntCounter,
    /// The number of the last fact.
    pub facts: IntGauge,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let registry = Registry::new();
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help).expect("the name is fixed and valid");
            registry.register(Box::new(counter.clone())).expect("each name is used once");
            counter
        };
        let opts = HistogramOpts::new("tillbox_commit_seconds", "how long commits took");
        let opts = opts.buckets(vec![0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0]);
        let commit_seconds = Histogram::with_opts(opts).expect("the buckets rise");
        let facts = IntGauge::new("tillbox_facts", "the number of the last fact");
        let facts = facts.expect("the name is fixed and valid");
        let kept = [
            registry.register(Box::new(commit_seconds.clone())),
            registry.register(Box::new(facts.clone())),
        ];
        assert!(kept.iter().all(Result::is_ok), "each name is used once");
        Self {
            acts: counter("tillbox_acts_total", "acts that were done"),
            acts_refused: counter("tillbox_acts_refused_total", "acts refused or failed"),
            commits: counter("tillbox_commits_total", "commits to the disk"),
            usage_events: counter("tillbox_usage_events_total", "usage events taken in"),
            invoices: counter("tillbox_invoices_total", "invoices issued"),
            commit_seconds,
            facts,
            registry,
        }
    }

    /// Everything in the text format of Prometheus.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        let encoded = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        encoded.expect("memory can be written to");
        String::from_utf8_lossy(&text).into_owned()
    }
}
