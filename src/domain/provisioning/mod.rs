//! Provisioning: what must be done in other systems so that a service exists.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | provisioning task | provisioningState | Workflow | activation hook, item state |
//!
//! A task is queued with the change that needs it and worked on afterwards, by a duty and outside
//! of any transaction. Its attempts run by wall time; what it belongs to runs by business time.

pub mod connector;
pub mod lifecycle;
pub mod task;
