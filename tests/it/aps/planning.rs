//! Along an index or past each resource: the same are found, whoever asks and whatever is asked.

use serde_json::{Value, json};

use crate::harness::chance::Chance;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::scale::rounds;

use super::plans::{launch, shop};

/// Conditions on resources of one collection, some of which an index serves.
struct Shelf {
    alias: &'static str,
    conditions: Vec<String>,
}

#[expect(clippy::too_many_lines, reason = "most of them are what is asked")]
fn shelves(house: &House) -> Vec<Shelf> {
    let operator = house.operator();
    let accounts = operator.get("/aps/2/collections/accounts?select(bssAccountInfo.customerClass)");
    let mut pa = vec![
        "eq(id,3)",
        "eq(id,03)",
        "id=4.0",
        "eq(id,x)",
        "in(id,(1,4,77))",
        "in(id,(2,null))",
        "eq(companyName,North%20Customer)",
        "eq(companyName,north%20customer)",
        "like(companyName,*North*)",
        "like(companyName,south*)",
        "like(companyName,*%20*er)",
        "like(companyName,%C3%A4*)",
        "in(companyName,(Provider,South%20Reseller))",
        "eq(companyName,)",
        "eq(type,CLIENT)",
        "ne(type,CLIENT)",
        "gt(id,3)",
        "le(id,4)",
        "eq(aps.id,nobody)",
        "eq(parent.aps.id,nobody)",
        "eq(parent,null)",
        "eq(bssAccountInfo.status,ACTIVE)",
    ];
    let mut bss = vec![
        "eq(accountId,3)",
        "in(accountId,(1,6))",
        "eq(status,ACTIVE)",
        "eq(status,active)",
        "eq(status,CREDIT_HOLD)",
        "in(status,(ACTIVE,ERASED))",
        "ne(status,ACTIVE)",
        "like(status,act*)",
        "eq(taxStatus,COMPANY)",
        "gt(accountId,2)",
        "eq(customerClass.aps.id,nobody)",
        "like(paAccount.companyName,*north*)",
    ];
    let mut owned = (Vec::new(), Vec::new());
    for account in accounts.as_array().unwrap() {
        let (id, info) = (text(&account["aps"]["id"]), &account["bssAccountInfo"]);
        let class = text(&info["customerClass"]["aps"]["id"]);
        owned.0.push(format!("eq(aps.id,{id})"));
        owned.0.push(format!("eq(parent.aps.id,{})", id.to_uppercase()));
        owned.0.push(format!("in(aps.id,({id},x))"));
        owned.1.push(format!("eq(aps.id,{})", text(&info["aps"]["id"])));
        owned.1.push(format!("eq(paAccount.aps.id,{id})"));
        owned.1.push(format!("eq(customerClass.aps.id,{class})"));
        owned.1.push(format!("linkedWith({class})"));
    }
    let all = |fixed: &mut Vec<&str>, owned: Vec<String>| {
        fixed.iter().map(|it| (*it).to_owned()).chain(owned).collect()
    };
    let plans = [
        "eq(planId,1)",
        "in(planId,(2,9))",
        "eq(name.en_US,Draft)",
        "eq(name.en_US,draft)",
        "like(name.en_US,*demo*)",
        "like(name.de_DE,nutzer*)",
        "eq(name.de_DE,Draft)",
        "eq(name.fr_FR,null)",
        "eq(publication.published,true)",
        "eq(aps.id,nobody)",
        "like(name.en_US,*)",
    ];
    let plans = plans.iter().map(|it| (*it).to_owned()).collect();
    vec![
        Shelf { alias: "service-plans", conditions: plans },
        Shelf { alias: "accounts", conditions: all(&mut pa, owned.0) },
        Shelf { alias: "bss-accounts", conditions: all(&mut bss, owned.1) },
    ]
}

fn text(it: &Value) -> String {
    it.as_str().unwrap_or_default().to_owned()
}

fn filter(chance: &mut Chance, shelf: &Shelf, depth: u64) -> String {
    if depth == 0 || chance.hits(1, 3) {
        let at = usize::try_from(chance.below(shelf.conditions.len() as u64)).unwrap();
        return shelf.conditions[at].clone();
    }
    let mut inner = || filter(chance, shelf, depth - 1);
    let (one, other) = (inner(), inner());
    match chance.below(6) {
        0 | 1 => format!("and({one},{other})"),
        2 | 3 => format!("or({one},{other})"),
        4 => format!("({one}|{other})"),
        _ => format!("not({one})"),
    }
}

fn ids(client: &Client<'_>, alias: &str, query: &str) -> Vec<String> {
    let list = client.get(&format!("/aps/2/collections/{alias}?select(aps.id),{query}"));
    let mut ids: Vec<_> =
        list.as_array().unwrap().iter().map(|it| text(&it["aps"]["id"])).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn an_index_finds_what_looking_at_each_finds() {
    let house = House::on("2026-01-01");
    let plan = shop(&house.operator()).plan;
    launch(&house.operator(), &plan);
    house.operator().post("/offers", &json!({ "name": { "en_US": "Draft" } }));
    let shelves = shelves(&house);
    let (north, home) = (&house.north.admin, &house.customer.admin);
    let callers = [house.operator(), house.client(north), house.client(home)];
    let (mut found, mut indexed) = (0, 0);
    for seed in 0..rounds(2_000, 200_000) {
        let mut chance = Chance::seeded(seed);
        let shelf = &shelves[usize::try_from(chance.below(3)).unwrap()];
        let caller = &callers[usize::try_from(chance.below(3)).unwrap()];
        let filter = filter(&mut chance, shelf, 3);
        let along = ids(caller, shelf.alias, &filter);
        // A condition turned around twice is the same condition, and none that an index serves.
        let past_each = ids(caller, shelf.alias, &format!("not(not({filter}))"));
        assert_eq!(along, past_each, "seed {seed}: {}?{filter}", shelf.alias);
        let way = caller.get(&format!("/aps/2/collections/{}?{filter},explain()", shelf.alias));
        found += along.len();
        indexed += usize::from(!way["ways"][0]["along"].is_null());
    }
    assert!(found > 100, "the filters hold for something: {found}");
    assert!(indexed > 50, "an index serves some of the filters: {indexed}");
}

/// Queries as clients send them.
const GOOD: &[&str] = &[
    "accounts?eq(id,1000002),select(bssAccountInfo)",
    "accounts?like(companyName,*Demo%2A?*)&sort(+id,-aps.modified),not(in(type,(CLIENT,null)))",
    "bss-accounts?and(or(eq(status,%C3%A4),out(accountId,(1,2))),not(not(accountId=1)))",
    "accounts?((((id=1)))),limit(0,10),values(parent.parent.accounts.type)",
    "accounts?linkedWith(x),implementing(http://parallels.com/aps/types/pa/account/1.2),explain()",
    "customer-classes?count(),name=like=*",
];

#[test]
fn whatever_is_asked_there_is_an_answer() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let (mut answered, mut refused) = (0, 0);
    for seed in 0..rounds(3_000, 300_000) {
        let query = mutated(&mut Chance::seeded(seed));
        let answer = operator.call(&format!("GET /aps/2/collections/{query}"), None);
        match answer.status.as_u16() {
            200 | 206 => answered += 1,
            400 => refused += 1,
            other => panic!("seed {seed}: {other} to {query}"),
        }
    }
    assert!(answered > 10 && refused > 10, "{answered} answered, {refused} refused");
}

/// A good query of which pieces are lost, doubled or replaced, as far as a URL can say it.
fn mutated(chance: &mut Chance) -> String {
    let (list, query) = chance.pick(GOOD).split_once('?').unwrap();
    let mut bytes = query.as_bytes().to_vec();
    for _ in 0..chance.below(3) {
        let length = bytes.len() as u64;
        let (a, b) = (chance.below(length + 1), chance.below(length + 1));
        let (from, to) = (usize::try_from(a.min(b)).unwrap(), usize::try_from(a.max(b)).unwrap());
        match chance.below(4) {
            0 => drop(bytes.drain(from..to.min(from + 3))),
            1 => bytes.splice(from..from, bytes[from..to].to_vec()).for_each(drop),
            2 => bytes.insert(from, chance.pick(b"(),;&|=%*?+-.'!/0aZ~")),
            _ => bytes.splice(from..from, "not(".repeat(12).bytes()).for_each(drop),
        }
    }
    format!("{list}?{}", String::from_utf8(bytes).unwrap())
}
