//! Countries: the codes of ISO 3166-1, by which addresses and taxes go, and what people call them.

use super::text::Country;

/// Whether two letters in upper case are the code of a country. `XK` is not in the standard, which leaves
/// it to whoever needs it; it is what tax offices and banks write for Kosovo.
#[must_use]
pub(super) fn is_known(code: &str) -> bool {
    NAMES.binary_search_by(|it| it.0.cmp(code)).is_ok()
}

/// What a country is called in a language, by the two letters of it; in English where we do not know
/// the language, and by its code where we do not know the country.
#[must_use]
pub fn name<'a>(country: &'a Country, language: &str) -> &'a str {
    let found = NAMES.binary_search_by(|it| it.0.cmp(country.as_str())).ok().map(|it| NAMES[it]);
    let Some((_, english, german, french, spanish)) = found else { return country.as_str() };
    match language {
        "de" => german,
        "fr" => french,
        "es" => spanish,
        _ => english,
    }
}

/// The country that a text names by its code or by a name in any language that we know.
#[must_use]
pub fn read(text: &str) -> Option<Country> {
    text.trim().parse().ok().or_else(|| named(text))
}

/// The country with a name in any of the languages that we know, in any case, or with one that people
/// use beside those.
fn named(text: &str) -> Option<Country> {
    let text = text.trim().to_lowercase();
    let is = |name: &str| name.to_lowercase() == text;
    let found = NAMES.iter().find(|it| [it.1, it.2, it.3, it.4].into_iter().any(is));
    let other = || OTHERS.iter().find(|it| is(it.0)).map(|it| it.1);
    found.map(|it| it.0).or_else(other).and_then(|it| it.parse().ok())
}

/// Names that people use beside those of CLDR.
#[rustfmt::skip] // so that a name is a line
const OTHERS: &[(&str, &str)] = &[
    ("Aland Islands", "AX"),
    ("Antigua and Barbuda", "AG"),
    ("Bonaire, Sint Eustatius and Saba", "BQ"),
    ("Bosnia and Herzegovina", "BA"),
    ("Brasil", "BR"),
    ("Britain", "GB"),
    ("Cocos Islands", "CC"),
    ("Cote d'Ivoire", "CI"),
    ("Curacao", "CW"),
    ("Czech Republic", "CZ"),
    ("Democratic Republic of the Congo", "CD"),
    ("England", "GB"),
    ("Great Britain", "GB"),
    ("Heard Island and McDonald Islands", "HM"),
    ("Holland", "NL"),
    ("Hong Kong", "HK"),
    ("Ivory Coast", "CI"),
    ("Korea", "KR"),
    ("Korea, Republic of", "KR"),
    ("Macao", "MO"),
    ("Macau", "MO"),
    ("Macedonia", "MK"),
    ("Palestine", "PS"),
    ("Pitcairn", "PN"),
    ("Republic of Ireland", "IE"),
    ("Republic of Korea", "KR"),
    ("Reunion", "RE"),
    ("Russian Federation", "RU"),
    ("Saint Barthelemy", "BL"),
    ("Saint Helena, Ascension and Tristan da Cunha", "SH"),
    ("Saint Kitts and Nevis", "KN"),
    ("Saint Lucia", "LC"),
    ("Saint Martin", "MF"),
    ("Saint Pierre and Miquelon", "PM"),
    ("Saint Vincent and the Grenadines", "VC"),
    ("Sao Tome and Principe", "ST"),
    ("South Georgia and the South Sandwich Islands", "GS"),
    ("Svalbard and Jan Mayen", "SJ"),
    ("Swaziland", "SZ"),
    ("The Netherlands", "NL"),
    ("Trinidad and Tobago", "TT"),
    ("Turkey", "TR"),
    ("Turkiye", "TR"),
    ("Turks and Caicos Islands", "TC"),
    ("U.S.", "US"),
    ("U.S.A.", "US"),
    ("UK", "GB"),
    ("USA", "US"),
    ("United Kingdom of Great Britain and Northern Ireland", "GB"),
    ("United States Minor Outlying Islands", "UM"),
    ("United States of America", "US"),
    ("Viet Nam", "VN"),
    ("Wallis and Futuna", "WF"),
];

/// Code, and name in English, German, French and Spanish; in the order of the codes.
#[rustfmt::skip] // so that a country is a line
const NAMES: &[(&str, &str, &str, &str, &str)] = &[
    ("AD", "Andorra", "Andorra", "Andorre", "Andorra"),
    ("AE", "United Arab Emirates", "Vereinigte Arabische Emirate", "Émirats arabes unis", "Emiratos Árabes Unidos"),
    ("AF", "Afghanistan", "Afghanistan", "Afghanistan", "Afganistán"),
    ("AG", "Antigua & Barbuda", "Antigua und Barbuda", "Antigua-et-Barbuda", "Antigua y Barbuda"),
    ("AI", "Anguilla", "Anguilla", "Anguilla", "Anguila"),
    ("AL", "Albania", "Albanien", "Albanie", "Albania"),
    ("AM", "Armenia", "Armenien", "Arménie", "Armenia"),
    ("AO", "Angola", "Angola", "Angola", "Angola"),
    ("AQ", "Antarctica", "Antarktis", "Antarctique", "Antártida"),
    ("AR", "Argentina", "Argentinien", "Argentine", "Argentina"),
    ("AS", "American Samoa", "Amerikanisch-Samoa", "Samoa américaines", "Samoa Americana"),
    ("AT", "Austria", "Österreich", "Autriche", "Austria"),
    ("AU", "Australia", "Australien", "Australie", "Australia"),
    ("AW", "Aruba", "Aruba", "Aruba", "Aruba"),
    ("AX", "Åland Islands", "Ålandinseln", "Îles Åland", "Islas Aland"),
    ("AZ", "Azerbaijan", "Aserbaidschan", "Azerbaïdjan", "Azerbaiyán"),
    ("BA", "Bosnia & Herzegovina", "Bosnien und Herzegowina", "Bosnie-Herzégovine", "Bosnia y Herzegovina"),
    ("BB", "Barbados", "Barbados", "Barbade", "Barbados"),
    ("BD", "Bangladesh", "Bangladesch", "Bangladesh", "Bangladés"),
    ("BE", "Belgium", "Belgien", "Belgique", "Bélgica"),
    ("BF", "Burkina Faso", "Burkina Faso", "Burkina Faso", "Burkina Faso"),
    ("BG", "Bulgaria", "Bulgarien", "Bulgarie", "Bulgaria"),
    ("BH", "Bahrain", "Bahrain", "Bahreïn", "Baréin"),
    ("BI", "Burundi", "Burundi", "Burundi", "Burundi"),
    ("BJ", "Benin", "Benin", "Bénin", "Benín"),
    ("BL", "St. Barthélemy", "St. Barthélemy", "Saint-Barthélemy", "San Bartolomé"),
    ("BM", "Bermuda", "Bermuda", "Bermudes", "Bermudas"),
    ("BN", "Brunei", "Brunei Darussalam", "Brunei", "Brunéi"),
    ("BO", "Bolivia", "Bolivien", "Bolivie", "Bolivia"),
    ("BQ", "Caribbean Netherlands", "Karibische Niederlande", "Pays-Bas caribéens", "Caribe neerlandés"),
    ("BR", "Brazil", "Brasilien", "Brésil", "Brasil"),
    ("BS", "Bahamas", "Bahamas", "Bahamas", "Bahamas"),
    ("BT", "Bhutan", "Bhutan", "Bhoutan", "Bután"),
    ("BV", "Bouvet Island", "Bouvetinsel", "Île Bouvet", "Isla Bouvet"),
    ("BW", "Botswana", "Botsuana", "Botswana", "Botsuana"),
    ("BY", "Belarus", "Belarus", "Biélorussie", "Bielorrusia"),
    ("BZ", "Belize", "Belize", "Belize", "Belice"),
    ("CA", "Canada", "Kanada", "Canada", "Canadá"),
    ("CC", "Cocos (Keeling) Islands", "Kokosinseln", "Îles Cocos", "Islas Cocos"),
    ("CD", "Congo - Kinshasa", "Kongo-Kinshasa", "Congo-Kinshasa", "República Democrática del Congo"),
    ("CF", "Central African Republic", "Zentralafrikanische Republik", "République centrafricaine", "República Centroafricana"),
    ("CG", "Congo - Brazzaville", "Kongo-Brazzaville", "Congo-Brazzaville", "Congo"),
    ("CH", "Switzerland", "Schweiz", "Suisse", "Suiza"),
    ("CI", "Côte d’Ivoire", "Côte d’Ivoire", "Côte d’Ivoire", "Côte d’Ivoire"),
    ("CK", "Cook Islands", "Cookinseln", "Îles Cook", "Islas Cook"),
    ("CL", "Chile", "Chile", "Chili", "Chile"),
    ("CM", "Cameroon", "Kamerun", "Cameroun", "Camerún"),
    ("CN", "China", "China", "Chine", "China"),
    ("CO", "Colombia", "Kolumbien", "Colombie", "Colombia"),
    ("CR", "Costa Rica", "Costa Rica", "Costa Rica", "Costa Rica"),
    ("CU", "Cuba", "Kuba", "Cuba", "Cuba"),
    ("CV", "Cape Verde", "Cabo Verde", "Cap-Vert", "Cabo Verde"),
    ("CW", "Curaçao", "Curaçao", "Curaçao", "Curazao"),
    ("CX", "Christmas Island", "Weihnachtsinsel", "Île Christmas", "Isla de Navidad"),
    ("CY", "Cyprus", "Zypern", "Chypre", "Chipre"),
    ("CZ", "Czechia", "Tschechien", "Tchéquie", "Chequia"),
    ("DE", "Germany", "Deutschland", "Allemagne", "Alemania"),
    ("DJ", "Djibouti", "Dschibuti", "Djibouti", "Yibuti"),
    ("DK", "Denmark", "Dänemark", "Danemark", "Dinamarca"),
    ("DM", "Dominica", "Dominica", "Dominique", "Dominica"),
    ("DO", "Dominican Republic", "Dominikanische Republik", "République dominicaine", "República Dominicana"),
    ("DZ", "Algeria", "Algerien", "Algérie", "Argelia"),
    ("EC", "Ecuador", "Ecuador", "Équateur", "Ecuador"),
    ("EE", "Estonia", "Estland", "Estonie", "Estonia"),
    ("EG", "Egypt", "Ägypten", "Égypte", "Egipto"),
    ("EH", "Western Sahara", "Westsahara", "Sahara occidental", "Sáhara Occidental"),
    ("ER", "Eritrea", "Eritrea", "Érythrée", "Eritrea"),
    ("ES", "Spain", "Spanien", "Espagne", "España"),
    ("ET", "Ethiopia", "Äthiopien", "Éthiopie", "Etiopía"),
    ("FI", "Finland", "Finnland", "Finlande", "Finlandia"),
    ("FJ", "Fiji", "Fidschi", "Fidji", "Fiyi"),
    ("FK", "Falkland Islands", "Falklandinseln", "Îles Malouines", "Islas Malvinas"),
    ("FM", "Micronesia", "Mikronesien", "Micronésie", "Micronesia"),
    ("FO", "Faroe Islands", "Färöer", "Îles Féroé", "Islas Feroe"),
    ("FR", "France", "Frankreich", "France", "Francia"),
    ("GA", "Gabon", "Gabun", "Gabon", "Gabón"),
    ("GB", "United Kingdom", "Vereinigtes Königreich", "Royaume-Uni", "Reino Unido"),
    ("GD", "Grenada", "Grenada", "Grenade", "Granada"),
    ("GE", "Georgia", "Georgien", "Géorgie", "Georgia"),
    ("GF", "French Guiana", "Französisch-Guayana", "Guyane française", "Guayana Francesa"),
    ("GG", "Guernsey", "Guernsey", "Guernesey", "Guernesey"),
    ("GH", "Ghana", "Ghana", "Ghana", "Ghana"),
    ("GI", "Gibraltar", "Gibraltar", "Gibraltar", "Gibraltar"),
    ("GL", "Greenland", "Grönland", "Groenland", "Groenlandia"),
    ("GM", "Gambia", "Gambia", "Gambie", "Gambia"),
    ("GN", "Guinea", "Guinea", "Guinée", "Guinea"),
    ("GP", "Guadeloupe", "Guadeloupe", "Guadeloupe", "Guadalupe"),
    ("GQ", "Equatorial Guinea", "Äquatorialguinea", "Guinée équatoriale", "Guinea Ecuatorial"),
    ("GR", "Greece", "Griechenland", "Grèce", "Grecia"),
    ("GS", "South Georgia & South Sandwich Islands", "Südgeorgien und die Südlichen Sandwichinseln", "Géorgie du Sud-et-les Îles Sandwich du Sud", "Islas Georgia del Sur y Sandwich del Sur"),
    ("GT", "Guatemala", "Guatemala", "Guatemala", "Guatemala"),
    ("GU", "Guam", "Guam", "Guam", "Guam"),
    ("GW", "Guinea-Bissau", "Guinea-Bissau", "Guinée-Bissau", "Guinea-Bisáu"),
    ("GY", "Guyana", "Guyana", "Guyana", "Guyana"),
    ("HK", "Hong Kong SAR China", "Sonderverwaltungsregion Hongkong", "R.A.S. chinoise de Hong Kong", "RAE de Hong Kong (China)"),
    ("HM", "Heard & McDonald Islands", "Heard und McDonaldinseln", "Îles Heard-et-MacDonald", "Islas Heard y McDonald"),
    ("HN", "Honduras", "Honduras", "Honduras", "Honduras"),
    ("HR", "Croatia", "Kroatien", "Croatie", "Croacia"),
    ("HT", "Haiti", "Haiti", "Haïti", "Haití"),
    ("HU", "Hungary", "Ungarn", "Hongrie", "Hungría"),
    ("ID", "Indonesia", "Indonesien", "Indonésie", "Indonesia"),
    ("IE", "Ireland", "Irland", "Irlande", "Irlanda"),
    ("IL", "Israel", "Israel", "Israël", "Israel"),
    ("IM", "Isle of Man", "Isle of Man", "Île de Man", "Isla de Man"),
    ("IN", "India", "Indien", "Inde", "India"),
    ("IO", "British Indian Ocean Territory", "Britisches Territorium im Indischen Ozean", "Territoire britannique de l’océan Indien", "Territorio Británico del Océano Índico"),
    ("IQ", "Iraq", "Irak", "Irak", "Irak"),
    ("IR", "Iran", "Iran", "Iran", "Irán"),
    ("IS", "Iceland", "Island", "Islande", "Islandia"),
    ("IT", "Italy", "Italien", "Italie", "Italia"),
    ("JE", "Jersey", "Jersey", "Jersey", "Jersey"),
    ("JM", "Jamaica", "Jamaika", "Jamaïque", "Jamaica"),
    ("JO", "Jordan", "Jordanien", "Jordanie", "Jordania"),
    ("JP", "Japan", "Japan", "Japon", "Japón"),
    ("KE", "Kenya", "Kenia", "Kenya", "Kenia"),
    ("KG", "Kyrgyzstan", "Kirgisistan", "Kirghizstan", "Kirguistán"),
    ("KH", "Cambodia", "Kambodscha", "Cambodge", "Camboya"),
    ("KI", "Kiribati", "Kiribati", "Kiribati", "Kiribati"),
    ("KM", "Comoros", "Komoren", "Comores", "Comoras"),
    ("KN", "St. Kitts & Nevis", "St. Kitts und Nevis", "Saint-Christophe-et-Niévès", "San Cristóbal y Nieves"),
    ("KP", "North Korea", "Nordkorea", "Corée du Nord", "Corea del Norte"),
    ("KR", "South Korea", "Südkorea", "Corée du Sud", "Corea del Sur"),
    ("KW", "Kuwait", "Kuwait", "Koweït", "Kuwait"),
    ("KY", "Cayman Islands", "Kaimaninseln", "Îles Caïmans", "Islas Caimán"),
    ("KZ", "Kazakhstan", "Kasachstan", "Kazakhstan", "Kazajistán"),
    ("LA", "Laos", "Laos", "Laos", "Laos"),
    ("LB", "Lebanon", "Libanon", "Liban", "Líbano"),
    ("LC", "St. Lucia", "St. Lucia", "Sainte-Lucie", "Santa Lucía"),
    ("LI", "Liechtenstein", "Liechtenstein", "Liechtenstein", "Liechtenstein"),
    ("LK", "Sri Lanka", "Sri Lanka", "Sri Lanka", "Sri Lanka"),
    ("LR", "Liberia", "Liberia", "Liberia", "Liberia"),
    ("LS", "Lesotho", "Lesotho", "Lesotho", "Lesoto"),
    ("LT", "Lithuania", "Litauen", "Lituanie", "Lituania"),
    ("LU", "Luxembourg", "Luxemburg", "Luxembourg", "Luxemburgo"),
    ("LV", "Latvia", "Lettland", "Lettonie", "Letonia"),
    ("LY", "Libya", "Libyen", "Libye", "Libia"),
    ("MA", "Morocco", "Marokko", "Maroc", "Marruecos"),
    ("MC", "Monaco", "Monaco", "Monaco", "Mónaco"),
    ("MD", "Moldova", "Republik Moldau", "Moldavie", "Moldavia"),
    ("ME", "Montenegro", "Montenegro", "Monténégro", "Montenegro"),
    ("MF", "St. Martin", "St. Martin", "Saint-Martin", "San Martín"),
    ("MG", "Madagascar", "Madagaskar", "Madagascar", "Madagascar"),
    ("MH", "Marshall Islands", "Marshallinseln", "Îles Marshall", "Islas Marshall"),
    ("MK", "North Macedonia", "Nordmazedonien", "Macédoine du Nord", "Macedonia del Norte"),
    ("ML", "Mali", "Mali", "Mali", "Mali"),
    ("MM", "Myanmar (Burma)", "Myanmar", "Myanmar (Birmanie)", "Myanmar (Birmania)"),
    ("MN", "Mongolia", "Mongolei", "Mongolie", "Mongolia"),
    ("MO", "Macao SAR China", "Sonderverwaltungsregion Macau", "R.A.S. chinoise de Macao", "RAE de Macao (China)"),
    ("MP", "Northern Mariana Islands", "Nördliche Marianen", "Îles Mariannes du Nord", "Islas Marianas del Norte"),
    ("MQ", "Martinique", "Martinique", "Martinique", "Martinica"),
    ("MR", "Mauritania", "Mauretanien", "Mauritanie", "Mauritania"),
    ("MS", "Montserrat", "Montserrat", "Montserrat", "Montserrat"),
    ("MT", "Malta", "Malta", "Malte", "Malta"),
    ("MU", "Mauritius", "Mauritius", "Maurice", "Mauricio"),
    ("MV", "Maldives", "Malediven", "Maldives", "Maldivas"),
    ("MW", "Malawi", "Malawi", "Malawi", "Malaui"),
    ("MX", "Mexico", "Mexiko", "Mexique", "México"),
    ("MY", "Malaysia", "Malaysia", "Malaisie", "Malasia"),
    ("MZ", "Mozambique", "Mosambik", "Mozambique", "Mozambique"),
    ("NA", "Namibia", "Namibia", "Namibie", "Namibia"),
    ("NC", "New Caledonia", "Neukaledonien", "Nouvelle-Calédonie", "Nueva Caledonia"),
    ("NE", "Niger", "Niger", "Niger", "Níger"),
    ("NF", "Norfolk Island", "Norfolkinsel", "Île Norfolk", "Isla Norfolk"),
    ("NG", "Nigeria", "Nigeria", "Nigeria", "Nigeria"),
    ("NI", "Nicaragua", "Nicaragua", "Nicaragua", "Nicaragua"),
    ("NL", "Netherlands", "Niederlande", "Pays-Bas", "Países Bajos"),
    ("NO", "Norway", "Norwegen", "Norvège", "Noruega"),
    ("NP", "Nepal", "Nepal", "Népal", "Nepal"),
    ("NR", "Nauru", "Nauru", "Nauru", "Nauru"),
    ("NU", "Niue", "Niue", "Niue", "Niue"),
    ("NZ", "New Zealand", "Neuseeland", "Nouvelle-Zélande", "Nueva Zelanda"),
    ("OM", "Oman", "Oman", "Oman", "Omán"),
    ("PA", "Panama", "Panama", "Panama", "Panamá"),
    ("PE", "Peru", "Peru", "Pérou", "Perú"),
    ("PF", "French Polynesia", "Französisch-Polynesien", "Polynésie française", "Polinesia Francesa"),
    ("PG", "Papua New Guinea", "Papua-Neuguinea", "Papouasie-Nouvelle-Guinée", "Papúa Nueva Guinea"),
    ("PH", "Philippines", "Philippinen", "Philippines", "Filipinas"),
    ("PK", "Pakistan", "Pakistan", "Pakistan", "Pakistán"),
    ("PL", "Poland", "Polen", "Pologne", "Polonia"),
    ("PM", "St. Pierre & Miquelon", "St. Pierre und Miquelon", "Saint-Pierre-et-Miquelon", "San Pedro y Miquelón"),
    ("PN", "Pitcairn Islands", "Pitcairninseln", "Îles Pitcairn", "Islas Pitcairn"),
    ("PR", "Puerto Rico", "Puerto Rico", "Porto Rico", "Puerto Rico"),
    ("PS", "Palestinian Territories", "Palästinensische Autonomiegebiete", "Territoires palestiniens", "Territorios Palestinos"),
    ("PT", "Portugal", "Portugal", "Portugal", "Portugal"),
    ("PW", "Palau", "Palau", "Palaos", "Palaos"),
    ("PY", "Paraguay", "Paraguay", "Paraguay", "Paraguay"),
    ("QA", "Qatar", "Katar", "Qatar", "Catar"),
    ("RE", "Réunion", "Réunion", "La Réunion", "Reunión"),
    ("RO", "Romania", "Rumänien", "Roumanie", "Rumanía"),
    ("RS", "Serbia", "Serbien", "Serbie", "Serbia"),
    ("RU", "Russia", "Russland", "Russie", "Rusia"),
    ("RW", "Rwanda", "Ruanda", "Rwanda", "Ruanda"),
    ("SA", "Saudi Arabia", "Saudi-Arabien", "Arabie saoudite", "Arabia Saudí"),
    ("SB", "Solomon Islands", "Salomonen", "Îles Salomon", "Islas Salomón"),
    ("SC", "Seychelles", "Seychellen", "Seychelles", "Seychelles"),
    ("SD", "Sudan", "Sudan", "Soudan", "Sudán"),
    ("SE", "Sweden", "Schweden", "Suède", "Suecia"),
    ("SG", "Singapore", "Singapur", "Singapour", "Singapur"),
    ("SH", "St. Helena", "St. Helena", "Sainte-Hélène", "Santa Elena"),
    ("SI", "Slovenia", "Slowenien", "Slovénie", "Eslovenia"),
    ("SJ", "Svalbard & Jan Mayen", "Spitzbergen und Jan Mayen", "Svalbard et Jan Mayen", "Svalbard y Jan Mayen"),
    ("SK", "Slovakia", "Slowakei", "Slovaquie", "Eslovaquia"),
    ("SL", "Sierra Leone", "Sierra Leone", "Sierra Leone", "Sierra Leona"),
    ("SM", "San Marino", "San Marino", "Saint-Marin", "San Marino"),
    ("SN", "Senegal", "Senegal", "Sénégal", "Senegal"),
    ("SO", "Somalia", "Somalia", "Somalie", "Somalia"),
    ("SR", "Suriname", "Suriname", "Suriname", "Surinam"),
    ("SS", "South Sudan", "Südsudan", "Soudan du Sud", "Sudán del Sur"),
    ("ST", "São Tomé & Príncipe", "São Tomé und Príncipe", "Sao Tomé-et-Principe", "Santo Tomé y Príncipe"),
    ("SV", "El Salvador", "El Salvador", "Salvador", "El Salvador"),
    ("SX", "Sint Maarten", "Sint Maarten", "Saint-Martin (partie néerlandaise)", "Sint Maarten"),
    ("SY", "Syria", "Syrien", "Syrie", "Siria"),
    ("SZ", "Eswatini", "Eswatini", "Eswatini", "Esuatini"),
    ("TC", "Turks & Caicos Islands", "Turks- und Caicosinseln", "Îles Turques-et-Caïques", "Islas Turcas y Caicos"),
    ("TD", "Chad", "Tschad", "Tchad", "Chad"),
    ("TF", "French Southern Territories", "Französische Süd- und Antarktisgebiete", "Terres australes françaises", "Territorios Australes Franceses"),
    ("TG", "Togo", "Togo", "Togo", "Togo"),
    ("TH", "Thailand", "Thailand", "Thaïlande", "Tailandia"),
    ("TJ", "Tajikistan", "Tadschikistan", "Tadjikistan", "Tayikistán"),
    ("TK", "Tokelau", "Tokelau", "Tokelau", "Tokelau"),
    ("TL", "Timor-Leste", "Timor-Leste", "Timor oriental", "Timor-Leste"),
    ("TM", "Turkmenistan", "Turkmenistan", "Turkménistan", "Turkmenistán"),
    ("TN", "Tunisia", "Tunesien", "Tunisie", "Túnez"),
    ("TO", "Tonga", "Tonga", "Tonga", "Tonga"),
    ("TR", "Türkiye", "Türkei", "Turquie", "Turquía"),
    ("TT", "Trinidad & Tobago", "Trinidad und Tobago", "Trinité-et-Tobago", "Trinidad y Tobago"),
    ("TV", "Tuvalu", "Tuvalu", "Tuvalu", "Tuvalu"),
    ("TW", "Taiwan", "Taiwan", "Taïwan", "Taiwán"),
    ("TZ", "Tanzania", "Tansania", "Tanzanie", "Tanzania"),
    ("UA", "Ukraine", "Ukraine", "Ukraine", "Ucrania"),
    ("UG", "Uganda", "Uganda", "Ouganda", "Uganda"),
    ("UM", "U.S. Outlying Islands", "Amerikanische Überseeinseln", "Îles mineures éloignées des États-Unis", "Islas menores alejadas de EE. UU."),
    ("US", "United States", "Vereinigte Staaten", "États-Unis", "Estados Unidos"),
    ("UY", "Uruguay", "Uruguay", "Uruguay", "Uruguay"),
    ("UZ", "Uzbekistan", "Usbekistan", "Ouzbékistan", "Uzbekistán"),
    ("VA", "Vatican City", "Vatikanstadt", "État de la Cité du Vatican", "Ciudad del Vaticano"),
    ("VC", "St. Vincent & Grenadines", "St. Vincent und die Grenadinen", "Saint-Vincent-et-les Grenadines", "San Vicente y las Granadinas"),
    ("VE", "Venezuela", "Venezuela", "Venezuela", "Venezuela"),
    ("VG", "British Virgin Islands", "Britische Jungferninseln", "Îles Vierges britanniques", "Islas Vírgenes Británicas"),
    ("VI", "U.S. Virgin Islands", "Amerikanische Jungferninseln", "Îles Vierges des États-Unis", "Islas Vírgenes de EE. UU."),
    ("VN", "Vietnam", "Vietnam", "Viêt Nam", "Vietnam"),
    ("VU", "Vanuatu", "Vanuatu", "Vanuatu", "Vanuatu"),
    ("WF", "Wallis & Futuna", "Wallis und Futuna", "Wallis-et-Futuna", "Wallis y Futuna"),
    ("WS", "Samoa", "Samoa", "Samoa", "Samoa"),
    ("XK", "Kosovo", "Kosovo", "Kosovo", "Kosovo"),
    ("YE", "Yemen", "Jemen", "Yémen", "Yemen"),
    ("YT", "Mayotte", "Mayotte", "Mayotte", "Mayotte"),
    ("ZA", "South Africa", "Südafrika", "Afrique du Sud", "Sudáfrica"),
    ("ZM", "Zambia", "Sambia", "Zambie", "Zambia"),
    ("ZW", "Zimbabwe", "Simbabwe", "Zimbabwe", "Zimbabue"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_has_a_name_in_each_language() {
        let germany: Country = "DE".parse().expect("a country");
        let told = ["en", "de", "fr", "es", "pl"].map(|it| name(&germany, it));
        assert_eq!(told, ["Germany", "Deutschland", "Allemagne", "Alemania", "Germany"]);
    }

    #[test]
    fn a_country_is_found_by_each_of_its_names() {
        let code = |it: &str| named(it).map(|it| it.to_string()).unwrap_or_default();
        for (name, expected) in [
            ("Germany", "DE"),
            (" deutschland ", "DE"),
            ("ALEMANIA", "DE"),
            ("österreich", "AT"),
            ("United States", "US"),
            ("usa", "US"),
            ("Czech Republic", "CZ"),
            ("Atlantis", ""),
            ("", ""),
        ] {
            assert_eq!(code(name), expected, "{name}");
        }
        for (name, code) in OTHERS {
            assert_eq!(named(name).map(|it| it.to_string()).as_deref(), Some(*code), "{name}");
            let ours = |it: &(&str, &str, &str, &str, &str)| {
                [it.1, it.2, it.3, it.4].contains(name) && it.0 != *code
            };
            assert!(!NAMES.iter().any(ours), "{name} is another country");
        }
    }

    #[test]
    fn all_countries_are_there_in_order() {
        assert!(NAMES.windows(2).all(|it| it[0].0 < it[1].0), "in order, and each once");
        for (code, english, ..) in NAMES {
            let country = code.parse::<Country>().expect("a country");
            assert_eq!(read(english), Some(country), "{english}");
        }
        assert_eq!(NAMES.len(), 249 + 1, "as many as the standard has, and one more");
        let known = [
            ("DE", true),
            ("XK", true),
            ("XX", false),
            ("ZZ", false),
            ("UK", false),
            ("D", false),
            ("DE AD", false),
        ];
        for (code, expected) in known {
            assert_eq!(is_known(code), expected, "{code}");
        }
    }
}
