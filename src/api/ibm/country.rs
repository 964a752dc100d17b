//! Countries by their English names: what this contract writes, where we keep the code of ISO 3166-1.

use super::error::Said;
use super::message;
use crate::domain::text::Country;

/// The short names of the standard as people write them, by code; where there are several, the one
/// that is shown stands first.
const NAMES: &str = "\
    AD Andorra|AE United Arab Emirates|AF Afghanistan|AG Antigua and Barbuda|AI Anguilla|AL Albania|\
    AM Armenia|AO Angola|AQ Antarctica|AR Argentina|AS American Samoa|AT Austria|AU Australia|AW Aruba|\
    AX Aland Islands|AZ Azerbaijan|BA Bosnia and Herzegovina|BB Barbados|BD Bangladesh|BE Belgium|\
    BF Burkina Faso|BG Bulgaria|BH Bahrain|BI Burundi|BJ Benin|BL Saint Barthelemy|BM Bermuda|\
    BN Brunei Darussalam|BN Brunei|BO Bolivia|BQ Bonaire, Sint Eustatius and Saba|BR Brazil|BS Bahamas|\
    BT Bhutan|BV Bouvet Island|BW Botswana|BY Belarus|BZ Belize|CA Canada|CC Cocos Islands|\
    CD Democratic Republic of the Congo|CF Central African Republic|CG Congo|CH Switzerland|\
    CI Ivory Coast|CI Cote d'Ivoire|CK Cook Islands|CL Chile|CM Cameroon|CN China|CO Colombia|\
    CR Costa Rica|CU Cuba|CV Cape Verde|CV Cabo Verde|CW Curacao|CX Christmas Island|CY Cyprus|\
    CZ Czech Republic|CZ Czechia|DE Germany|DJ Djibouti|DK Denmark|DM Dominica|DO Dominican Republic|\
    DZ Algeria|EC Ecuador|EE Estonia|EG Egypt|EH Western Sahara|ER Eritrea|ES Spain|ET Ethiopia|\
    FI Finland|FJ Fiji|FK Falkland Islands|FM Micronesia|FO Faroe Islands|FR France|GA Gabon|\
    GB United Kingdom|GB Great Britain|GB UK|GD Grenada|GE Georgia|GF French Guiana|GG Guernsey|GH Ghana|\
    GI Gibraltar|GL Greenland|GM Gambia|GN Guinea|GP Guadeloupe|GQ Equatorial Guinea|GR Greece|\
    GS South Georgia and the South Sandwich Islands|GT Guatemala|GU Guam|GW Guinea-Bissau|GY Guyana|\
    HK Hong Kong|HM Heard Island and McDonald Islands|HN Honduras|HR Croatia|HT Haiti|HU Hungary|\
    ID Indonesia|IE Ireland|IL Israel|IM Isle of Man|IN India|IO British Indian Ocean Territory|IQ Iraq|\
    IR Iran|IS Iceland|IT Italy|JE Jersey|JM Jamaica|JO Jordan|JP Japan|KE Kenya|KG Kyrgyzstan|\
    KH Cambodia|KI Kiribati|KM Comoros|KN Saint Kitts and Nevis|KP North Korea|KR South Korea|\
    KR Republic of Korea|KR Korea|KW Kuwait|KY Cayman Islands|KZ Kazakhstan|LA Laos|LB Lebanon|\
    LC Saint Lucia|LI Liechtenstein|LK Sri Lanka|LR Liberia|LS Lesotho|LT Lithuania|LU Luxembourg|\
    LV Latvia|LY Libya|MA Morocco|MC Monaco|MD Moldova|ME Montenegro|MF Saint Martin|MG Madagascar|\
    MH Marshall Islands|MK North Macedonia|MK Macedonia|ML Mali|MM Myanmar|MN Mongolia|MO Macao|MO Macau|\
    MP Northern Mariana Islands|MQ Martinique|MR Mauritania|MS Montserrat|MT Malta|MU Mauritius|\
    MV Maldives|MW Malawi|MX Mexico|MY Malaysia|MZ Mozambique|NA Namibia|NC New Caledonia|NE Niger|\
    NF Norfolk Island|NG Nigeria|NI Nicaragua|NL Netherlands|NL The Netherlands|NO Norway|NP Nepal|\
    NR Nauru|NU Niue|NZ New Zealand|OM Oman|PA Panama|PE Peru|PF French Polynesia|PG Papua New Guinea|\
    PH Philippines|PK Pakistan|PL Poland|PM Saint Pierre and Miquelon|PN Pitcairn|PR Puerto Rico|\
    PS Palestine|PT Portugal|PW Palau|PY Paraguay|QA Qatar|RE Reunion|RO Romania|RS Serbia|RU Russia|\
    RU Russian Federation|RW Rwanda|SA Saudi Arabia|SB Solomon Islands|SC Seychelles|SD Sudan|SE Sweden|\
    SG Singapore|SH Saint Helena, Ascension and Tristan da Cunha|SI Slovenia|SJ Svalbard and Jan Mayen|\
    SK Slovakia|SL Sierra Leone|SM San Marino|SN Senegal|SO Somalia|SR Suriname|SS South Sudan|\
    ST Sao Tome and Principe|SV El Salvador|SX Sint Maarten|SY Syria|SZ Eswatini|SZ Swaziland|\
    TC Turks and Caicos Islands|TD Chad|TF French Southern Territories|TG Togo|TH Thailand|TJ Tajikistan|\
    TK Tokelau|TL Timor-Leste|TM Turkmenistan|TN Tunisia|TO Tonga|TR Turkey|TR Turkiye|\
    TT Trinidad and Tobago|TV Tuvalu|TW Taiwan|TZ Tanzania|UA Ukraine|UG Uganda|\
    UM United States Minor Outlying Islands|US United States|US United States of America|US USA|\
    UY Uruguay|UZ Uzbekistan|VA Vatican City|VC Saint Vincent and the Grenadines|VE Venezuela|\
    VG British Virgin Islands|VI U.S. Virgin Islands|VN Vietnam|VN Viet Nam|VU Vanuatu|\
    WF Wallis and Futuna|WS Samoa|XK Kosovo|YE Yemen|YT Mayotte|ZA South Africa|ZM Zambia|ZW Zimbabwe";

fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.split('|').filter_map(|it| it.split_once(' '))
}

/// The country that somebody writes, by its name or its two letters.
pub(super) fn read(text: &str) -> Result<Country, Said> {
    let text = text.trim();
    let named = names().find(|it| it.1.eq_ignore_ascii_case(text)).map_or(text, |it| it.0);
    named.parse().map_err(|_| message::VALUE_INVALID.with([text, "Country"]))
}

/// Whether somebody writes a country.
pub(super) fn check(text: &str) -> Result<(), Said> {
    read(text).map(drop)
}

/// Whether somebody writes the two letters of a country.
pub(super) fn check_code(text: &str) -> Result<(), Said> {
    let known = names().any(|it| it.0.eq_ignore_ascii_case(text.trim()));
    if known { Ok(()) } else { Err(message::VALUE_INVALID.with([text, "CountryCode"])) }
}

/// The name of a country.
pub(super) fn name(of: &Country) -> &str {
    let found = names().find(|it| it.0 == of.as_str());
    found.map_or(of.as_str(), |it| it.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_name_that_leads_back_to_it() {
        let letters = || 'A'..='Z';
        let pairs = letters().flat_map(|one| letters().map(move |other| format!("{one}{other}")));
        let known: Vec<Country> = pairs.filter_map(|it| it.parse().ok()).collect();
        for country in &known {
            let name = name(country);
            assert_ne!(name, country.as_str(), "has a name");
            assert_eq!(read(name).as_ref(), Ok(country), "{name}");
        }
        let named = names().filter(|it| known.iter().all(|known| known.as_str() != it.0));
        assert_eq!(named.collect::<Vec<_>>(), [], "names of no country");
    }

    #[test]
    fn a_country_is_written_in_more_than_one_way() {
        let code = |text: &str| read(text).map(|it| it.to_string());
        for text in ["United States", "united states of america", " US ", "usa"] {
            assert_eq!(code(text), Ok("US".to_owned()), "{text}");
        }
        let refused = message::VALUE_INVALID.with(["Atlantis", "Country"]);
        assert_eq!(code("Atlantis"), Err(refused));
    }
}
