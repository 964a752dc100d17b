//! `tillbox journal`: the books of a seller as a file for its accountant.

use std::io::Write;

use clap::Args;

use super::door::Door;
use super::failure::Failure;
use crate::config::PlaceFlags;

/// Print the journal of a seller for some days, as CSV or for DATEV
#[derive(Debug, Args)]
#[command(after_help = "\
All legs of November as CSV, and its bookings for the programs of DATEV:
  tillbox journal --from 2026-11-01 --until 2026-12-01 > journal.csv
  tillbox journal --from 2026-11-01 --until 2026-12-01 --datev > EXTF_journal.csv

The days are those of the seller. Which accounts of the books are used is a setting of each seller:
PATCH /api/v1/accounts/{id}/booking_chart.")]
pub(super) struct Journal {
    /// The first day
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The first day after the last
    #[arg(long, value_name = "DATE")]
    until: String,
    /// The account that sells, instead of the provider
    #[arg(long, value_name = "ACCOUNT")]
    seller: Option<String>,
    /// Bookings for the programs of DATEV, instead of CSV
    #[arg(long)]
    datev: bool,
    /// The currency of the bookings, with --datev
    #[arg(long, value_name = "CODE", requires = "datev")]
    currency: Option<String>,
    #[command(flatten)]
    flags: PlaceFlags,
}

impl Journal {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("from", &self.from).append_pair("until", &self.until);
        for (name, value) in [("seller", &self.seller), ("currency", &self.currency)] {
            if let Some(it) = value {
                query.append_pair(name, it);
            }
        }
        let form = if self.datev { "datev" } else { "csv" };
        let bytes = door.file(&format!("/api/v1/journal/{form}?{}", query.finish()))?;
        out.write_all(&bytes).map_err(Failure::Output)
    }
}
