//! What the server says, in the reader's words: it speaks English, and names what it speaks of.

use serde_json::json;

use super::chromium::chromium;
use super::stage::{LOOKED_AT, OLGA, Stage};
use crate::harness::market::{monthly, text};

#[test]
fn what_happened_and_what_is_owed_is_said_in_the_readers_language() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    let account = LOOKED_AT.address("/ui/accounts/{account}");
    tab.go(&format!("{account}?part=timeline"));
    tab.sees("Invoice INV-2026-000001 was issued: €48.00");
    tab.go(&format!("{account}?part=statement"));
    tab.sees("Invoice INV-2026-000001");
    for (language, happened, by, owed) in [
        (
            "de",
            "Rechnung INV-2026-000001 wurde gestellt: 48,00 €",
            "von selbst: Abrechnung",
            "Rechnung INV-2026-000001",
        ),
        (
            "fr",
            "Facture INV-2026-000001 a été émise : 48,00 €",
            "automatiquement : Facturation",
            "Facture INV-2026-000001",
        ),
        (
            "es",
            "Factura INV-2026-000001 se emitió: 48,00 €",
            "automáticamente: Facturación",
            "Factura INV-2026-000001",
        ),
    ] {
        tab.eval(&format!("localStorage.setItem('tillbox.language', '{language}')"));
        tab.go(&format!("{account}?part=timeline"));
        tab.sees(happened);
        tab.sees(by);
        tab.go(&format!("{account}?part=statement"));
        tab.sees(owed);
        tab.must_be_content();
    }
    tab.eval("localStorage.removeItem('tillbox.language')");
}

/// What the server says in English, and quotes, in the words of the others.
#[test]
fn a_refusal_is_said_in_the_readers_language() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go("/ui/");
    for (language, said, expected) in [
        (
            "en",
            "all `3` seats are taken; add some first",
            "all `3` seats are taken; add some first",
        ),
        ("de", "`ofr_1` is not on sale now", "ofr_1 ist jetzt nicht im Verkauf"),
        ("de", "there is no coupon `FALSCH`", "den Gutschein FALSCH gibt es nicht"),
        ("de", "must be 1 to 5", "muss zwischen 1 und 5 liegen"),
        (
            "fr",
            "a subscription that is `active` cannot be changed so",
            "un abonnement à l’état « Actif » ne se modifie pas ainsi",
        ),
        (
            "es",
            "must not lie in the future: `2026-05-01` is after today, `2026-04-01`",
            "no debe estar en el futuro: 2026-05-01 es posterior a hoy, 2026-04-01",
        ),
        (
            "de",
            "nobody of the account can be written to: it has no billing contact and no administrator",
            "niemandem beim Konto kann geschrieben werden: Es hat keinen Kontakt für Rechnungen und \
             keinen Administrator",
        ),
        (
            "de",
            "no tax rule covers `goods` to a registered buyer in `DE` on 2026-03-01: add one for the \
             zone in Settings, Tax, if need be at 0 %",
            "keine Steuerregel gilt für goods an einen registrierten Käufer in DE am 2026-03-01: \
             Legen Sie für die Zone eine an, unter Einstellungen, Steuer, notfalls mit 0 %",
        ),
        // What somebody else said behind a colon stays as it was.
        ("fr", "it answered 410: bye", "la réponse a été 410\u{a0}: bye"),
        // For what it has no words it stays as it was said.
        ("es", "nobody has thought of `this`", "nobody has thought of `this`"),
    ] {
        let told = tab.eval(&format!(
            "import(new URL('model/text.js', document.querySelector('script[type=module]').src))
              .then((it) => it.speak('{language}').then(() => it.said({})))",
            json!(said)
        ));
        assert_eq!(told, expected, "{language}");
    }
    tab.must_be_content();
}

/// A phrase may have a colon in it, and why something failed is a sentence that may be known.
#[test]
fn what_a_timeline_tells_is_said_whole() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go("/ui/");
    let why =
        "nobody of the account can be written to: it has no billing contact and no administrator";
    for (told, expected) in [
        (
            "is over: nothing is overdue".to_owned(),
            "Mahnverfahren 28 ist vorbei: Nichts ist überfällig",
        ),
        (
            format!("has failed: {why}"),
            "Mahnverfahren 28 ist gescheitert: niemandem beim Konto kann geschrieben werden: Es hat \
             keinen Kontakt für Rechnungen und keinen Administrator",
        ),
        (
            "goes on; overdue: quantity 10 → 15".to_owned(),
            "Mahnverfahren 28 wurde fortgesetzt; überfällig: Menge 10 → 15",
        ),
    ] {
        let told = json!({
            "text": format!("Dunning 28 {told}"), "subject": { "kind": "dunning", "label": "28" },
        });
        let said = tab.eval(&format!(
            "(async () => {{
              const from = (path) => import(new URL(path, document.querySelector('script[type=module]').src));
              const [text, timeline] = [await from('model/text.js'), await from('part/timeline.js')];
              await text.speak('de');
              return timeline.told({told});
            }})()"
        ));
        assert_eq!(said, expected);
    }
    tab.must_be_content();
}

/// Whatever is refused is said in the reader's words: if not what exactly, then which rule it breaks, or why.
#[test]
fn what_has_no_words_of_its_own_is_said_behind_those_for_its_rule() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go("/ui/");
    tab.sees("Recent invoices");
    let invalid = |rule: &str, message: &str| json!({ "title": "Fields break rules", "errors": [{ "pointer": "/x", "rule": rule, "message": message }] });
    let rejected = |title: &str, detail: &str| json!({ "title": title, "detail": detail });
    for (language, document, shown, expected) in [
        (
            "de",
            invalid("range", "must be odd"),
            "errors[0].message",
            "liegt außerhalb dessen, was hier geht (must be odd)",
        ),
        ("fr", invalid("required", "must rhyme"), "errors[0].message", "manque (must rhyme)"),
        (
            "es",
            invalid("range", "must be more than nothing, not `-5.00 EUR`"),
            "errors[0].message",
            "debe ser más que nada, no -5.00 EUR",
        ),
        ("en", invalid("range", "must be odd"), "errors[0].message", "must be odd"),
        (
            "de",
            rejected("The coupon is not valid, or used up.", "the coupon `X` is used up"),
            "message",
            "der Gutschein X ist verbraucht",
        ),
        (
            "de",
            rejected("Not permitted", "it is a secret"),
            "message",
            "Nicht erlaubt (it is a secret)",
        ),
        ("de", rejected("Not permitted", "it is a secret"), "detail", "it is a secret"),
        ("en", rejected("Not permitted", "it is a secret"), "message", "it is a secret"),
    ] {
        let told = tab.eval(&format!(
            "(async () => {{
              const from = (path) => import(new URL(path, document.querySelector('script[type=module]').src));
              const [text, api] = [await from('model/text.js'), await from('model/api.js')];
              await text.speak('{language}');
              return new api.Problem({document}, 422).{shown};
            }})()"
        ));
        assert_eq!(told, expected, "{language} {document}");
    }
    tab.must_be_content();
}

#[test]
fn what_can_be_downloaded_is_called_as_its_buyer_calls_it() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let (market, customer) = (&stage.market, &stage.market.house.customer);
    let operator = market.operator();
    operator.post("/asset_types", &json!({ "code": "book", "name": "Book" }));
    let file = json!({ "name": "Recipes", "kind": "book", "url": "https://bread.example.com/" });
    let file = operator.post("/assets", &file);
    let prices = [monthly("Base", "EUR", "10")];
    let delivered = (json!({}), json!({ "assets": [file["id"]] }));
    let offer = market.offer_like("Bread book", &prices, delivered);
    let names = json!({ "name": { "en": "Bread book", "de": "Brotbuch" } });
    operator.patch(&format!("/offers/{offer}"), &names);
    market.order(&json!({ "id": customer.account }), &offer, 1);
    let order = operator.get(&format!("/orders?account={}", customer.account));
    let tab = stage.signed_in(chromium, &customer.admin.email);
    tab.eval("localStorage.setItem('tillbox.language', 'de')");
    tab.go(&format!("/ui/orders/{}", text(&order["items"][0]["id"])));
    tab.sees("Downloads von Brotbuch");
    tab.eval("localStorage.removeItem('tillbox.language')");
    tab.must_be_content();
}
