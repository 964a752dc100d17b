// Countries: the codes that the server knows, and their names as the reader calls them.
import { language } from "./text.js";

const CODES = `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
  CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
  GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
  KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
  MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
  SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
  UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`.split(/\s+/);

/** What a country is called. */
export const country = (code) => code && new Intl.DisplayNames(language.value, { type: "region" }).of(code);

/** All of them as `[code, name]`, by name. */
export function countries() {
  const names = new Intl.DisplayNames(language.value, { type: "region" });
  return CODES.map((it) => [it, names.of(it)]).sort((one, other) => one[1].localeCompare(other[1], language.value));
}

/** A zone as the reader calls it, where it is called as a country is in English; else as it is called. */
export function inLanguage(zone) {
  const english = new Intl.DisplayNames("en", { type: "region" });
  const code = zone && CODES.find((it) => english.of(it) === zone);
  return code ? country(code) : zone ?? "?";
}
