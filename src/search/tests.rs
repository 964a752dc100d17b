//! What is found, and that an index answers as if every offer had been looked at.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::price::ChargeKind;
use crate::domain::localized::Localized;
use crate::domain::money::Money;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Locale;

fn locale(text: &str) -> Locale {
    text.parse().expect("a locale")
}

fn category_id(number: u128) -> CategoryId {
    CategoryId::from_uuid(Uuid::from_u128(number))
}

fn category(number: u128, name: &str) -> CategoryEntry {
    let name = Localized::new(locale("en"), name.parse().expect("a name"));
    CategoryEntry { id: category_id(number), name }
}

fn price(minor: i64, currency: &str, kind: ChargeKind) -> PriceEntry {
    PriceEntry { from: Money::minor(minor, currency.parse().expect("a currency")), kind }
}

fn offer(number: u128, name: &str) -> OfferDocument {
    OfferDocument {
        id: OfferId::from_uuid(Uuid::from_u128(number)),
        seller: SellerNumber(1),
        state: State::Launched,
        name: Localized::new(locale("en"), name.parse().expect("a name")),
        descriptions: Vec::new(),
        part_number: None,
        categories: Vec::new(),
        products: BTreeSet::from(["digital".parse().expect("a code")]),
        prices: Vec::new(),
        is_listed: false,
        channels: BTreeSet::new(),
        reach: Reach::ALL,
    }
}

/// A small catalogue with what is hard to find in it.
fn catalogue() -> Vec<OfferDocument> {
    let german = |it: OfferDocument, name: &str| OfferDocument {
        name: it.name.with(locale("de_AT"), name.parse().expect("a name")),
        ..it
    };
    let about = |it: OfferDocument, text: &str| OfferDocument {
        descriptions: vec![Localized::new(locale("en"), text.parse().expect("prose"))],
        ..it
    };
    let servers = || vec![category(1, "Compute"), category(2, "Servers")];
    let recurring = ChargeKind::Recurring;
    vec![
        OfferDocument {
            categories: servers(),
            part_number: "VS-100-S".parse().ok(),
            prices: vec![price(999, "EUR", recurring), price(5000, "EUR", ChargeKind::OneTime)],
            ..german(offer(1, "Virtual Server S"), "Virtueller Server S")
        },
        OfferDocument {
            categories: servers(),
            part_number: "VS-200-M".parse().ok(),
            prices: vec![price(1999, "EUR", recurring), price(2199, "USD", recurring)],
            ..german(offer(2, "Virtual Server M"), "Virtueller Server M")
        },
        OfferDocument {
            seller: SellerNumber(2),
            is_listed: true,
            ..about(offer(3, "Mailbox"), "Your mail on a server of its own")
        },
        OfferDocument {
            state: State::InDesign,
            ..german(offer(4, "Storage"), "Bürospeicher Größe")
        },
        offer(5, "Почтовый ящик"),
        offer(6, "雲サーバー"),
        OfferDocument {
            products: ["dataset", "digital"].map(|it| it.parse().expect("a code")).into(),
            ..about(offer(7, "Backup"), "Verified nightly, kept for a year")
        },
    ]
}

fn index(offers: &[OfferDocument]) -> Index {
    let index = Index::open(&Place::Memory).expect("an index");
    let changes: Vec<_> = offers.iter().cloned().map(Change::Put).collect();
    index.apply(&changes, 1).expect("taken in");
    index
}

fn numbers(found: &Found) -> Vec<u128> {
    found.hits.iter().map(|it| it.uuid().as_u128()).collect()
}

fn search(index: &Index, query: &Query) -> Vec<u128> {
    numbers(&index.search(query).expect("an answer"))
}

#[test]
fn what_is_typed_finds_what_is_meant() {
    let index = index(&catalogue());
    for (text, expected) in [
        // Whole words, in any language that the offer is written in; the closest first.
        ("virtual server", &[2, 1][..]),
        ("virtueller", &[2, 1]),
        ("SERVER virtual s", &[1, 2]),
        ("mailbox", &[3]),
        ("server", &[2, 1, 3]),
        ("nightly", &[7]),
        ("compute", &[2, 1]),
        // Beginnings.
        ("v", &[2, 1]),
        ("vir", &[2, 1]),
        ("mai", &[3]),
        ("vir ser m", &[2]),
        ("bac", &[7]),
        ("verif", &[7]),
        ("ve", &[]),
        // Typos: wrong, missing, additional, swapped, the first letter, in a beginning.
        ("mailbux", &[3]),
        ("malbox", &[3]),
        ("maillbox", &[3]),
        ("maiblox", &[3]),
        ("nailbox", &[3]),
        ("virtaul sevrer", &[2, 1]),
        ("bakc", &[7]),
        ("bckup", &[7]),
        ("nightyl", &[7]),
        ("mialbux", &[]),
        ("bac kup", &[]),
        // Short words and numbers are meant as they are.
        ("max", &[]),
        ("vs100", &[1]),
        ("vs-100", &[1]),
        ("VS 200 M", &[2]),
        ("vs300", &[]),
        // Accents and other scripts.
        ("burospeicher", &[4]),
        ("BÜROSPEICHER", &[4]),
        ("Bu\u{308}ro", &[4]),
        ("bueroapeicher", &[]),
        ("grosse", &[4]),
        ("größe", &[4]),
        ("почтовый", &[5]),
        ("ПОЧТ", &[5]),
        ("почтвый", &[5]),
        ("雲", &[6]),
        ("サーバー", &[6]),
        ("雲サ", &[6]),
        ("山", &[]),
        // Every word counts.
        ("virtual mailbox", &[]),
        ("backup year", &[7]),
        // Nothing that could be found.
        ("!!!", &[]),
        ("\u{301}", &[]),
    ] {
        assert_eq!(search(&index, &Query::of(text)), expected, "{text:?}");
    }
    assert_eq!(search(&index, &Query::of("  ")).len(), 7);
}

#[test]
fn where_a_word_is_found_decides_the_rank() {
    let mut offers = vec![
        offer(1, "Backup Pro Plus"),
        offer(2, "Backup"),
        offer(3, "Backups"),
        offer(4, "Bakcup"),
        offer(5, "E"),
        offer(6, "F"),
        offer(7, "G"),
    ];
    offers[4].part_number = "backup".parse().ok();
    offers[5].categories = vec![category(1, "Backup")];
    offers[6].descriptions = vec![Localized::new(locale("en"), "a backup".parse().expect("prose"))];
    assert_eq!(search(&index(&offers), &Query::of("backup")), [2, 1, 5, 3, 6, 4, 7]);
}

#[test]
fn a_word_is_found_as_it_is_typed_or_with_a_typo() {
    let mut offers = vec![
        offer(1, "Bread book"),
        offer(2, "Breads"),
        offer(3, "Cold archive"),
        offer(4, "Break"),
    ];
    offers[2].descriptions =
        vec![Localized::new(locale("en"), "hardly read".parse().expect("prose"))];
    let index = index(&offers);
    for (text, typed, forgiving) in [
        ("bread", &[1, 2][..], &[1, 2, 4, 3][..]),
        ("bread book", &[1], &[1]),
        ("brea", &[4, 2, 1], &[4, 2, 1]),
        ("braed", &[], &[2, 1]),
        ("read", &[3], &[2, 1, 3]),
    ] {
        for (spelling, expected) in [(Spelling::AsTyped, typed), (Spelling::Forgiving, forgiving)] {
            let query = Query { spelling, ..Query::of(text) };
            assert_eq!(search(&index, &query), expected, "{text} {spelling:?}");
            let accepted = offers.iter().filter(|it| query.accepts(it)).count();
            assert_eq!(accepted, expected.len(), "{text} {spelling:?}");
        }
    }
}

#[test]
fn filters_narrow_and_add_up() {
    let index = index(&catalogue());
    let all = || Query { limit: 100, ..Query::default() };
    let eur = "EUR".parse().expect("a currency");
    let max = |minor, kind| Some(PriceMax { amount: Money::minor(minor, eur), kind });
    let sellers = |all: &[u32]| Some(all.iter().copied().map(SellerNumber).collect());
    for (query, expected) in [
        (all(), &[1, 2, 3, 4, 5, 6, 7][..]),
        (Query { category: Some(category_id(1)), ..all() }, &[1, 2]),
        (Query { category: Some(category_id(9)), ..all() }, &[]),
        (Query { language: Some(locale("de")), ..all() }, &[1, 2, 4]),
        (Query { language: Some(locale("de_CH")), ..all() }, &[1, 2, 4]),
        (Query { currency: "USD".parse().ok(), ..all() }, &[2]),
        (Query { price_max: max(998, None), ..all() }, &[]),
        (Query { price_max: max(999, None), ..all() }, &[1]),
        (Query { price_max: max(1999, None), ..all() }, &[1, 2]),
        (Query { price_max: max(4999, Some(ChargeKind::OneTime)), ..all() }, &[]),
        (Query { price_max: max(5000, Some(ChargeKind::OneTime)), ..all() }, &[1]),
        (Query { sellers: sellers(&[2]), ..all() }, &[3]),
        (Query { sellers: sellers(&[1, 2, 3]), text: "server".to_owned(), ..all() }, &[1, 2, 3]),
        (Query { sellers: sellers(&[1]), text: "server".to_owned(), ..all() }, &[1, 2]),
        (Query { sellers: sellers(&[]), ..all() }, &[]),
        (Query { sellers: sellers(&[4]), carries: true, ..all() }, &[3]),
        (Query { sellers: sellers(&[4]), ..all() }, &[]),
        (Query { seller: Some(SellerNumber(2)), ..all() }, &[3]),
        (Query { sellers: sellers(&[1]), seller: Some(SellerNumber(2)), ..all() }, &[]),
        (Query { states: vec![State::InDesign, State::InTest], ..all() }, &[4]),
        (Query { product: "dataset".parse().ok(), ..all() }, &[7]),
        (Query { product: "physical".parse().ok(), ..all() }, &[]),
        (Query { limit: 0, ..all() }, &[]),
    ] {
        let mut found = search(&index, &query);
        found.sort_unstable();
        assert_eq!(found, expected, "{query:?}");
    }
    assert_eq!(search(&index, &Query { limit: 2, ..all() }).len(), 2);
}

#[test]
fn hits_are_counted_by_where_they_are() {
    let index = index(&catalogue());
    let found = index.search(&Query { limit: 1, ..Query::of("server") }).expect("an answer");
    assert_eq!((found.hits.len(), found.total), (1, 3));
    let eur: Currency = "EUR".parse().expect("a currency");
    let usd: Currency = "USD".parse().expect("a currency");
    let expected = Facets {
        categories: vec![(category_id(1), 2), (category_id(2), 2)],
        languages: vec![("en".to_owned(), 3), ("de".to_owned(), 2)],
        currencies: vec![(eur, 2), (usd, 1)],
        products: vec![("digital".parse().expect("a code"), 3)],
        sellers: vec![(SellerNumber(1), 2), (SellerNumber(2), 1)],
    };
    assert_eq!(found.facets, expected);
}

#[test]
fn a_hit_shows_where_it_matched() {
    for (query, text, expected) in [
        ("vir srver", "Virtual Server S", "[Virtual] [Server] S"),
        ("grosse", "Bürospeicher Größe", "Bürospeicher [Größe]"),
        ("雲", "雲サーバー", "[雲]サーバー"),
        ("x", "Virtual Server S", "Virtual Server S"),
        ("", "Virtual Server S", "Virtual Server S"),
    ] {
        let mut marked = text.to_owned();
        for range in Query::of(query).marks(text).into_iter().rev() {
            marked.insert(range.end, ']');
            marked.insert(range.start, '[');
        }
        assert_eq!(marked, expected, "{query}");
    }
}

#[test]
fn a_change_replaces_what_was_known_and_a_removal_ends_it() {
    let index = index(&catalogue());
    let put = |name| Change::Put(offer(3, name));
    index.apply(&[put("Postbox"), put("Letterbox")], 2).expect("taken in");
    let found = |text: &str| search(&index, &Query::of(text));
    assert_eq!((found("mailbox"), found("postbox"), found("letterbox")), (vec![], vec![], vec![3]));
    index.apply(&[Change::Remove(offer(3, "x").id)], 3).expect("taken in");
    assert_eq!(found("letterbox"), Vec::<u128>::new());
    assert_eq!((found("").len(), index.indexed_through()), (6, 3));
    let answer = index.search(&Query::of("")).expect("an answer");
    assert_eq!(answer.through, 3);
    index.clear().expect("cleared");
    assert_eq!((found("").len(), index.indexed_through()), (0, 0));
}

#[test]
fn an_index_is_found_again_as_it_was_left() {
    let home = tempfile::tempdir().expect("a folder");
    let place = Place::Folder(home.path().join("search"));
    let index = Index::open(&place).expect("an index");
    assert_eq!(index.indexed_through(), 0);
    for (through, offer) in (1..).zip(catalogue()) {
        index.apply(&[Change::Put(offer)], through).expect("taken in");
    }
    index.rest().expect("at rest");
    index.rest().expect("still at rest");
    assert_eq!(search(&index, &Query::of("mailbox")), [3]);
    drop(index);
    let index = Index::open(&place).expect("an index");
    assert_eq!(index.indexed_through(), 7);
    assert_eq!(search(&index, &Query::of("mailbox")), [3]);
    index.apply(&[Change::Put(offer(8, "Domain"))], 8).expect("taken in");
    assert_eq!(search(&index, &Query::of("domain")), [8]);
}

/// Builds an index in a folder, does something to the folder, and says how far the index has come
/// when it is opened again, if it can still be used.
fn mistreated(harm: impl Fn(&Path)) -> u64 {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("search");
    let place = Place::Folder(folder.clone());
    let index = Index::open(&place).expect("an index");
    let changes: Vec<_> = catalogue().into_iter().map(Change::Put).collect();
    index.apply(&changes, 7).expect("taken in");
    index.rest().expect("at rest");
    drop(index);
    harm(&folder);
    let index = Index::open(&place).expect("an index");
    let through = index.indexed_through();
    index.apply(&changes, 8).expect("taken in");
    assert_eq!(search(&index, &Query::of("mailbox")), [3]);
    through
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|it| it.path()).collect()
}

#[test]
fn a_broken_index_is_thrown_away_and_begun_anew() {
    let edit = |path: &Path, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(path).expect("a file");
        change(&mut bytes);
        fs::write(path, bytes).expect("written");
    };
    let segments = |folder: &Path| -> Vec<_> {
        let all = files(folder).into_iter();
        let is_segment = |it: &PathBuf| {
            let name = it.file_name().unwrap_or_default().to_string_lossy();
            !name.starts_with('.') && name != "meta.json"
        };
        all.filter(is_segment).collect()
    };
    let meta = |folder: &Path, from: &str, to: &str| {
        let path = folder.join("meta.json");
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).expect("written");
    };
    assert_eq!(mistreated(|_| {}), 7, "nothing was done to it");
    assert_eq!(mistreated(|it| fs::remove_dir_all(it).expect("removed")), 0);
    let shape = format!("\"{SHAPE} 7\"");
    assert_eq!(mistreated(|it| meta(it, &shape, "\"0 7\"")), 0, "an older shape");
    assert_eq!(mistreated(|it| meta(it, "part_number", "number")), 0, "another schema");
    assert_eq!(mistreated(|it| meta(it, "{", "")), 0);
    for at in 0..12 {
        let pick = |it: &Path| {
            let all = segments(it);
            all[at % all.len()].clone()
        };
        let flip = |bytes: &mut Vec<u8>| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
        };
        assert_eq!(mistreated(|it| edit(&pick(it), &flip)), 0, "a flipped bit in file {at}");
        let cut = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2);
        assert_eq!(mistreated(|it| edit(&pick(it), &cut)), 0, "half of file {at} is gone");
        assert_eq!(mistreated(|it| fs::remove_file(pick(it)).expect("removed")), 0);
    }
}

#[test]
fn no_text_makes_the_search_fail() {
    let index = index(&catalogue());
    let long = |it: &str| it.repeat(10_000 / it.len());
    for text in [
        "*",
        "?",
        "**",
        "v*",
        "\"",
        "\"virtual",
        "name:virtual",
        "id:*",
        "(",
        ")",
        "[a TO b]",
        "{",
        "}",
        "a AND",
        "OR",
        "NOT virtual",
        "-virtual",
        "+virtual",
        "~",
        "virtual~2",
        "^",
        "virtual^9",
        "\\",
        "/",
        "/.*/",
        "[",
        "]",
        "a\0b",
        "\u{202e}",
        "\u{10ffff}",
        "virtual\u{10ffff}",
        "\u{1f600}",
        "\u{1f600}\u{1f600}\u{1f600}\u{1f600}",
        "İ",
        "ﬃ",
        "ß",
        "Ǆ",
        "%",
        "%00",
        "<script>",
        "' OR 1=1 --",
        "\r\n",
        "null",
        "NaN",
        "१२३",
        "ｖ",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(
        ["a", "ab ", "virtual ", "\"", "*", "ä", "雲", "\u{1f600}", "\u{301}", "a\u{301}", "-"]
            .map(long),
    ) {
        let query = Query { limit: usize::MAX, ..Query::of(&text) };
        let found = index.search(&query);
        assert!(found.is_ok_and(|it| it.hits.len() <= Query::LIMIT_MAX), "{text:?}");
        assert!(query.marks(&text).into_iter().all(|it| text.get(it).is_some()), "{text:?}");
    }
}

fn any_query() -> impl Strategy<Value = Query> {
    let text = prop_oneof![
        "[a-dA-D]{0,6}( [a-d]{1,5}){0,2}",
        "(vir|virtual|servr|sever|mial|mailbox|back|vs|vs10|100|grösse|s)( (s|m|ser|virt))?",
        ".{0,20}",
    ];
    let (flag, minor) = (prop::option::of(0..4_u32), prop::option::of(900..2100_i64));
    let ways = (any::<bool>(), prop_oneof![Just(Spelling::AsTyped), Just(Spelling::Forgiving)]);
    (text, flag, minor, ways).prop_map(|(text, seller, minor, (is_german, spelling))| Query {
        text,
        spelling,
        language: is_german.then(|| locale("de")),
        sellers: seller.map(|it| BTreeSet::from([SellerNumber(it), SellerNumber(1)])),
        price_max: minor.map(|it| PriceMax { amount: Money::minor(it, Currency::EUR), kind: None }),
        limit: 100,
        ..Query::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn an_index_answers_as_if_every_offer_had_been_looked_at(
        names in prop::collection::vec("[a-d]{1,5}( [a-d]{1,5})?", 0..20),
        queries in prop::collection::vec(any_query(), 20),
    ) {
        let more = (100..).zip(&names).map(|(number, name)| offer(number, name));
        let offers: Vec<_> = catalogue().into_iter().chain(more).collect();
        let index = index(&offers);
        for query in queries {
            let found: BTreeSet<_> = search(&index, &query).into_iter().collect();
            let accepted = offers.iter().filter(|it| query.accepts(it));
            let expected: BTreeSet<_> = accepted.map(|it| it.id.uuid().as_u128()).collect();
            prop_assert_eq!(found, expected, "{:?}", query);
        }
    }
}
