// Addresses: the lines of one as fields, and one as a line of text.
import { html } from "../html.js";
import { countries, country } from "../model/country.js";
import { t } from "../model/text.js";
import { Field } from "./form.js";

/** The lines of an address, by the names below which they stand; those of an address that `isWhole` must be said. */
export const AddressFields = ({ name = "address", of, isWhole = false }) => html`
  <fieldset><legend>${t("Address")}</legend>
    <${Field} name=${`${name}/street`} label=${t("Street and number")} value=${of?.street ?? ""} required=${isWhole} autocomplete="off" />
    <div class="pair">
      <${Field} name=${`${name}/postal_code`} label=${t("Postal code")} value=${of?.postal_code ?? ""} autocomplete="off" />
      <${Field} name=${`${name}/city`} label=${t("City")} value=${of?.city ?? ""} required=${isWhole} autocomplete="off" />
    </div>
    <div class="pair">
      <${Field} name=${`${name}/region`} label=${t("Region")} value=${of?.region ?? ""} autocomplete="off" />
      <${Field} name=${`${name}/country`} label=${t("Country")} kind="select" value=${of?.country ?? ""} required=${isWhole} options=${[["", t("not said")], ...countries()]} />
    </div>
  </fieldset>`;

/** An address in one line. */
export const addressLine = (of) => of && [of.street, [of.postal_code, of.city].filter(Boolean).join(" "), country(of.country)].filter(Boolean).join(", ");
