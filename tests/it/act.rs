//! Acts: each happens as a whole or not at all, whatever happens to its neighbors.

use std::sync::Arc;
use std::sync::mpsc::channel;

use tillbox::domain::error::{Code, Rejection};
use tillbox::domain::event::Verb;
use tillbox::domain::id::PartyId;
use tillbox::domain::operator::Actor;
use tillbox::domain::page::PageRequest;
use tillbox::domain::party::organization::Organization;
use tillbox::domain::party::{Nature, Party, Profile, RegisterParty};
use tillbox::domain::stamp::{SellerNumber, Stamp};
use tillbox::services::idempotency::{self, Answer, Once};
use tillbox::services::{Act, Author, Bss, Error};
use tillbox::store::fact::{About, Facts};

use crate::harness::app::App;

fn somebody() -> Author {
    Author::of(Actor::duty("test"))
}

/// Registers an organization.
fn register(act: &mut Act<'_>, name: &str) -> Result<PartyId, Error> {
    let id = act.new_id();
    let nature = Nature::Organization(Organization::named(name.parse().unwrap()));
    let stamp = Stamp::new(SellerNumber::PROVIDER, None, act.now());
    let (mut party, verb) =
        Party::register(RegisterParty { id, stamp, profile: Profile::of(nature) })?;
    act.put(&mut party)?;
    act.tell(id, verb);
    Ok(id)
}

fn names(bss: &Bss) -> Vec<String> {
    let all = PageRequest::oldest(1000);
    let read = bss.read(&Actor::duty("test"), |cx| cx.list::<Party>(None, &all, |_| true));
    read.unwrap().items.iter().map(Party::display_name).collect()
}

fn refusal() -> Error {
    Rejection::new(Code::Duplicate, "the test says no").into()
}

#[test]
fn what_an_act_puts_is_there_after_it_with_its_fact() {
    let app = App::on("2026-01-01");
    let id = app.bss.act(somebody(), |act| register(act, "Acme")).wait().unwrap();
    let facts = app.bss.read(&Actor::duty("test"), |cx| {
        Ok(cx.view.facts(About::All, &PageRequest::oldest(10), &mut |_| true)?.items)
    });
    let facts = facts.unwrap();
    assert_eq!(names(&app.bss), ["Acme"]);
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].subject.to_string(), id.to_string());
    assert_eq!((facts[0].verb, facts[0].sequence), (Verb::Created, 1));
    assert_eq!(facts[0].at.to_string(), "2026-01-01T00:00:00Z");
    assert!(facts[0].before.is_none() && facts[0].after.is_some());
}

#[test]
fn a_refusal_leaves_nothing_and_spoils_nobody() {
    let app = App::on("2026-01-01");
    let held = hold_the_writer(&app.bss);
    let kept = app.bss.act(somebody(), |act| register(act, "Kept"));
    let refused = app.bss.act(somebody(), |act| {
        register(act, "Refused")?;
        Err::<PartyId, _>(refusal())
    });
    let after = app.bss.act(somebody(), |act| register(act, "After"));
    drop(held);
    assert!(kept.wait().is_ok() && after.wait().is_ok());
    assert!(matches!(refused.wait(), Err(Error::Rejected(_))));
    assert_eq!(names(&app.bss), ["Kept", "After"]);
    assert_eq!(fact_count(&app.bss), 2);
}

#[test]
fn a_panic_in_a_use_case_takes_back_what_it_did_and_nothing_else() {
    let app = App::on("2026-01-01");
    let held = hold_the_writer(&app.bss);
    let kept = app.bss.act(somebody(), |act| register(act, "Kept"));
    let broken = app.bss.act(somebody(), |act| {
        register(act, "Broken")?;
        if act.now().micros() > 0 {
            panic!("a bug in a use case");
        }
        Ok(())
    });
    drop(held);
    assert!(kept.wait().is_ok());
    assert!(matches!(broken.wait(), Err(Error::Internal(_))));
    assert_eq!(names(&app.bss), ["Kept"]);
    assert!(app.bss.act(somebody(), |act| register(act, "After")).wait().is_ok());
}

#[test]
fn bulk_work_succeeds_or_leaves_nothing() {
    let app = App::on("2026-01-01");
    let many = |end: fn() -> Result<(), Error>| {
        app.bss.bulk(somebody(), move |act| {
            for number in 0..100 {
                register(act, &format!("Bulk {number}"))?;
            }
            end()
        })
    };
    assert!(many(|| Err(refusal())).wait().is_err());
    assert_eq!(names(&app.bss).len(), 0);
    assert!(many(|| Ok(())).wait().is_ok());
    assert_eq!(names(&app.bss).len(), 100);
}

#[test]
fn a_request_that_is_sent_again_has_one_effect_and_the_same_answer() {
    let app = App::on("2026-01-01");
    let send = |key: &str, request: u8, name: &'static str| {
        let once = Once { key: key.to_owned(), request: [request; 32] };
        let done = app.bss.act(somebody(), move |act| {
            idempotency::once(act, Some(&once), |act| {
                let body = register(act, name)?.to_string().into_bytes();
                Ok(Answer { status: 201, headers: Vec::new(), body })
            })
        });
        done.wait()
    };
    let first = send("a", 1, "Acme").unwrap();
    assert_eq!(send("a", 1, "Acme").unwrap(), first);
    assert!(matches!(send("a", 2, "Other"), Err(Error::KeyReused)));
    assert_ne!(send("b", 1, "Acme").unwrap(), first);
    assert_eq!(names(&app.bss).len(), 2);
    app.pass("2 days");
    assert_ne!(send("a", 1, "Acme").unwrap(), first, "after a day the key is free again");
}

#[test]
fn ids_and_facts_rise_with_time_even_where_the_clock_runs_back() {
    let app = App::on("2026-01-10");
    let first = app.bss.act(somebody(), |act| register(act, "First")).wait().unwrap();
    app.set_wall("2026-01-01");
    let (second, now) =
        app.bss.act(somebody(), |act| Ok((register(act, "Second")?, act.now()))).wait().unwrap();
    assert_eq!(now.to_string(), "2026-01-10T00:00:00Z");
    assert_ne!(first, second);
}

/// Keeps the writer thread busy until what is returned is dropped, so that what is sent meanwhile
/// shares one commit.
fn hold_the_writer(bss: &Arc<Bss>) -> std::sync::mpsc::Sender<()> {
    let (hold, held) = channel::<()>();
    let (begun, beginning) = channel();
    drop(bss.act(somebody(), move |_| {
        begun.send(()).unwrap();
        let _ = held.recv();
        Ok(())
    }));
    beginning.recv().unwrap();
    hold
}

fn fact_count(bss: &Bss) -> u64 {
    bss.read(&Actor::duty("test"), |cx| Ok(cx.view.last_fact()?)).unwrap()
}
