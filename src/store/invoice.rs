//! Invoices, credit notes and the runs that make them, as they are kept; and the chains that seal
//! the documents of a seller.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::StoreError;
use super::batch::Batch;
use super::charged_usage::CHARGED;
use super::check::Report;
use super::codec::Key;
use super::overview;
use super::record::{Record, Records, record};
use super::view::{KeyRange, Table, View};
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::chain::{GENESIS, Hash, Link};
use crate::domain::billing::invoice::lifecycle::State;
use crate::domain::billing::invoice::{Invoice, Issue};
use crate::domain::billing::letterhead::{Imprint, Letterhead};
use crate::domain::billing::recognition;
use crate::domain::billing::run::{self, BillingRun};
use crate::domain::due::{Due, Duty};
use crate::domain::id::{BillingRunId, CreditNoteId, InvoiceId, LetterheadId};
use crate::domain::money::Money;
use crate::domain::overview::Charged;
use crate::domain::page::PageOrder;
use crate::domain::stamp::SellerNumber;

/// When an invoice was issued that is still to be paid.
const fn unpaid(it: &Invoice) -> Option<&Issue> {
    match it.state() {
        State::Issued | State::PartiallyPaid => it.issue(),
        State::Draft | State::Paid | State::WrittenOff => None,
    }
}

// The numbers of invoices are their sellers', and stand on them as texts.
record!(Invoice, InvoiceId, "invoice", shape 1 unnumbered,
    /// `(number on it, invoice)`.
    INVOICE_BY_DOCUMENT = "by_document" => |it, keys| {
        keys.extend(it.issue().map(|issue| Key::new().text(issue.number.as_str()).id(it.id)));
    },
    /// `(billing account, last day for payment, invoice)`: what is still to be paid.
    INVOICE_OPEN = "open" => |it, keys| {
        let account = it.content().billing_account;
        keys.extend(unpaid(it).map(|issue| Key::new().id(account).date(issue.due_on).id(it.id)));
    },
    /// `(invoice)`: what is still to be paid, by whomever.
    INVOICE_UNPAID = "unpaid" => |it, keys| {
        keys.extend(unpaid(it).map(|_| Key::new().id(it.id)));
    },
    /// `(run, invoice)`.
    INVOICE_BY_RUN = "by_run" => |it, keys| {
        keys.extend(it.run.map(|run| Key::new().id(run).id(it.id)));
    },
    sums
    /// `(month, seller, currency)`: what was invoiced, by what for, and on how many invoices.
    INVOICE_BY_MONTH = "by_month" => |it, parts| {
        let of = (it.stamp.seller, it.content().currency);
        let charged = it.issue().and_then(|issue| Some((issue, Charged::by(it).ok()?)));
        parts.extend(charged.map(|(issue, by)| {
            let sums = [by.recurring, by.usage, by.one_time, by.other].map(Money::as_minor);
            overview::in_month(issue.issued_on, of, [sums.as_slice(), &[1]].concat())
        }));
    },
    sums
    /// `(seller, month, currency)`: what was charged in it, and what was earned of what was ever charged.
    INVOICE_EARNED = "earned" => |it, parts| {
        let all = recognition::schedule(recognition::of_invoice(it).map(|it| it.1));
        overview::earned_in(it.stamp.seller, &all.unwrap_or_default(), parts);
    },
    sums
    /// `(seller, month, currency)`: what of that was charged in it and is deferred in the books, and what
    /// of all that ever was is earned in it.
    INVOICE_DEFERRED = "deferred" => |it, parts| {
        let all = recognition::schedule(recognition::deferred_of_invoice(it));
        overview::earned_in(it.stamp.seller, &all.unwrap_or_default(), parts);
    },
    sums
    /// `(last day for payment, seller, currency)`: what is to be paid, and on how many invoices.
    INVOICE_DUE = "due" => |it, parts| {
        let issue = it.issue().filter(|_| it.open().as_minor() > 0);
        parts.extend(issue.map(|issue| {
            overview::due_on(issue.due_on, it.stamp.seller, it.open())
        }));
    },
    // The day on which it is collected begins before the one on which it is overdue.
    due => |it| match it.collect_at() {
        Some(at) => Some(Due { at, duty: Duty::Collection }),
        None => it.overdue_at().map(|at| Due { at, duty: Duty::Dunning }),
    },
);

record!(CreditNote, CreditNoteId, "credit_note", shape 1 unnumbered,
    /// `(number on it, credit note)`.
    CREDIT_NOTE_BY_DOCUMENT = "by_document" => |it, keys| {
        keys.extend(it.issue().map(|issue| Key::new().text(issue.number.as_str()).id(it.id)));
    },
    /// `(invoice, credit note)`.
    CREDIT_NOTE_BY_INVOICE = "by_invoice" => |it, keys| {
        keys.push(Key::new().id(it.content().invoice).id(it.id));
    },
    sums
    /// `(month, seller, currency)`: what was taken back, without tax and deposits.
    CREDIT_NOTE_BY_MONTH = "by_month" => |it, parts| {
        let content = it.content();
        let of = (it.stamp.seller, content.totals.net.currency());
        let issue = it.issue().zip(content.totals.net.minus(content.deposits).ok());
        parts.extend(issue.map(|(issue, net)| {
            overview::in_month(issue.issued_on, of, [net.as_minor()])
        }));
    },
    sums
    /// `(seller, month, currency)`: what was given back in it, and what of that is earned less.
    CREDIT_NOTE_EARNED = "earned" => |it, parts| {
        let all = recognition::of_credit_note(it).and_then(recognition::schedule);
        overview::earned_in(it.stamp.seller, &all.unwrap_or_default(), parts);
    },
    sums
    /// `(seller, month, currency)`: what of that is taken from what is deferred in the books.
    CREDIT_NOTE_DEFERRED = "deferred" => |it, parts| {
        let all = recognition::deferred_of_credit_note(it).and_then(recognition::schedule);
        overview::earned_in(it.stamp.seller, &all.unwrap_or_default(), parts);
    },
);

record!(BillingRun, BillingRunId, "billing_run", shape 1,
    /// `(run)`: those that are billing.
    BILLING_RUN_RUNNING = "running" => |it, keys| {
        keys.extend((it.state() == run::State::Running).then(|| Key::new().id(it.id)));
    },
);

/// A document that is sealed in a chain.
pub trait Sealed: Record {
    /// The table that holds the last seal of each seller's chain.
    const HEADS: Table;

    /// Its seal; `None` while it is a draft.
    fn link(&self) -> Option<Link>;
    /// The seal that its content gives.
    fn resealed(&self) -> Option<Hash>;
    /// How it is written; `None` while it is a draft.
    fn imprint(&self) -> Option<&Imprint>;
}

impl Sealed for Invoice {
    const HEADS: Table = Table("invoice/head");

    fn link(&self) -> Option<Link> {
        self.issue().map(|it| it.link)
    }
    fn resealed(&self) -> Option<Hash> {
        self.resealed()
    }
    fn imprint(&self) -> Option<&Imprint> {
        self.issue().map(|it| &it.imprint)
    }
}

impl Sealed for CreditNote {
    const HEADS: Table = Table("credit_note/head");

    fn link(&self) -> Option<Link> {
        self.issue().map(|it| it.link)
    }
    fn resealed(&self) -> Option<Hash> {
        self.resealed()
    }
    fn imprint(&self) -> Option<&Imprint> {
        self.issue().map(|it| &it.imprint)
    }
}

/// The last seal of a seller's chain.
///
/// # Errors
/// If the engine fails or the seal cannot be read.
pub fn head<D: Sealed>(
    view: &(impl View + ?Sized),
    seller: SellerNumber,
) -> Result<Hash, StoreError> {
    let refused = |_| StoreError::Unreadable { table: D::HEADS.0, source: None };
    let bytes = view.value(D::HEADS, &seller.0.to_be_bytes())?;
    bytes.map_or(Ok(GENESIS), |it| it.try_into().map_err(refused))
}

impl Batch<'_> {
    /// Makes a seal the last one of a seller's chain.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put_head<D: Sealed>(
        &mut self,
        seller: SellerNumber,
        to: Hash,
    ) -> Result<(), StoreError> {
        self.set(D::HEADS, &seller.0.to_be_bytes(), &to)
    }
}

/// A seller's chain as far as it was followed.
struct Chain<D: Sealed> {
    last: Hash,
    /// What follows something that was not met yet, by its seal. Documents lie in the order in which
    /// they were made, so that there are few.
    ahead: BTreeMap<Hash, Vec<(Hash, D::Id)>>,
}

impl<D: Sealed> Chain<D> {
    const BEGINNING: Self = Self { last: GENESIS, ahead: BTreeMap::new() };

    fn meet(&mut self, id: D::Id, link: Link) {
        if link.previous != self.last {
            self.ahead.entry(link.previous).or_default().push((link.hash, id));
            return;
        }
        self.last = link.hash;
        while let Some(next) = self.ahead.get_mut(&self.last).and_then(Vec::pop) {
            self.last = next.0;
        }
    }

    /// What was met and stands in no chain.
    fn strays(&self) -> impl Iterator<Item = D::Id> {
        self.ahead.values().flatten().map(|it| it.1)
    }
}

/// The hashes of how letterheads look now, as far as documents name them.
type Looks = BTreeMap<LetterheadId, Option<Hash>>;

/// Whether a document still looks as it did when it was issued.
fn looks_the_same(
    view: &dyn View,
    (imprint, looks): (&Imprint, &mut Looks),
) -> Result<bool, StoreError> {
    let Some(id) = imprint.letterhead else { return Ok(true) };
    let now = match looks.get(&id) {
        Some(known) => *known,
        None => view.find::<Letterhead>(id)?.map(|it| it.look.hash()),
    };
    looks.insert(id, now);
    Ok(now.is_some() && now == imprint.look)
}

/// What is wrong with the chains of a kind of document; nothing if every issued one still has the
/// seal that it got, looks as it did, and stands in its seller's chain.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn check_chains<D: Sealed>(view: &dyn View) -> Result<Vec<String>, StoreError> {
    let (mut wrong, mut looks) = (Vec::new(), Looks::new());
    let mut chains = BTreeMap::<SellerNumber, Chain<D>>::new();
    view.scan(D::TABLE, &KeyRange::all(), PageOrder::Rising, &mut |_, value| {
        let document: D = super::record::decode(value)?;
        let Some(link) = document.link() else { return Ok(ControlFlow::Continue(())) };
        if document.resealed() != Some(link.hash) {
            wrong.push(format!("{} is not as it was issued", document.id()));
        }
        if let Some(imprint) = document.imprint()
            && !looks_the_same(view, (imprint, &mut looks))?
        {
            wrong.push(format!("{} does not look as it was issued", document.id()));
        }
        let chain = chains.entry(document.stamp().seller).or_insert(Chain::BEGINNING);
        chain.meet(document.id(), link);
        Ok(ControlFlow::Continue(()))
    })?;
    for (seller, chain) in chains {
        if head::<D>(view, seller)? != chain.last {
            wrong.push(format!("the chain of seller {} in `{}` is broken", seller.0, D::TABLE.0));
        }
        wrong.extend(chain.strays().map(|it| format!("{it} stands in no chain")));
    }
    Ok(wrong)
}

/// What lies in no record.
pub(super) const TABLES: &[Table] = &[Invoice::HEADS, CreditNote::HEADS, CHARGED];

/// Checks the chains of all kinds of documents.
pub(super) fn checked(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    check_chains::<Invoice>(view)?.iter().for_each(|it| report.find(Invoice::TABLE, it));
    check_chains::<CreditNote>(view)?.iter().for_each(|it| report.find(CreditNote::TABLE, it));
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::billing::credit;
    use crate::domain::billing::invoice::number::{NumberFormat, Places};
    use crate::domain::billing::invoice::{Issue, sample};
    use crate::domain::billing::letterhead::{Color, Look, Sayings};
    use crate::domain::money::Rounding;
    use crate::domain::time::Date;
    use crate::store::{Commit, Store};

    /// An invoice that follows `previous`, numbered `number`.
    fn issued(number: u64, previous: Hash) -> Invoice {
        let plain = sample::issue(number, "2026-02-01").imprint;
        issued_under(number, previous, plain)
    }

    fn issued_under(number: u64, previous: Hash, imprint: Imprint) -> Invoice {
        let draft = sample::draft(u128::from(number), &["100"], 20);
        let issue = sample::issue(number, "2026-02-01");
        let number = NumberFormat::invoices(SellerNumber::PROVIDER).number(
            issue.issued_on,
            1,
            Places::all(number),
        );
        let link = Link { previous, hash: GENESIS };
        draft.issued(Issue { number, link, imprint, ..issue }).expect("issued").0
    }

    fn keep(store: &Store, invoice: &Invoice) -> Hash {
        let hash = invoice.link().expect("issued").hash;
        let kept = store.transact(|mut batch| {
            batch.put(invoice)?;
            batch.put_head::<Invoice>(invoice.stamp.seller, hash)?;
            Ok(((), Commit::Durable))
        });
        kept.map(|()| hash).expect("kept")
    }

    /// The bytes of a record, which must say the record again.
    fn bytes<R: Record + PartialEq + std::fmt::Debug>(it: &R) -> String {
        let bytes = crate::store::record::encode(it);
        assert_eq!(&crate::store::record::decode::<R>(&bytes).expect("readable"), it);
        hex::encode(bytes)
    }

    #[test]
    fn what_is_issued_lies_in_these_bytes() {
        let invoice = sample::issued(7, &["100"], 20, "2026-02-01");
        expect!["0100000000000000000000000000000007010100000000000000000000000000000001000000000000000001000000000000000000000000000000010000000000000000000000000000000245555200010700000004576f726b094173206167726565640002000000a09c01455552a09c01455552a01f45555200000600020000000001000000000000a09c0102000000455552010356415400280000000000000000000000000000000000050000000000000000000000000000000006010a45766572797768657265000090905900a09c01455552a01f455552a09c01455552a01f455552c0bb01455552010f494e562d323032362d3030303030370780a55a80897a9ca55a0653656c6c65720000000000010244450000054275796572000000000001024445000002656e0100000000000000000000000000000000000000000000000000000000000000000000000000000000003867da80e108ee2b5dc47c6baf40a560a80e5116bdef24cf29556687fb5328e8004555520045555200455552004555520000000000"].assert_eq(&bytes(&invoice));
        let credit = credit::everything(&invoice, &[], Rounding::HalfUp).expect("a credit");
        let reason = "Ended early".parse().expect("a reason");
        let note = CreditNote::draft(sample::id(8), sample::stamp(), reason, credit);
        let note = note.issued(sample::issue(1, "2026-02-02"), &[]).expect("issued").0;
        expect!["01000000000000000000000000000000080101000000000000000000000000000000010000000000000b456e646564206561726c790000000000000000000000000000000700000000000000000000000000000001000000000000000000000000000000020100070000a09c01455552a09c01455552a01f45555200455552010356415400280000000000000000000000000000000000050000000000000000000000000000000006010a45766572797768657265000090905900a09c01455552a01f455552a09c01455552a01f455552c0bb0145555200455552010f494e562d323032362d3030303030310182a55a80897a9ea55a0653656c6c65720000000000010244450000054275796572000000000001024445000002656e0100000000000000000000000000000000000000000000000000000000000000000000000000000000007592c1d2700ed8efa57e9f378972978f9f6fef0b8247a524a7df880fe9c1756c"].assert_eq(&bytes(&note));
    }

    #[test]
    fn a_billing_run_lies_in_these_bytes() {
        let plan = run::Plan { accounts: 2, would_bill: run::Counters::default() };
        let on = Date::new(2026, 2, 1).expect("a day");
        let run = BillingRun::planned(sample::id(9), sample::stamp(), on, plan);
        let now = sample::stamp().created_at;
        let run = run.on(run::Trigger::Start, now).expect("started").0;
        let totals = sample::draft(1, &["100"], 20).content().totals;
        let run = run.passed(sample::id(2), Ok(&[totals])).expect("passed");
        expect!["010000000000000000000000000000000901010000000000000000000000000000000100000000000080a55a02000145555201a09c01455552a01f455552c0bb01455552010000010000000000000000000000000000000201000001"].assert_eq(&bytes(&run));
    }

    #[test]
    fn a_chain_that_is_whole_is_found_so_and_one_that_is_not_is_not() {
        let store = Store::memory().expect("memory");
        let first = keep(&store, &issued(1, GENESIS));
        keep(&store, &issued(2, first));
        let check = || check_chains::<Invoice>(&store.read().expect("snapshot")).expect("read");
        assert_eq!(check(), Vec::<String>::new());
        let gone = store.transact(|mut batch| {
            batch.delete::<Invoice>(issued(1, GENESIS).id)?;
            Ok(((), Commit::Durable))
        });
        gone.expect("deleted");
        let wrong = check();
        assert!(wrong.iter().any(|it| it.contains("is broken")), "{wrong:?}");
        assert!(wrong.iter().any(|it| it.contains("stands in no chain")), "{wrong:?}");
    }

    #[test]
    fn a_letterhead_that_looks_otherwise_than_it_did_is_found() {
        let store = Store::memory().expect("memory");
        let letterhead = |rgb| Letterhead {
            id: sample::id(9),
            stamp: sample::stamp(),
            says: Sayings::default(),
            look: Look { logo: None, color: Color { rgb } },
            mail_from: None,
        };
        let put = |it: &Letterhead| {
            let kept = store.transact(|mut batch| {
                batch.put(it)?;
                Ok(((), Commit::Durable))
            });
            kept.expect("kept");
        };
        let then = letterhead([1, 2, 3]);
        put(&then);
        let plain = sample::issue(1, "2026-02-01").imprint;
        let look = Some(then.look.hash());
        let imprint = Imprint { letterhead: Some(then.id), look, ..plain };
        keep(&store, &issued_under(1, GENESIS, imprint));
        let check = || check_chains::<Invoice>(&store.read().expect("snapshot")).expect("read");
        assert_eq!(check(), Vec::<String>::new());
        put(&letterhead([1, 2, 4]));
        let wrong = check();
        assert!(wrong.len() == 1 && wrong[0].contains("does not look as"), "{wrong:?}");
    }
}
