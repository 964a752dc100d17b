//! What the server says, in the reader's words: it speaks English, and names what it speaks of.

use super::chromium::chromium;
use super::stage::{LOOKED_AT, OLGA};

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
            "Facture INV-2026-000001 a été émis(e) : 48,00 €",
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
