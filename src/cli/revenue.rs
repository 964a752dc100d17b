//! `tillbox revenue`: what a seller earns month by month, and what is still deferred.

use std::io::Write;

use clap::Args;

use super::answer::{items, money, print, text};
use super::door::Door;
use super::failure::Failure;
use super::say;
use crate::config::PlaceFlags;

/// Print what was charged, earned and deferred, month by month
#[derive(Debug, Args)]
#[command(after_help = "\
The last twelve months, and what of the year to come is charged already:
  tillbox revenue
  tillbox revenue --from 2026-12 --to 2027-11

What is charged for days to come is earned as they pass, and deferred until then.")]
pub(super) struct Revenue {
    /// The first month
    #[arg(long, value_name = "MONTH")]
    from: Option<String>,
    /// The last month
    #[arg(long, value_name = "MONTH")]
    to: Option<String>,
    /// The account that sells, instead of the provider
    #[arg(long, value_name = "ACCOUNT")]
    seller: Option<String>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: PlaceFlags,
}

impl Revenue {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("from", &self.from), ("to", &self.to), ("seller", &self.seller)] {
            if let Some(it) = value {
                query.append_pair(name, it);
            }
        }
        let revenue = door.get(&format!("/api/v1/revenue?{}", query.finish()))?;
        if self.json {
            return print(out, &revenue);
        }
        for of in items(&revenue, "currencies") {
            for it in items(of, "months") {
                let sums = ["charged", "earned", "deferred"];
                let sums = sums.map(|key| format!("{key} {}", money(it, key)));
                say(out, format_args!("{}: {}", text(it, "month"), sums.join(", ")))?;
            }
        }
        Ok(())
    }
}
