//! Made-up values: for showing a template to whoever edits it, and for finding names that are not.

use super::Tree;

/// Every value that a default template names, under the name that all templates may use.
///
/// `brand`, `locale` and `person` are in every mail; `link` is where its button leads; the others
/// are there on the occasions that bear their name.
#[must_use]
pub fn sample() -> Tree {
    subject_matter().with(Tree::group([
        ("locale", "en".into()),
        (
            "brand",
            Tree::group([
                ("name", "Northwind Cloud".into()),
                ("address", "Northwind Cloud GmbH\nHafenstr. 1\n20457 Hamburg".into()),
                ("support", "support@northwind.example".into()),
                ("color", "#2f5bd7".into()),
            ]),
        ),
        (
            "person",
            Tree::group([("name", "Ann Example".into()), ("email", "ann@example.com".into())]),
        ),
        ("link", "https://billing.example.com/i/0198".into()),
        ("link_until", "22 November 2026".into()),
    ]))
}

fn subject_matter() -> Tree {
    Tree::group([
        ("account", account()),
        ("order", order()),
        ("invoice", invoice()),
        ("credit_note", credit_note()),
        ("settlement", settlement()),
        ("refund", refund()),
        ("shipment", shipment()),
        ("payment", payment()),
        ("debit", debit()),
        ("dunning", dunning()),
        ("instalment", instalment()),
        ("reminder", Tree::group([("is_last", true.into()), ("until", "21 December 2026".into())])),
        ("subscription", subscription()),
        ("former", Tree::group([("name", "Virtual server XS".into())])),
        ("seat", Tree::group([("part", "40".into())])),
    ])
}

fn line(name: &str, amount: &str) -> Tree {
    Tree::group([
        ("name", name.into()),
        ("number", name.into()),
        ("quantity", "2".into()),
        ("amount", amount.into()),
        ("failure", "It is sold out".into()),
        ("goes_to", "Example Ltd, Ring 1, 10115 Berlin, DE".into()),
    ])
}

fn account() -> Tree {
    Tree::group([
        ("name", "Example Ltd".into()),
        ("balance", "EUR 12.00".into()),
        ("balance_min", "EUR 20.00".into()),
        ("held_on", "20 January 2027".into()),
        ("reason", "Asked for by the customer".into()),
        ("stopped", vec![line("Virtual server S", "EUR 100.00")].into()),
        ("invoices", overdue().into()),
        ("overdue", "EUR 138.00".into()),
        ("ends_on", "20 February 2027".into()),
    ])
}

fn order() -> Tree {
    Tree::group([
        ("number", "O-1042".into()),
        ("placed_on", "21 November 2026".into()),
        ("missing", "The address to which it goes".into()),
        ("until", "21 December 2026".into()),
        ("total", "EUR 119.00".into()),
        ("paid", "EUR 19.00".into()),
        ("items", vec![line("Virtual server S", "EUR 100.00")].into()),
        ("lost", vec![line("Virtual server S", "EUR 100.00")].into()),
    ])
}

fn refund() -> Tree {
    Tree::group([
        ("amount", "EUR 119.00".into()),
        ("order", "O-1042".into()),
        ("is_called_off", false.into()),
        ("lost", vec![line("Virtual server S", "EUR 100.00")].into()),
        ("reason", "Asked for by the customer".into()),
    ])
}

fn invoice() -> Tree {
    Tree::group([
        ("number", "R-2026-000042".into()),
        ("period", "1 to 30 November 2026".into()),
        ("total", "EUR 119.00".into()),
        ("set_off", "EUR 100.00".into()),
        ("to_pay", "EUR 19.00".into()),
        ("open", "EUR 19.00".into()),
        ("due_on", "14 December 2026".into()),
        ("is_collected", true.into()),
    ])
}

fn credit_note() -> Tree {
    Tree::group([
        ("number", "C-2026-000007".into()),
        ("invoice", "R-2026-000042".into()),
        ("total", "EUR 11.90".into()),
        ("reason", "Ended on 21 November 2026".into()),
    ])
}

fn settlement() -> Tree {
    Tree::group([
        ("number", "SET-2026-000003".into()),
        ("until", "30 November 2026".into()),
        ("total", "EUR 35.82".into()),
        ("due_on", "31 December 2026".into()),
    ])
}

fn shipment() -> Tree {
    Tree::group([
        ("number", "17".into()),
        ("order", "O-1042".into()),
        ("item", line("Home router", "EUR 100.00")),
        ("carrier", "Parcel Post".into()),
        ("tracking_number", "1Z999AA10123456784".into()),
        ("tracking_url", "https://parcels.example.com/1Z999AA10123456784".into()),
        ("recipient", "Example Ltd".into()),
        ("goes_to", "Example Ltd, Ring 1, 10115 Berlin, DE".into()),
        ("address", "Ring 1\n10115 Berlin".into()),
    ])
}

fn payment() -> Tree {
    Tree::group([
        ("amount", "EUR 100.00".into()),
        ("received_on", "1 December 2026".into()),
        ("invoices", vec![line("R-2026-000042", "EUR 100.00")].into()),
    ])
}

fn debit() -> Tree {
    Tree::group([
        ("amount", "EUR 119.00".into()),
        ("collect_on", "15 December 2026".into()),
        ("from", "DE ···· 3000".into()),
        ("invoice", "R-2026-000042".into()),
        ("mandate", "M-7".into()),
        ("creditor", "DE98ZZZ09999999999".into()),
    ])
}

fn overdue() -> Vec<Tree> {
    let overdue = |number: &str, due_on: &str, open: &str| {
        Tree::group([("number", number.into()), ("due_on", due_on.into()), ("open", open.into())])
    };
    vec![
        overdue("R-2026-000042", "14 December 2026", "EUR 19.00"),
        overdue("R-2026-000057", "14 January 2027", "EUR 119.00"),
    ]
}

fn dunning() -> Tree {
    Tree::group([
        ("number", "3".into()),
        ("is_last", true.into()),
        ("invoices", overdue().into()),
        ("overdue", "EUR 138.00".into()),
        ("late_fees", "EUR 5.00".into()),
        ("total", "EUR 143.00".into()),
        ("until", "21 January 2027".into()),
        ("next_fee", "".into()),
        ("then_hold", true.into()),
        ("then_end", false.into()),
        ("ends_on", "20 February 2027".into()),
        ("ended", vec![line("Virtual server S", "EUR 100.00")].into()),
    ])
}

fn part(due_on: &str) -> Tree {
    Tree::group([("due_on", due_on.into()), ("amount", "EUR 40.00".into())])
}

fn instalment() -> Tree {
    Tree::group([
        ("plan", "7".into()),
        ("due_on", "31 December 2026".into()),
        ("open", "EUR 40.00".into()),
        ("left", "EUR 80.00".into()),
        ("next_due_on", "31 January 2027".into()),
        ("next_open", "EUR 40.00".into()),
        ("all", vec![part("31 December 2026"), part("31 January 2027")].into()),
    ])
}

fn subscription() -> Tree {
    Tree::group([
        ("name", "Virtual server S".into()),
        ("ends_on", "31 December 2026".into()),
        ("is_renewing", true.into()),
        ("renewal_amount", "EUR 100.00".into()),
        ("kept_until", "31 January 2027".into()),
        ("held_on", "1 December 2026".into()),
        ("switch_on", "1 December 2026".into()),
        ("reason", "an invoice is overdue".into()),
    ])
}
