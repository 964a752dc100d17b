//! Which countries there are: the codes of ISO 3166-1, by which addresses and taxes go.

/// The codes of two letters, in order. `XK` is not in the standard, which leaves it to whoever
/// needs it; it is what tax offices and banks write for Kosovo.
const CODES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO \
    BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ \
    DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP \
    GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG \
    KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
    MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE \
    PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL \
    SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM \
    US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// Whether two letters in upper case are the code of a country.
#[must_use]
pub(super) fn is_known(code: &str) -> bool {
    code.len() == 2 && CODES.split(' ').any(|it| it == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_countries_as_the_standard_has_and_one_more() {
        let codes: Vec<_> = CODES.split(' ').collect();
        assert_eq!(codes.len(), 249 + 1);
        assert!(codes.windows(2).all(|it| it[0] < it[1]), "in order, and each once");
        assert!(
            codes.iter().all(|it| it.len() == 2 && it.bytes().all(|it| it.is_ascii_uppercase()))
        );
        for (code, expected) in
            [("DE", true), ("XK", true), ("XX", false), ("ZZ", false), ("UK", false), ("D", false)]
        {
            assert_eq!(is_known(code), expected, "{code}");
        }
        assert!(!is_known("DE AD"));
    }
}
