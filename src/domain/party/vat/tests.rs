//! Numbers that are right, and numbers that are not.

use super::scheme::SCHEMES;
use super::*;

/// The examples that `python-stdnum` publishes, and the same with a digit or letter of them wrong.
const TABLE: &str = "
    ATU13585627      ATU13585626
    BE0428759497     BE0428759496
    BE428759497      BE428759479
    BG175074752      BG175074753
    BG7523169263     BG7523169262
    BG7111042925     BG7111042924
    CHE107787577IVA  CHE107787578IVA
    CHE100155212MWST CHE100155213MWST
    CY10259033P      CY10259033Z
    CZ25123891       CZ25123890
    CZ7103192745     CZ7103192746
    CZ640903926      CZ640903927
    CZ991231123      CZ99123112
    DE136695976      DE136695978
    DK13585628       DK13585627
    EE100931558      EE100594103
    EL023456780      EL123456781
    ESJ99216582      ESJ99216583
    ES54362315K      ES54362315Z
    ESX2482300W      ESX2482300A
    ESM1234567L      ESM1234567K
    FI20774740       FI20774741
    FR40303265045    FR84323140391
    FRK7399859412    FRK7399859411
    GB980780684      GB802311781
    GBGD001          GBGD500
    GBHA599          GBHA499
    HR33392005961    HR33392005962
    HU12892312       HU12892313
    IE6433435F       IE6433435E
    IE6433435OA      IE6433435OB
    IE8D79739I       IE8D79738J
    IT00743110157    IT00743110158
    LT119511515      LT100001919018
    LT100001919017   LT119511525
    LU15027442       LU15027443
    LV40003521600    LV40003521601
    LV16117519997    LV16117519998
    MT11679112       MT11679113
    NL004495445B01   NL123456789B90
    NL002455799B11   NL002455799B12
    NO995525828MVA   NO995525829MVA
    PL8567346215     PL8567346216
    PT501964843      PT501964842
    RO18547290       RO18547291
    SE123456789701   SE123456789101
    SI50223054       SI50223055
    SK2022749619     SK2022749618
    XI980780684      XI980780685
";

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = TABLE.lines().map(str::trim).filter(|it| !it.is_empty());
    lines.map(|it| it.split_once(' ').map(|(right, wrong)| (right, wrong.trim())).expect(it))
}

#[test]
fn check_digits_catch_a_slip_in_every_country() {
    for (right, wrong) in rows() {
        let number = VatNumber::read(right).expect(right).expect(right);
        assert!(right.ends_with(&number.as_str()[3..]), "{right}");
        let refused = VatNumber::read(wrong).expect_err(wrong);
        assert!(refused.to_string().contains(wrong), "{refused}");
    }
    for scheme in SCHEMES {
        assert!(rows().any(|it| it.0.starts_with(scheme.letters)), "{}", scheme.letters);
        assert!(scheme.source.starts_with("stdnum."), "{}", scheme.letters);
    }
    let known = SCHEMES.iter().filter(|it| it.is_in_vies).count();
    assert_eq!(known, 28, "the member states and Northern Ireland");
}

/// Of ten last digits, or of all last letters, hardly more than one can be right.
#[test]
fn another_last_digit_is_refused() {
    for (right, _) in rows().filter(|it| it.0.ends_with(|last: char| last.is_ascii_digit())) {
        // The ends of these are not check digits.
        if right.starts_with("CZ99") || ["GB", "NL", "SE"].iter().any(|it| right.starts_with(it)) {
            continue;
        }
        let start = &right[..right.len() - 1];
        let fitting: Vec<_> =
            (0..10).filter(|it| VatNumber::find(&format!("{start}{it}")).is_some()).collect();
        // Ten digits of Bulgaria are of citizens, of foreigners or of others.
        let most = if start.len() == 11 && start.starts_with("BG") { 3 } else { 2 };
        assert!(fitting.len() <= most, "{right}: {fitting:?}");
    }
}

#[test]
fn a_number_is_read_however_it_is_spaced() {
    for (text, plain) in [
        ("de 136.695.976", "DE136695976"),
        ("BE 428.759.497", "BE0428759497"),
        ("CHE-107.787.577 IVA", "CHE107787577IVA"),
        ("GR 023456780", "EL023456780"),
        ("NL4495445B01", ""),
    ] {
        let found = VatNumber::find(text).map(|it| it.to_string());
        assert_eq!(found.unwrap_or_default(), plain, "{text}");
    }
}

#[test]
fn other_numbers_are_left_alone() {
    for text in ["12/345/67890", "98-7654321", "N/A", "IS12345", ""] {
        assert_eq!(VatNumber::read(text), Ok(None), "{text}");
    }
}

#[test]
fn a_number_says_its_country_and_what_its_register_is_asked() {
    let told = |text: &str| {
        let number = VatNumber::find(text).expect(text);
        (number.country(), number.asked().map(|(letters, rest)| format!("{letters} {rest}")))
    };
    assert_eq!(told("EL023456780"), ("GR", Some("EL 023456780".to_owned())));
    assert_eq!(told("BE428759497"), ("BE", Some("BE 0428759497".to_owned())));
    assert_eq!(told("XI980780684"), ("GB", Some("XI 980780684".to_owned())));
    assert_eq!(told("GB980780684"), ("GB", None));
    assert_eq!(told("CHE107787577IVA"), ("CH", None));
}

#[test]
fn a_refusal_says_what_is_wrong() {
    let told = |text: &str| VatNumber::read(text).expect_err(text).to_string();
    assert_eq!(
        told("ATU1"),
        "`ATU1` is no tax number: it must be like ATU########, `#` being a digit"
    );
    assert_eq!(
        told("DE136695978"),
        "`DE136695978` is no tax number of DE: its check digits do not fit the others; look for a \
         slip of the hand"
    );
}
