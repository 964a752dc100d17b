//! Policies: the questions on which peers disagree, each a named setting.

use serde::{Deserialize, Serialize};
/// What a tiered price charges where nothing was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ZeroUsage {
    /// The fee of the first tier.
    FirstTierFee,
    /// Nothing.
    Nothing,
}
