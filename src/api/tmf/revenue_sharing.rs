//! Who gets which part of what is paid (TMF736, 737, 738): our share models and settlement notes.
//!
//! How a part is figured is an algorithm, which is a document: its action variable `percentage`, or one with
//! a value such as `5%`, says how many hundredths, and `amount` how much of each charge. A model of which every
//! item names somebody of ours and such an algorithm is a share model of ours; what nobody is named for is
//! the seller's. One that names nobody and nothing that is here is kept as it was said, and one of which a
//! part alone could be read is refused: nothing would be shared by it.

use std::collections::BTreeSet;

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
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, DocumentId, Id, OfferId};
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::quantity::Percent;
use crate::domain::settlement::note::{SettlementNote, State};
use crate::domain::settlement::share::{Portion, Role, Scope, ShareModel};
use crate::domain::stamp::SellerNumber;
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

/// The items of a model.
const ITEMS: &str = "partyRevSharingModelItem";

/// How much the variables of an algorithm say, if they do.
fn portion(variables: Option<&Value>) -> Result<Option<Portion>, Invalid> {
    let all = variables.and_then(Value::as_array).into_iter().flatten();
    for it in all {
        let Some(value) = it.get("value").filter(|it| !it.is_null()) else { continue };
        let named = it.get("name").or_else(|| it.pointer("/policyActionVariable/name"));
        let name = named.and_then(Value::as_str).unwrap_or_default();
        let text = value.as_str().map_or_else(|| value.to_string(), |it| it.trim().to_owned());
        if name == "amount" {
            return amount(value, &text).map(|it| Some(Portion::Fixed(it)));
        }
        let hundredths = match text.strip_suffix('%') {
            Some(number) => Some(number.trim()),
            None => (name == "percentage").then_some(text.as_str()),
        };
        if let Some(number) = hundredths {
            let refused =
                || Invalid::one("actionVariable", "format", format!("`{text}` is no number"));
            let number: Decimal = number.parse().map_err(|_| refused())?;
            return Ok(Some(Portion::Percent(Percent::new(number))));
        }
    }
    Ok(None)
}

/// An amount as money of this contract, or as `5.00 EUR`.
fn amount(value: &Value, text: &str) -> Result<Money, Invalid> {
    if value.is_object() {
        return money::read("actionVariable", value);
    }
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    money::read("actionVariable", &json!({ "unit": unit, "value": number }))
}

/// Who is referred to, in whatever role: version 5 has that around the reference.
fn inner(it: &Value) -> Value {
    let mut it = it.get("partyOrPartyRole").unwrap_or(it).clone();
    if let Some(fields) = it.as_object_mut() {
        fields.remove("role");
    }
    it
}

/// Everything of an item that involves something, by what is called so in it.
fn involved<'a>(item: &'a Value, name: &'a str) -> impl Iterator<Item = &'a Value> {
    let all = item.get("sharingModelItemInvolvement").and_then(Value::as_array);
    let lists = all.into_iter().flatten().filter_map(move |it| it.get(name)?.as_array());
    lists.flatten()
}

/// What an item says of a part, as far as that is ours.
struct Said {
    partner: Option<Account>,
    portion: Option<Portion>,
    offers: BTreeSet<OfferId>,
}

impl Said {
    fn read(cx: Cx<'_>, item: &Value) -> Result<Self, Error> {
        let mut partner = None;
        for party in [item.get("relatedParty"), item.get("partyAccount")].into_iter().flatten() {
            let all = party.as_array().map_or(std::slice::from_ref(party), Vec::as_slice);
            for it in all {
                partner = partner.or(customer::referred(cx, &inner(it))?);
            }
        }
        let mut offers = BTreeSet::new();
        for id in involved(item, "productOffering").filter_map(reference::<OfferId>) {
            let found = offer::get(cx, id).map(Some).or_else(Error::or_nothing)?;
            offers.extend(found.map(|it: Offer| it.id));
        }
        Ok(Self { partner, portion: Self::portion(cx, item)?, offers })
    }

    /// How much an item says: by itself, or by the algorithms of all prices that it involves, which agree.
    fn portion(cx: Cx<'_>, item: &Value) -> Result<Option<Portion>, Error> {
        let mut found = portion(item.get("actionVariable"))?;
        let all = involved(item, "offeringPrice")
            .filter_map(|it| it.get("partyRevSharingAlgorithm")?.as_array())
            .flatten();
        for algorithm in all {
            let said = Self::algorithm(cx, algorithm)?;
            if said.is_some() && found.is_some() && said != found {
                let at = "sharingModelItemInvolvement";
                let message = "must share all prices alike: somebody has one part of what is paid";
                return Err(Invalid::one(at, "unsupported", message).into());
            }
            found = found.or(said);
        }
        Ok(found)
    }

    fn algorithm(cx: Cx<'_>, it: &Value) -> Result<Option<Portion>, Error> {
        let Some(id) = reference::<DocumentId>(it) else { return Ok(None) };
        let Some(found) = document::find(cx, ALGORITHM, id)? else { return Ok(None) };
        let said: Tree = serde_json::from_slice(found.body()).map_err(Error::internal)?;
        Ok(portion(said.get("actionVariable"))?)
    }

    /// Whether nothing of it is ours.
    fn is_of_others(&self) -> bool {
        self.partner.is_none() && self.portion.is_none() && self.offers.is_empty()
    }

    /// The part, where `own` sells and `platform` runs the installation.
    fn part(self, (own, platform): (AccountId, AccountId)) -> Result<PartWish, Invalid> {
        let missing = |field: &str, message: &str| Invalid::one(field, "reference", message);
        let partner = self.partner.ok_or_else(|| {
            missing("relatedParty", "must lead to an account that is here, or nothing is shared")
        })?;
        let portion = self.portion.ok_or_else(|| {
            let at = "sharingModelItemInvolvement";
            let message = "must have an `offeringPrice` with a `partyRevSharingAlgorithm` that is here \
                           and says a `percentage`, or nothing is shared";
            missing(at, message)
        })?;
        let role = match partner.id {
            id if id == own => Role::Owner,
            id if id == platform => Role::Platform,
            _ => Role::Partner,
        };
        let account = (role == Role::Partner).then_some(partner.id);
        Ok(PartWish { role, account, portion })
    }
}

/// The parts that a model says and for what it is; nothing where nothing of it is ours.
fn read(
    cx: Cx<'_>,
    seller: SellerNumber,
    said: &Tree,
) -> Result<Option<(Vec<PartWish>, Scope)>, Error> {
    let items = said.get(ITEMS).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let known = (account::of_seller(cx, seller)?.id, account::provider(cx)?.id);
    let mut all = Vec::new();
    for (place, item) in items.iter().enumerate() {
        all.push(Said::read(cx, item).map_err(|it| below(it, place))?);
    }
    if all.iter().all(Said::is_of_others) {
        return Ok(None);
    }
    let offers: BTreeSet<_> = all.iter().flat_map(|it| it.offers.iter().copied()).collect();
    let scope = match (offers.first(), offers.len()) {
        (None, _) => Scope::Seller,
        (Some(only), 1) => Scope::Offer(*only),
        (Some(_), _) => {
            let message = "must be for one product offering, or for none: make a model of each";
            return Err(Invalid::one(ITEMS, "unsupported", message).into());
        }
    };
    let mut parts = Vec::new();
    for (place, it) in all.into_iter().enumerate() {
        parts.push(it.part(known).map_err(|it| below(it.into(), place))?);
    }
    parts.extend(rest(&parts));
    Ok(Some((parts, scope)))
}

/// What is left for who sells, where it is not named.
fn rest(of: &[PartWish]) -> Option<PartWish> {
    let hundredths = |it: &PartWish| match it.portion {
        Portion::Percent(it) => it.decimal(),
        Portion::Fixed(_) => Decimal::ZERO,
    };
    let left = Percent::WHOLE.decimal() - of.iter().map(hundredths).sum::<Decimal>();
    let is_named = of.iter().any(|it| it.role == Role::Owner);
    let portion = Portion::Percent(Percent::new(left));
    (!is_named && left > Decimal::ZERO).then_some(PartWish {
        role: Role::Owner,
        account: None,
        portion,
    })
}

fn below(error: Error, place: usize) -> Error {
    error.below(&format!("{ITEMS}/{place}/"))
}

fn laid_down(
    it: &Beside<Models>,
    act: &mut Act<'_>,
    of: &Resource,
    said: Tree,
) -> Result<Tree, Error> {
    let seller = catalog::seller(act.cx(), None)?;
    let Some((parts, scope)) = read(act.cx(), seller, &said)? else {
        return it.documents.create(act, of, said);
    };
    let new = NewModel { name: must(&said, "name")?, scope, valid_from: None, parts };
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
        let mut anew = ModelChange::default();
        if change.before.get(ITEMS) != change.after.get(ITEMS) {
            let read = read(act.cx(), it.stamp.seller, &change.after)?;
            let (parts, scope) = read.ok_or_else(|| {
                let message = "must name who gets a part and how much: something is shared by it";
                Invalid::one(ITEMS, "required", message)
            })?;
            if scope != it.scope {
                let message = "must stay for what it was: make another model";
                return Err(Invalid::one(ITEMS, "read_only", message).into());
            }
            anew.parts = Some(parts);
        }
        anew.name = (name != it.name).then_some(name);
        if anew.name.is_none() && anew.parts.is_none() {
            return Ok(it);
        }
        settlement::revise(act, it.id, (None, anew))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_says_a_part_in_hundredths_or_an_amount() {
        let told = |variables: Value| match portion(Some(&variables)) {
            Ok(Some(Portion::Percent(it))) => it.to_string(),
            Ok(Some(Portion::Fixed(it))) => it.to_string(),
            Ok(None) => "nothing".to_owned(),
            Err(why) => why.to_string(),
        };
        let name = "The revenue share percentage of sold price";
        for (variables, expected) in [
            (json!([]), "nothing"),
            (json!([{ "name": "color", "value": "red" }]), "nothing"),
            (json!([{ "name": "percentage", "value": "12.5" }]), "12.5 %"),
            (json!([{ "name": "percentage", "value": 20 }]), "20 %"),
            (json!([{ "name": "percentage", "value": "20 %" }]), "20 %"),
            (json!([{ "value": "5%", "policyActionVariable": { "name": name } }]), "5 %"),
            (
                json!([{ "name": "percentage", "value": "half" }]),
                "`actionVariable` `half` is no number",
            ),
            (json!([{ "name": "amount", "value": "5.00 EUR" }]), "5.00 EUR"),
            (json!([{ "name": "amount", "value": { "unit": "EUR", "value": 5 } }]), "5.00 EUR"),
            (json!([{ "name": "amount", "value": "5" }]), "`actionVariable` `` is no currency"),
        ] {
            assert_eq!(told(variables.clone()), expected, "{variables}");
        }
    }
}
