//! What people and other machines are given to read: the domain turned into bytes.

pub mod csv;
pub mod figure;
pub mod mail;
