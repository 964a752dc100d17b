//! Parties as they are kept.

use super::record::record;
use crate::domain::id::PartyId;
use crate::domain::party::Party;

record!(Party, PartyId, "party", shape 1);
