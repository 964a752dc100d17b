//! How the query language is read, written and answered, over a few resources made up for it.

mod fixture;
mod holding;
mod reading;
mod selecting;
mod writing;
