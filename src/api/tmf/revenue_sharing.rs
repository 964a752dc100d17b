//! Who gets which part of what is paid (TMF736, 737, 738): our share models and settlement notes.
//!
//! How a part is figured is an algorithm, which is a document: its action variable `percentage` says how
//! many hundredths. A model of which every item names a partner and such an algorithm is a share model of
//! ours; any other is kept as it was said.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::customer;
use super::entity::{Entity, Gone, Of, must, reference, tree};
use super::money;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{AccountId, DocumentId, Id, OfferId};
use crate::domain::operator::Permission;
use crate::domain::quantity::Percent;
use crate::domain::settlement::note::{SettlementNote, State};
use crate::domain::settlement::share::{Portion, Role, Scope, ShareModel};
use crate::domain::text::Name;
use crate::domain::time::Zone;
use crate::services::settlement::{self, ModelChange, NewModel, PartWish};
use crate::services::{Act, Cx, Error, account, catalog, document, offer};

/// How parts are figured.
pub(super) const ALGORITHMS: Registered = Registered(ALGORITHM);
const ALGORITHM: &str = "revenue_sharing_algorithm";

/// Share models.
pub(super) struct Models;
/// Settlement notes.
pub(super) struct Reports;

/// Models, with those by which nothing is shared.
pub(super) const MODELS: Beside<Models> = Beside {
    documents: Registered("revenue_sharing_model"),
    entities: Of(Models),
    make: |it, act, of, said| laid_down(it, act, of, said),
};

/// Notes, with reports that were written down.
pub(super) const REPORTS: Beside<Reports> = Beside {
    documents: Registered("revenue_sharing_report"),
    entities: Of(Reports),
    make: |it, act, of, said| it.documents.create(act, of, said),
};

/// How many hundredths an algorithm says.
fn percentage(cx: Cx<'_>, algorithm: &Value) -> Result<Option<Percent>, Error> {
    let Some(id) = reference::<DocumentId>(algorithm) else { return Ok(None) };
    let Some(found) = document::find(cx, ALGORITHM, id)? else { return Ok(None) };
    let said: Tree = serde_json::from_slice(found.body()).map_err(Error::internal)?;
    let all = said.get("actionVariable").and_then(Value::as_array).into_iter().flatten();
    let named = |it: &&Value| it.get("name").and_then(Value::as_str) == Some("percentage");
    let value = all.clone().find(named).and_then(|it| it.get("value"));
    let text = value.map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
    Ok(text.and_then(|it| it.parse::<Decimal>().ok()).map(Percent::new))
}

/// The part that an item says, if it says one of ours.
fn part(
    cx: Cx<'_>,
    (own, platform): (AccountId, AccountId),
    item: &Value,
) -> Result<Option<PartWish>, Error> {
    let involved = "/sharingModelItemInvolvement/0/offeringPrice/0/partyRevSharingAlgorithm/0";
    let Some(algorithm) = item.pointer(involved) else { return Ok(None) };
    let Some(percent) = percentage(cx, algorithm)? else { return Ok(None) };
    let party = item.get("relatedParty").unwrap_or(&Value::Null);
    let Some(partner) = customer::referred(cx, party)? else { return Ok(None) };
    let role = match partner.id {
        id if id == own => Role::Owner,
        id if id == platform => Role::Platform,
        _ => Role::Partner,
    };
    let account = (role == Role::Partner).then_some(partner.id);
    Ok(Some(PartWish { role, account, portion: Portion::Percent(percent) }))
}

/// For what a model is: the offer that its items name, or all of its seller.
fn scope(cx: Cx<'_>, items: &[Value]) -> Result<Scope, Error> {
    let named = "/sharingModelItemInvolvement/0/productOffering/0";
    let id = items.iter().find_map(|it| reference::<OfferId>(it.pointer(named)?));
    let found: Option<Offer> = match id {
        Some(id) => offer::get(cx, id).map(Some).or_else(Error::or_nothing)?,
        None => None,
    };
    Ok(found.map_or(Scope::Seller, |it| Scope::Offer(it.id)))
}

fn laid_down(
    it: &Beside<Models>,
    act: &mut Act<'_>,
    of: &Resource,
    said: Tree,
) -> Result<Tree, Error> {
    let items = said.get("partyRevSharingModelItem").and_then(Value::as_array);
    let items = items.cloned().unwrap_or_default();
    let seller = catalog::seller(act.cx(), None)?;
    let known = (account::of_seller(act.cx(), seller)?.id, account::provider(act.cx())?.id);
    let mut parts = Vec::new();
    for item in &items {
        parts.extend(part(act.cx(), known, item)?);
    }
    if parts.is_empty() || parts.len() < items.len() {
        return it.documents.create(act, of, said);
    }
    let name = must(&said, "name")?;
    let scope = scope(act.cx(), &items)?;
    let new = NewModel { name, scope, valid_from: None, parts };
    let made = settlement::lay_down(act, seller, new)?;
    it.entities.made(act, of, (made, said))
}

impl Entity for Models {
    type Thing = ShareModel;
    const READING: Permission = Permission::ShareRead;
    const WRITING: Permission = Permission::ShareWrite;
    const REFERENCES: &[&str] = &["partyRevSharingModelItem", "relatedParty"];

    fn is(&self, _: &ShareModel) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &ShareModel) -> Result<Tree, Error> {
        let offering = match it.scope {
            Scope::Offer(id) => Some(json!([{ "id": id.uuid() }])),
            Scope::Seller | Scope::Category(_) | Scope::Supplier(_) => None,
        };
        let (mut items, mut parties) = (Vec::new(), Vec::new());
        for part in it.shares.as_slice() {
            let account = cx.shared::<Account>(part.account)?;
            let mut party = account.as_ref().map_or(Value::Null, |it| customer::owner(it));
            party["role"] = json!(part.role.word());
            let portion = match part.portion {
                Portion::Percent(percent) => {
                    json!({ "name": "percentage", "value": percent.to_string() })
                }
                Portion::Fixed(amount) => json!({ "name": "amount", "value": amount.to_string() }),
            };
            items.push(json!({
                "relatedParty": party, "actionVariable": [portion],
                "sharingModelItemInvolvement": [{ "productOffering": offering }],
            }));
            parties.push(party);
        }
        Ok(tree(json!({
            "name": it.name.as_str(),
            "partyRevSharingModelItem": items,
            "relatedParty": parties,
            "validFor": { "startDateTime": Zone::UTC.start_of(it.valid_from).to_string() },
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<ShareModel, Error> {
        Err(Error::internal("a model is laid down, or kept as one by which nothing is shared"))
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        it: ShareModel,
        change: &Change,
    ) -> Result<ShareModel, Error> {
        let name: Name = must(&change.after, "name")?;
        if name == it.name {
            return Ok(it);
        }
        let change = ModelChange { name: Some(name), ..ModelChange::default() };
        settlement::revise(act, it.id, (None, change))
    }

    fn remove(&self, act: &mut Act<'_>, it: ShareModel) -> Result<Gone, Error> {
        settlement::take_away(act, it.id, None)?;
        Ok(Gone::Removed)
    }
}

const fn status(of: State) -> &'static str {
    match of {
        State::Issued => "issued",
        State::Paid => "paid",
    }
}

impl Entity for Reports {
    type Thing = SettlementNote;
    const READING: Permission = Permission::SettlementRead;
    const WRITING: Permission = Permission::DocumentWrite;

    fn is(&self, _: &SettlementNote) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &SettlementNote) -> Result<Tree, Error> {
        let receiver = cx.shared::<Account>(it.receiver)?;
        let receiver = receiver.as_ref().map_or(Value::Null, |it| customer::owner(it));
        let moment = |on| Zone::UTC.start_of(on).to_string();
        let period = json!({
            "startDateTime": moment(it.period.start()), "endDateTime": moment(it.period.end()),
        });
        let items = it.items.iter().map(|item| {
            json!({
                "name": item.name.as_str(),
                "relatedParty": receiver,
                "billPeriod": period,
                "money": money::shown(item.amount),
                "bill": { "id": item.invoice.as_str(), "name": item.invoice.as_str() },
                "status": status(it.state()),
            })
        });
        Ok(tree(json!({
            "name": it.number.as_str(),
            "money": money::shown(it.totals.gross),
            "createDate": moment(it.issued_on),
            "lastUpdate": it.stamp.changed_at.to_string(),
            "status": status(it.state()),
            "partyRevSharingReportItem": items.collect::<Vec<_>>(),
        })))
    }

    fn states(&self) -> Vec<String> {
        [State::Issued, State::Paid].map(|it| status(it).to_owned()).to_vec()
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<SettlementNote, Error> {
        Err(Error::internal("a note is written of what was shared"))
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        it: SettlementNote,
        change: &Change,
    ) -> Result<SettlementNote, Error> {
        let said = change.after.get("status").and_then(Value::as_str);
        let is_anew = change.before.get("status") != change.after.get("status");
        match said.filter(|it| is_anew && it.eq_ignore_ascii_case("paid")) {
            Some(_) => settlement::pay(act, it.id),
            None => Ok(it),
        }
    }

    fn remove(&self, _: &mut Act<'_>, it: SettlementNote) -> Result<Gone, Error> {
        let why = format!("the note `{}` stays in the books", it.number);
        Err(crate::domain::error::Rejection::new(crate::domain::error::Code::InUse, why).into())
    }
}
