//! Settlement: who gets which part of what was paid, and the note that pays it out.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | share model | – | – | revenue sharing model (736) |
//! | share record | – | – | party revenue sharing report |
//! | settlement note | – | – | settlement note advice |
//!
//! A [share model](share::ShareModel) says how what is paid for some offers is parted. What is paid, or
//! goes back, of each charge makes a [record](record::ShareRecord) for each part; which, follows from
//! what is [earned]. A run gathers the open records of a partner into a numbered [note]. Nothing adds
//! two currencies.

pub mod earned;
pub mod note;
pub mod record;
pub mod share;
mod spread;
