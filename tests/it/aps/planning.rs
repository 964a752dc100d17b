//! Along an index or past each resource: the same are found, whoever asks and whatever is asked.

use serde_json::{Value, json};

use crate::harness::bus::uuid;
use crate::harness::chance::Chance;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::Market;
use crate::harness::scale::rounds;

use super::plans::{launch, shop};

/// Where orders are, which are no collection.
const ORDERS: &str = "/aps/2/services/order-manager/orders";

/// Conditions on resources of one list, some of which an index serves.
struct Shelf {
    list: String,
    /// By what its resources are told apart.
    id: &'static [&'static str],
    conditions: Vec<String>,
}

impl Shelf {
    fn of(alias: &str, fixed: &[&str], own: Vec<String>) -> Self {
        Self::at(&format!("/aps/2/collections/{alias}"), &["aps", "id"], (fixed, own))
    }

    fn at(list: &str, id: &'static [&'static str], (fixed, own): (&[&str], Vec<String>)) -> Self {
        let conditions = fixed.iter().map(|it| (*it).to_owned()).chain(own).collect();
        Self { list: list.to_owned(), id, conditions }
    }

    /// The ids of what a filter holds for.
    fn ids(&self, caller: &Client<'_>, filter: &str) -> Vec<String> {
        let path = format!("{}?select({}),{filter}", self.list, self.id.join("."));
        let list = caller.get(&path);
        let id = |it: &Value| text(self.id.iter().fold(it, |it, name| &it[*name]));
        let mut ids: Vec<_> = list.as_array().unwrap().iter().map(id).collect();
        ids.sort_unstable();
        ids
    }
}

/// A house in which something of everything is there: sold by the provider and by a reseller, which
/// buys for itself as well; held, canceled, called off and not yet begun.
fn stocked() -> Market {
    let market = Market::on("2026-01-01");
    let (operator, house) = (market.operator(), &market.house);
    launch(&operator, &shop(&operator).plan);
    operator.post("/offers", &json!({ "name": { "en_US": "Draft" } }));
    let north = house.client(&house.north.admin);
    let (mail, own) = (free(&operator, "Mail"), free(&north, "Mail of the north"));
    let home = &house.customer.account;
    let order = |seller: &Client<'_>, account: &str, item: Value| {
        seller.post("/orders", &json!({ "account": account, "items": [item] }))
    };
    let held = order(&operator, home, json!({ "offer": mail, "name": "north.test" }));
    let ended = order(&operator, home, json!({ "offer": mail, "name": "South.test" }));
    order(&operator, home, json!({ "offer": mail, "quantity": 3 }));
    order(&operator, &house.north.account, json!({ "offer": mail, "name": "For itself" }));
    order(&north, &house.north.customer.account, json!({ "offer": own, "name": "north.test" }));
    let of = |it: &Value| text(&it["items"][0]["subscription"]);
    operator.post(&format!("/subscriptions/{}/hold", of(&held)), &json!({}));
    let cancellation = json!({ "type": "CANCELLATION", "subscriptionId": uuid(&of(&ended)) });
    operator.call(&format!("POST {ORDERS}"), Some(&cancellation)).ok();
    let later = json!({
        "account": home, "items": [{ "offer": mail }], "requested_start_on": "2027-01-01",
    });
    operator.post("/orders", &later);
    let called_off = text(&operator.post("/orders", &later)["id"]);
    operator.post(&format!("/orders/{called_off}/cancel"), &json!({}));
    operator.post(&format!("/users/{}/suspend", house.customer.member.id), &json!({}));
    house.app.keep_duties();
    market
}

/// An offer on sale that costs nothing.
fn free(seller: &Client<'_>, name: &str) -> String {
    let name = json!({ "en": name });
    let specification = json!({ "name": name, "state": "active" });
    let specification = seller.post("/specifications", &specification)["id"].clone();
    let offer = json!({ "name": name, "specification": specification });
    let id = text(&seller.post("/offers", &offer)["id"]);
    launch(seller, &json!(id));
    id
}

/// A condition for each value that a list shows at a path.
fn each(list: &Value, path: &[&str], condition: &str) -> Vec<String> {
    let value = |it: &Value| text(path.iter().fold(it, |it, name| &it[*name]));
    let values = list.as_array().unwrap().iter().map(value).filter(|it| !it.is_empty());
    values.map(|it| condition.replace("{}", &it)).collect()
}

fn shelves(house: &House) -> Vec<Shelf> {
    let operator = house.operator();
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
    let mut shelves = vec![Shelf::of("service-plans", &plans, Vec::new())];
    shelves.extend(of_accounts(&operator));
    shelves.extend(of_subscriptions(&operator));
    shelves.extend(of_users(&operator));
    shelves.push(of_orders(&operator));
    shelves
}

fn of_accounts(operator: &Client<'_>) -> [Shelf; 2] {
    let accounts = operator.get("/aps/2/collections/accounts?select(bssAccountInfo.customerClass)");
    let pa = [
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
        "like(subscriptions.name,*south*)",
    ];
    let bss = [
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
    let (mut of_pa, mut of_bss) = (Vec::new(), Vec::new());
    for account in accounts.as_array().unwrap() {
        let (id, info) = (text(&account["aps"]["id"]), &account["bssAccountInfo"]);
        let class = text(&info["customerClass"]["aps"]["id"]);
        of_pa.push(format!("eq(aps.id,{id})"));
        of_pa.push(format!("eq(parent.aps.id,{})", id.to_uppercase()));
        of_pa.push(format!("in(aps.id,({id},x))"));
        of_bss.push(format!("eq(aps.id,{})", text(&info["aps"]["id"])));
        of_bss.push(format!("eq(paAccount.aps.id,{id})"));
        of_bss.push(format!("eq(customerClass.aps.id,{class})"));
        of_bss.push(format!("linkedWith({class})"));
    }
    [Shelf::of("accounts", &pa, of_pa), Shelf::of("bss-accounts", &bss, of_bss)]
}

fn of_subscriptions(operator: &Client<'_>) -> [Shelf; 2] {
    let links = "select(account,vendor,servicePlan,bssAccountInfo,paSubscription)";
    let all = operator.get(&format!("/aps/2/collections/bss-subscriptions?{links}"));
    let both = [
        "eq(subscriptionId,1)",
        "eq(subscriptionId,02)",
        "in(subscriptionId,(2,4,77,x))",
        "gt(subscriptionId,2)",
        "eq(name,north.test)",
        "eq(name,NORTH.test)",
        "in(name,(Mail,South.test))",
        "like(name,*.test)",
        "like(name,mail*)",
        "like(name,*)",
        "eq(name,)",
        "eq(aps.id,nobody)",
        "eq(account.aps.id,nobody)",
        "like(account.companyName,*north*)",
        "eq(trial,false)",
    ];
    let bss = [
        "eq(status,ACTIVE)",
        "eq(status,active)",
        "in(status,(ADMINISTRATIVE_HOLD,TERMINATED))",
        "ne(status,ACTIVE)",
        "like(status,*HOLD)",
        "eq(vendor.aps.id,nobody)",
        "like(servicePlan.name.en,*north*)",
        "eq(paSubscription.name,north.test)",
        "eq(parentSubscription,null)",
    ];
    let pa = ["eq(disabled,true)", "eq(isTerminated,true)", "eq(bssSubscription.status,ACTIVE)"];
    let mut of_bss = each(&all, &["aps", "id"], "eq(aps.id,{})");
    for link in ["account", "vendor", "servicePlan", "bssAccountInfo", "paSubscription"] {
        let at = [link, "aps", "id"];
        of_bss.extend(each(&all, &at, &format!("eq({link}.aps.id,{{}})")));
        of_bss.extend(each(&all, &at, "linkedWith({})"));
    }
    let mut of_pa = each(&all, &["paSubscription", "aps", "id"], "in(aps.id,({},x))");
    of_pa.extend(each(&all, &["aps", "id"], "eq(bssSubscription.aps.id,{})"));
    of_pa.extend(each(&all, &["account", "aps", "id"], "eq(account.aps.id,{})"));
    [
        Shelf::of("bss-subscriptions", &[&both[..], &bss[..]].concat(), of_bss),
        Shelf::of("subscriptions", &[&both[..], &pa[..]].concat(), of_pa),
    ]
}

fn of_users(operator: &Client<'_>) -> [Shelf; 2] {
    let accounts = operator.get("/aps/2/collections/accounts?select(aps.id)");
    let fixed = [
        "eq(userId,2)",
        "eq(memberId,3)",
        "in(userId,(1,4,77,x))",
        "lt(memberId,4)",
        "eq(login,admin@north.test)",
        "eq(login,ADMIN@North.test)",
        "in(email,(olga@provider.test,member@customer.home.test))",
        "like(email,*@customer.*)",
        "eq(email,)",
        "eq(disabled,true)",
        "eq(isAccountAdmin,true)",
        "eq(organization.aps.id,nobody)",
        "like(organization.companyName,*reseller)",
        "eq(aps.id,nobody)",
    ];
    let own = each(&accounts, &["aps", "id"], "eq(organization.aps.id,{})");
    let linked = each(&accounts, &["aps", "id"], "linkedWith({})");
    let own = [own, linked].concat();
    [Shelf::of("users", &fixed, own.clone()), Shelf::of("admin-users", &fixed, own)]
}

fn of_orders(operator: &Client<'_>) -> Shelf {
    let all = operator.get(ORDERS);
    let fixed = [
        "eq(orderNumber,SO000001)",
        "eq(orderNumber,so000001)",
        "eq(orderNumber,CL000001)",
        "in(orderNumber,(SO000002,CL000006,x))",
        "like(orderNumber,*00005)",
        "like(orderNumber,cl*)",
        "eq(type,SALES)",
        "ne(type,SALES)",
        "eq(status,COMPLETED)",
        "in(status,(NEW,CANCELLED))",
        "eq(orderId,nobody)",
        "eq(accountId,nobody)",
        "eq(subscriptions.status,ACTIVE)",
    ];
    let mut own = each(&all, &["orderId"], "eq(orderId,{})");
    own.extend(each(&all, &["accountId"], "eq(accountId,{})"));
    Shelf::at(ORDERS, &["orderId"], (&fixed, own))
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

#[test]
fn an_index_finds_what_looking_at_each_finds() {
    let market = stocked();
    let house = &market.house;
    let shelves = shelves(house);
    let (north, home) = (&house.north.admin, &house.customer.admin);
    let callers = [house.operator(), house.client(north), house.client(home)];
    let mut tallies = vec![(0, 0); shelves.len()];
    for seed in 0..rounds(2_000, 200_000) {
        let mut chance = Chance::seeded(seed);
        let place = usize::try_from(chance.below(shelves.len() as u64)).unwrap();
        let shelf = &shelves[place];
        let caller = &callers[usize::try_from(chance.below(3)).unwrap()];
        let filter = filter(&mut chance, shelf, 3);
        let along = shelf.ids(caller, &filter);
        // A condition turned around twice is the same condition, and none that an index serves.
        let past_each = shelf.ids(caller, &format!("not(not({filter}))"));
        assert_eq!(along, past_each, "seed {seed}: {}?{filter}", shelf.list);
        let way = caller.get(&format!("{}?{filter},explain()", shelf.list));
        let (found, indexed) = &mut tallies[place];
        *found += along.len();
        *indexed += usize::from(!way["ways"][0]["along"].is_null());
    }
    for (shelf, (found, indexed)) in shelves.iter().zip(tallies) {
        println!("{}: {found} found, {indexed} times along an index", shelf.list);
        assert!(found > 5, "{}: the filters hold for something: {found}", shelf.list);
        assert!(indexed > 5, "{}: an index serves some of the filters: {indexed}", shelf.list);
    }
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
