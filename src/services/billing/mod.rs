//! Billing: what falls due for billing accounts becomes invoices, page by page.
//!
//! A page of billing accounts is billed in one transaction: invoices, marks, journal, the run's
//! counters and the next billing dates together. So nothing is lost or doubled wherever it ends.

mod comparison;
mod consumption;
mod contained;
mod contract;
pub(super) mod counted;
mod credited;
mod draft;
mod forecast;
mod gather;
mod interim;
mod issue;
mod late_fee;
mod on_demand;
mod page;
mod policy;
mod preview;
mod proposed;
mod readable;
mod run;
mod shelf;
mod tax_rate;
mod untaxed;
mod unused;
mod version;

pub use self::comparison::{Compared, compare, compare_plan};
pub use self::consumption::{consumption, resource_usage};
pub(super) use self::contained::Contained;
pub use self::contract::{ContractPrice, Worth, contract, worth};
pub(super) use self::credited::lower;
pub use self::forecast::{BillDates, ChargedBy, Forecast, dates};
pub(super) use self::forecast::{charged_by, charged_today, first_bill, unbilled, with_switched};
pub use self::gather::Consumed;
pub use self::interim::{Looked, step_interim};
pub(super) use self::issue::{Series, book, number, seal};
pub(super) use self::late_fee::charge_late_fee;
pub use self::on_demand::bill_on_demand;
pub(crate) use self::page::step;
pub use self::page::{Pages, bill_now};
pub use self::policy::{Practice, policy, practice_of, set_practice};
pub use self::preview::{Calculation, Wish, calculate};
pub use self::proposed::{Proposed, proposed};
pub use self::run::{Left, cancel, get, left, list, plan, refused, start};
pub use self::shelf::zone_of_buyer;
pub(super) use self::shelf::{party_of, zone_at};
pub use self::tax_rate::tax_rate;
pub use self::untaxed::{unaddressed, untaxed};
pub(super) use self::unused::{Replacement, ended, give_back, give_back_replaced};
pub use self::version::version_on;
