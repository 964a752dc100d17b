//! What people and other machines are given to read: the domain turned into bytes.

pub mod csv;
pub mod debit_order;
pub mod einvoice;
pub mod figure;
pub mod journal;
pub mod mail;
pub mod paper;
pub mod pdf;
#[cfg(test)]
mod sample;
pub mod settlement;
