//! As what parties act (TMF669): registered documents. What is said of how to reach who plays a role is
//! written on to that party, if it is one of ours.

use serde_json::Value;

use super::behind::{Behind, Change};
use super::entity::reference;
use super::party_form;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::id::{DocumentId, PartyId};
use crate::domain::party::Party;
use crate::services::{Act, Cx, Error, document, party};

/// Roles.
pub(super) struct PartyRoles;

/// The sort of the documents.
const SORT: &str = "party_role";
const DOCUMENTS: Registered = Registered(SORT);

/// Who plays the role that is referred to, as references say it.
pub(super) fn player(cx: Cx<'_>, role: &Value) -> Result<Option<Value>, Error> {
    let Some(id) = reference::<DocumentId>(role) else { return Ok(None) };
    let Some(found) = document::find(cx, SORT, id)? else { return Ok(None) };
    let said: Tree = serde_json::from_slice(found.body()).map_err(Error::internal)?;
    Ok(said.get("engagedParty").cloned())
}

/// Lets the party that plays a role be reached in the ways that are said of the role, too.
fn write_on(act: &mut Act<'_>, said: &Tree) -> Result<(), Error> {
    let Some(id) = said.get("engagedParty").and_then(reference::<PartyId>) else { return Ok(()) };
    let Some(found) = act.cx().find::<Party>(id)? else { return Ok(()) };
    let known = &found.profile().media;
    let mut new = party_form::media(said.get("contactMedium"));
    new.retain(|it| !known.contains(it));
    if new.is_empty() {
        return Ok(());
    }
    party::revise(act, id, None, |mut profile| {
        profile.media.extend(new);
        Ok(profile)
    })?;
    Ok(())
}

impl Behind for PartyRoles {
    fn documents(&self) -> &dyn Behind {
        &DOCUMENTS
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, said: Tree) -> Result<Tree, Error> {
        write_on(act, &said)?;
        DOCUMENTS.create(act, of, said)
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, change: Change) -> Result<Tree, Error> {
        let differs = |name: &str| change.before.get(name) != change.after.get(name);
        if differs("contactMedium") || differs("engagedParty") {
            write_on(act, &change.after)?;
        }
        DOCUMENTS.change(act, of, change)
    }
}
