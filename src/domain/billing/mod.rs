//! Billing: what is due, what it comes to, and the invoice that says so.
//!
//! Three times must not be confused. The *service period* of a line is when the service was or
//! will be rendered; the *billing date* is when it is charged, before or after that period; the
//! *issue date* is when the invoice got its number. What is issued becomes history: it copies in
//! every price, rate and address, and never looks anything up again.
//!
//! All of it is arithmetic over arguments. Nothing here loads, stores or knows what day it is.

pub mod advertised;
pub mod bill;
mod billable;
pub mod charge;
mod charge_days;
pub mod charged_terms;
pub mod comparison;
pub mod coupon;
pub mod credit;
pub mod cycle;
pub mod discount;
pub mod due;
pub mod goodwill;
pub mod held;
pub mod invoice;
pub mod late_fee;
pub mod letterhead;
pub mod long_over;
pub mod most;
pub mod page_link;
pub mod policy;
pub mod proration;
pub mod rating;
pub mod reason;
pub mod recognition;
mod rested;
pub mod run;
pub mod switch;
pub mod tax;
pub mod taxing;
mod term_days;
pub mod told_apart;
pub mod unused;
mod usage_total;
pub mod vat;
