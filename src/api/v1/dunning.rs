//! `/dunning`: what is done about what is not paid in time, and the steps of a class for that.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read};
use super::wire::{Decimal, List, Money, NoQuery, absent, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::catalog::price::Figure;
use crate::domain::dunning::case::{Dunning as Case, Next, Owed, OwedFor, Step};
use crate::domain::dunning::{Action, Ladder, LateFee, Rung};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, BillingAccountId, DunningId, Id};
use crate::domain::money;
use crate::domain::operator::Permission;
use crate::services::label::Labels;
use crate::services::{Cx, Error, billing_account, dunning};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::InvoiceRead);
    vec![
        read("/dunning", reads, "List dunning cases", list),
        read("/dunning/{id}", reads, "Read a dunning case", show),
    ]
}

/// A step of the ladder of a class.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DunningStep {
    /// How many days after the last day for paying the oldest invoice that is overdue; each step
    /// later than the one before.
    after_days: u16,
    /// From which overdue sum on, in the currency of the account: until then the step waits, and
    /// those after it.
    #[serde(default = "nothing")]
    from_sum: Decimal,
    /// `mail`, `late_fee`, `credit_hold` or `terminate`.
    action: String,
    /// How much a late fee is without tax, in the currency of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    fee: Option<Decimal>,
    /// As what a late fee is taxed; as what has no tax category if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_category: Option<String>,
}

fn nothing() -> Decimal {
    Decimal("0".to_owned())
}

impl DunningStep {
    /// A step in its form on the wire.
    pub(super) fn of(it: &Rung) -> Self {
        let fee = match it.action {
            Action::LateFee(fee) => Some(fee),
            Action::Mail | Action::CreditHold | Action::Terminate => None,
        };
        Self {
            after_days: it.after_days,
            from_sum: Decimal::from(&it.from_sum),
            action: it.action.word().to_owned(),
            fee: fee.map(|it| Decimal::from(&it.fee)),
            tax_category: fee.and_then(|it| it.tax_category).map(|it| it.to_string()),
        }
    }

    /// All steps of a class in the domain's form.
    ///
    /// # Errors
    /// With the field of the first step that is none, or with all that do not follow each other.
    pub(super) fn read_all(all: &[Self]) -> Result<Ladder, Invalid> {
        let each = all.iter().enumerate().map(|(place, it)| it.read(&format!("/dunning/{place}")));
        Ladder::new(each.collect::<Result<_, _>>()?)
    }

    fn read(&self, at: &str) -> Result<Rung, Invalid> {
        let fee = format!("{at}/fee");
        let action = match self.action.as_str() {
            "late_fee" => {
                let missing = || Invalid::one(&fee, "required", "must be said of a late fee");
                let amount: Figure = self.fee.as_ref().ok_or_else(missing)?.read(&fee)?;
                let category = self.tax_category.as_deref();
                let tax_category = parse_optional(&format!("{at}/tax_category"), category)?;
                Action::LateFee(LateFee { fee: amount, tax_category })
            }
            "mail" => Action::Mail,
            "credit_hold" => Action::CreditHold,
            "terminate" => Action::Terminate,
            other => {
                let message = format!(
                    "must be `mail`, `late_fee`, `credit_hold` or `terminate`, not `{other}`"
                );
                return Err(Invalid::one(format!("{at}/action"), "enum", message));
            }
        };
        if !matches!(action, Action::LateFee(_)) {
            let of = format!("a step that is `{}`", self.action);
            absent(&fee, self.fee.as_ref(), &of)?;
            absent(&format!("{at}/tax_category"), self.tax_category.as_ref(), &of)?;
        }
        let from_sum = self.from_sum.read(&format!("{at}/from_sum"))?;
        Ok(Rung { after_days: self.after_days, from_sum, action })
    }
}

/// What is done about what a billing account has not paid in time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Dunning {
    id: String,
    /// The number people call it by.
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// Who owes.
    account: String,
    /// What the account is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    billing_account: String,
    /// `running` while something is overdue, then `ended`.
    state: &'static str,
    /// What is overdue and not disputed.
    overdue: Money,
    /// The same one by one, the oldest first.
    owed: Vec<DunningOwed>,
    /// What was done, the oldest first.
    steps: Vec<DunningStepDone>,
    /// Whether reminders were due and none has gone out: what presupposes one waits.
    unheard: bool,
    /// What is done next, if anything is.
    next: Option<DunningNext>,
    ended_at: Option<String>,
}

impl Wire for Dunning {}

/// Something that is overdue.
#[derive(Debug, Serialize, ToSchema)]
struct DunningOwed {
    /// `invoice`, `late_fee` or `instalment`.
    kind: &'static str,
    /// The invoice, or the payment plan of an instalment.
    id: String,
    /// The last day on which it could be paid in time.
    due_on: String,
    /// What is open of it and not disputed.
    amount: Money,
}

impl From<&Owed> for DunningOwed {
    fn from(it: &Owed) -> Self {
        let (kind, id) = match it.of {
            OwedFor::Invoice(id) => ("invoice", id.to_string()),
            OwedFor::Fee(id) => ("late_fee", id.to_string()),
            OwedFor::Instalment(id) => ("instalment", id.to_string()),
        };
        Self { kind, id, due_on: it.due_on.to_string(), amount: it.amount.into() }
    }
}

/// A step that was taken.
#[derive(Debug, Serialize, ToSchema)]
struct DunningStepDone {
    /// What wanted it: the `ladder` of the class, or its `credit_terms`.
    ground: &'static str,
    /// `mail`, `late_fee`, `credit_hold` or `terminate`.
    action: &'static str,
    at: String,
    /// How much was overdue then.
    overdue: Money,
    /// `done`, `skipped` where there was nothing to do, or `failed` where it was refused or its mail
    /// reached nobody.
    outcome: &'static str,
    /// The invoice that charges the late fee.
    invoice: Option<String>,
    /// Why it failed, if it did.
    trouble: Option<String>,
}

impl From<&Step> for DunningStepDone {
    fn from(it: &Step) -> Self {
        Self {
            ground: it.ground.word(),
            action: it.action.word(),
            at: it.at.to_string(),
            overdue: it.overdue.into(),
            outcome: it.outcome.word(),
            invoice: it.invoice.map(|it| it.to_string()),
            trouble: it.trouble.as_ref().map(ToString::to_string),
        }
    }
}

/// A step that is to be taken.
#[derive(Debug, Serialize, ToSchema)]
struct DunningNext {
    /// What wants it: the `ladder` of the class, or its `credit_terms`.
    ground: &'static str,
    /// `mail`, `late_fee`, `credit_hold` or `terminate`.
    action: &'static str,
    /// On which day, if enough is overdue.
    on: String,
    /// From when on; `null` while less is overdue than `from_sum`.
    at: Option<String>,
    /// From which overdue sum on.
    from_sum: Money,
}

impl DunningNext {
    fn of(it: &Next, currency: money::Currency) -> Self {
        let from_sum = Decimal::from(&it.from_sum);
        Self {
            ground: it.ground.word(),
            action: it.action.word(),
            on: it.on.to_string(),
            at: it.at.map(|it| it.to_string()),
            from_sum: Money { amount: from_sum, currency: currency.to_string() },
        }
    }
}

impl Dunning {
    fn of(it: &Case) -> Result<Self, Error> {
        Ok(Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            account: it.account.to_string(),
            account_name: None,
            billing_account: it.billing_account.to_string(),
            state: it.state().word(),
            overdue: it.overdue()?.into(),
            owed: it.owed().iter().map(DunningOwed::from).collect(),
            steps: it.steps().iter().map(DunningStepDone::from).collect(),
            unheard: it.is_unheard(),
            next: it.next().map(|next| DunningNext::of(next, it.currency())),
            ended_at: it.ended_at().map(|it| it.to_string()),
        })
    }

    /// What is being done about the billing accounts of an account.
    pub(super) fn all_running(cx: Cx<'_>, of: AccountId) -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        for it in billing_account::of(cx, of)? {
            all.extend(Self::running(cx, it.id)?);
        }
        Ok(all)
    }

    /// What is being done about a billing account, if something is.
    pub(super) fn running(cx: Cx<'_>, of: BillingAccountId) -> Result<Option<Self>, Error> {
        let found = dunning::running(cx, of)?;
        found
            .filter(|it| cx.actor.sees(DunningId::KIND, &it.stamp))
            .map(|it| Self::of(&it))
            .transpose()
    }
}

/// A case as an event tells of it.
pub(super) fn told(it: &Case) -> Result<impl Wire + use<>, Error> {
    Dunning::of(it)
}

/// Which cases are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DunningQuery {
    account: Option<String>,
    billing_account: Option<String>,
    /// `running` or `ended`.
    state: Option<String>,
    /// `true`: those of which reminders were due and none has gone out; `false`: the others.
    unheard: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: DunningQuery) -> Result<Reply<List<Dunning>>, Error> {
    let account = parse_optional("account", query.account.as_deref())?;
    let of = parse_optional("billing_account", query.billing_account.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let mut labels = Labels::new(cx);
    let unheard = parse_optional("unheard", query.unheard.as_deref())?;
    let page = dunning::list(cx, (account, of), (state, unheard), &call.page)?;
    Ok(Reply::ok(List::each(page, |it| {
        let account_name = labels.account(it.account)?;
        Ok::<_, Error>(Dunning { account_name, ..Dunning::of(&it)? })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Dunning>, Error> {
    let it: Case = cx.get(call.id("id")?)?;
    let account_name = Labels::new(cx).account(it.account)?;
    let shown = Dunning { account_name, ..Dunning::of(&it)? };
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}
