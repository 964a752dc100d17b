// Stars: how much an offer is liked, as one sees it and as one says it.
import { html } from "../html.js";
import { quantity } from "../model/money.js";
import { t } from "../model/text.js";

const ALL = [1, 2, 3, 4, 5];

/** Stars out of five, with the number in words for who does not see them. */
export const Stars = ({ of }) => html`
  <span class="stars" role="img" aria-label=${t("{stars} of 5 stars", { stars: quantity(of) })}>${ALL.map((it) => html`<span class=${Number(of) >= it - 0.25 ? "on" : Number(of) >= it - 0.75 ? "half" : ""}>★</span>`)}</span>`;

/** What all buyers together think: stars and how many say so. */
export const Rating = ({ of }) => of?.count > 0 && html`
  <span class="rating"><${Stars} of=${of.average} /> <small>${quantity(of.average)} (${of.count})</small></span>`;

/** Stars to be chosen, as `name` in a form. */
export const StarField = ({ label, value, onPick }) => html`
  <fieldset class="star-field"><legend>${label}</legend>
    <div class="row">${ALL.map((it) => html`
      <label key=${it} class=${it <= value ? "on" : ""}><input type="radio" name="stars" value=${it} checked=${it === value} required onChange=${() => onPick(it)} /><span aria-hidden="true">★</span><span class="unseen">${t("{count} stars", { count: it })}</span></label>`)}</div>
  </fieldset>`;
