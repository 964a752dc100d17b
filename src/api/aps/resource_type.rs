//! What only clients of the bus know of a `Resource` of the BSS: as which version of its type it was
//! created, and of which type is what an application makes of it.
//!
//! The contract's documents show resources of several versions beside each other. One that was
//! created as an older version is shown as that; any other is of the latest, of which it is as well.

use serde_json::{Value, json};

use super::bss_resource::ID;
use super::kind::Version;
use crate::domain::stamp::{Contract, Stamp};

/// The versions before the latest.
pub(super) static OLDER: [Version; 3] = [
    Version { id: "http://www.odin.com/billing/Resource/1.0", number: 104 },
    Version { id: "http://www.odin.com/billing/Resource/1.1", number: 111 },
    Version { id: "http://www.odin.com/billing/Resource/1.2", number: 112 },
];

/// What clients of the bus said of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The older version that it was created as.
    pub(super) created_as: Option<String>,
    /// Of which type is what an application makes of it.
    pub(super) makes: Option<String>,
}

impl Said {
    /// What is carried with a stamp.
    pub(super) fn carried(stamp: &Stamp) -> Self {
        let carried = stamp.carried.get(&Contract::Aps);
        let carried = carried.and_then(|it| serde_json::from_slice::<Value>(it).ok());
        let text = |name: &str| Some(carried.as_ref()?.get(name)?.as_str()?.to_owned());
        Self { created_as: text("type"), makes: text("apsType") }
    }

    /// As it is kept: nothing of what says nothing.
    pub(super) fn written(&self) -> Vec<u8> {
        if *self == Self::default() {
            return Vec::new();
        }
        json!({ "type": self.created_as, "apsType": self.makes }).to_string().into_bytes()
    }

    /// The older version that it was created as.
    pub(super) fn version(&self) -> Option<&'static Version> {
        let named = self.created_as.as_deref()?;
        OLDER.iter().find(|it| it.id == named)
    }
}

/// The older version that a resource is to be created as; nothing for the latest.
pub(super) fn older(named: &str) -> Option<String> {
    (named != ID && OLDER.iter().any(|it| it.id == named)).then(|| named.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::time::Instant;

    #[test]
    fn what_was_said_is_carried_and_what_was_not_takes_no_room() {
        let at = Instant::from_micros(0).expect("in range");
        let mut stamp = Stamp::new(SellerNumber::PROVIDER, None, at);
        assert_eq!((Said::carried(&stamp), Said::default().written()), (Said::default(), vec![]));
        let said = Said { created_as: older(OLDER[0].id), makes: Some("http://a/vps/1.0".into()) };
        stamp.carried.insert(Contract::Aps, said.written());
        assert_eq!(Said::carried(&stamp), said);
        assert_eq!(said.version().map(|it| it.number), Some(104));
        assert_eq!((older(ID), older("http://nobody/1.0")), (None, None));
    }
}
