//! How long a search takes in 100,000 offers, beside looking at every one of them.
//!
//! `cargo bench --bench search`.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod harness;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use harness::{Times, aim, folder, introduce, per_second, row, told};
use tillbox::domain::catalog::lifecycle::State;
use tillbox::domain::catalog::price::ChargeKind;
use tillbox::domain::id::{CategoryId, Id, OfferId};
use tillbox::domain::localized::Localized;
use tillbox::domain::money::{Currency, Money};
use tillbox::domain::stamp::SellerNumber;
use tillbox::search::{
    CategoryEntry, Change, Index, OfferDocument, Place, PriceEntry, PriceMax, Query, Reach,
};
use uuid::Uuid;

const OFFERS: u64 = 100_000;
const ROUNDS: u64 = 2_000;
const SCANS: u64 = 5;

/// Numbers that follow from a seed, so that every run asks the same.
struct Dice(u64);

impl Dice {
    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % end
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }
}

const KINDS: &[&str] = &[
    "Server",
    "Mailbox",
    "Storage",
    "Backup",
    "Domain",
    "Database",
    "Firewall",
    "Office",
    "Gateway",
    "Support",
    "Monitoring",
    "Archive",
    "Cluster",
    "Balancer",
    "Certificate",
    "Desktop",
];
const TRAITS: &[&str] = &[
    "Virtual",
    "Managed",
    "Dedicated",
    "Professional",
    "Business",
    "Enterprise",
    "Starter",
    "Premium",
    "Secure",
    "Global",
    "Regional",
    "Elastic",
    "Compact",
    "Unlimited",
    "Shared",
    "Encrypted",
];
const SYLLABLES: &[&str] =
    &["no", "va", "ri", "ta", "lo", "mi", "ken", "dar", "sol", "ver", "pax", "tri", "on", "ul"];

/// A brand: there are some thousands of them, as in a real catalogue.
fn brand(dice: &mut Dice) -> String {
    (0..3 + dice.below(2)).map(|_| dice.pick(SYLLABLES)).collect()
}

fn offer(number: u64, dice: &mut Dice) -> OfferDocument {
    let brand = brand(dice);
    let (kind, manner) = (dice.pick(KINDS), dice.pick(TRAITS));
    let name = |text: String| text.parse().unwrap();
    let size = 1 + dice.below(64);
    let prose = format!(
        "{manner} {kind} by {brand} with {size} cores, for teams that need a {} {} next to their {}. \
         Includes {} and {}, billed monthly, cancelable at any time.",
        dice.pick(TRAITS),
        dice.pick(KINDS),
        dice.pick(KINDS),
        dice.pick(KINDS),
        dice.pick(KINDS),
    );
    let (en, de) = ("en".parse().unwrap(), "de".parse().unwrap());
    let category = u128::from(dice.below(40));
    let eur = Money::minor(100 + dice.below(100_000).cast_signed(), Currency::EUR);
    OfferDocument {
        id: OfferId::from_uuid(Uuid::from_u128(u128::from(number))),
        seller: SellerNumber(1 + u32::try_from(dice.below(50)).unwrap()),
        state: State::Launched,
        is_listed: false,
        name: Localized::new(en, name(format!("{brand} {manner} {kind} {size}")))
            .with(de, name(format!("{brand} {kind} {size} für Unternehmen"))),
        descriptions: vec![Localized::new("en".parse().unwrap(), prose.parse().unwrap())],
        part_number: format!("{}-{number}", &kind[..2]).parse().ok(),
        categories: vec![CategoryEntry {
            id: CategoryId::from_uuid(Uuid::from_u128(category)),
            name: Localized::new("en".parse().unwrap(), name(format!("{kind} {category}"))),
        }],
        products: ["digital".parse().unwrap()].into(),
        channels: BTreeSet::new(),
        reach: Reach::ALL,
        prices: vec![PriceEntry { from: eur, kind: ChargeKind::Recurring }],
    }
}

/// A word with one letter wrong, missing, doubled or swapped.
fn misspelled(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<_> = word.chars().collect();
    let at = dice.below(letters.len() as u64 - 1) as usize;
    match dice.below(4) {
        0 => letters[at] = 'q',
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}

fn beginning(word: &str, dice: &mut Dice) -> String {
    let length = 3 + dice.below(word.len() as u64 - 4) as usize;
    word.chars().take(length).collect()
}

type Ask = fn(&mut Dice) -> Query;

fn word(dice: &mut Dice) -> String {
    if dice.below(2) == 0 { brand(dice) } else { dice.pick(KINDS).to_owned() }
}

const QUESTIONS: &[(&str, Ask)] = &[
    ("word", |dice| Query::of(&word(dice))),
    ("prefix", |dice| {
        let word = word(dice);
        Query::of(&beginning(&word, dice))
    }),
    ("one typo", |dice| {
        let word = word(dice);
        Query::of(&misspelled(&word, dice))
    }),
    ("typo + prefix", |dice| {
        let (first, second) = (brand(dice), dice.pick(KINDS));
        Query::of(&format!("{} {}", misspelled(&first, dice), beginning(second, dice)))
    }),
    ("filtered", |dice| {
        let word = word(dice);
        let sellers = (0..5).map(|_| SellerNumber(1 + u32::try_from(dice.below(50)).unwrap()));
        Query {
            sellers: Some(sellers.collect::<BTreeSet<_>>()),
            language: "de".parse().ok(),
            states: vec![State::Launched],
            price_max: Some(PriceMax {
                amount: Money::minor(50_000, Currency::EUR),
                kind: Some(ChargeKind::Recurring),
            }),
            ..Query::of(&beginning(&word, dice))
        }
    }),
    ("everything", |_| Query { limit: 20, ..Query::default() }),
];

fn main() {
    introduce("Search in 100,000 offers");
    let mut dice = Dice(7);
    let offers: Vec<_> = (0..OFFERS).map(|number| offer(number, &mut dice)).collect();
    let home = folder();
    let index = Index::open(&Place::Folder(home.path().join("search"))).unwrap();
    let begun = Instant::now();
    for page in offers.chunks(10_000) {
        let changes: Vec<_> = page.iter().cloned().map(Change::Put).collect();
        index.apply(&changes, 1).unwrap();
    }
    index.rest().unwrap();
    row("offers taken in", per_second(offers.len(), begun.elapsed()), "");
    let mut worst = Duration::ZERO;
    for (name, ask) in QUESTIONS {
        let (mut times, mut hits) = (Vec::new(), 0);
        let all = Instant::now();
        for _ in 0..ROUNDS {
            let query = ask(&mut dice);
            let begun = Instant::now();
            hits += black_box(index.search(&query).unwrap()).total as u64;
            times.push(begun.elapsed());
        }
        let (rate, times) = (per_second(times.len(), all.elapsed()), Times::of(times));
        let scan = |_| {
            let query = ask(&mut dice);
            let begun = Instant::now();
            black_box(offers.iter().filter(|it| query.accepts(it)).count());
            begun.elapsed()
        };
        let scan = told(Times::of((0..SCANS).map(scan).collect()).per_mille(500));
        let hits = hits / ROUNDS;
        row(name, rate, &format!("{}; {hits} hits; looking at all takes {scan}", times.told()));
        worst = worst.max(times.per_mille(990));
    }
    let begun = Instant::now();
    index.apply(&[Change::Put(offers[7].clone())], 2).unwrap();
    println!("  one offer changed and found anew: {}", told(begun.elapsed()));
    aim("p99 < 10 ms", worst < Duration::from_millis(10));
}
