//! Provisioning: what must be done in other systems for a subscription.

pub mod connector;
