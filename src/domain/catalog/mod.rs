//! The catalogue: what is for sale, how it is described, and when it may be bought.
//!
//! It owns specifications, resources, assets, offers and what groups and limits them. It does not
//! own what an account has bought ([`subscription`](super::subscription)), nor what a charge comes
//! to ([`billing`](super::billing)).

pub mod lifecycle;
pub mod price;
pub mod tax;
