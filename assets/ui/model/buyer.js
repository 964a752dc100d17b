// Who buys here, as far as prices hang on it: for whose address tax is reckoned, and whether prices are told with it.
import { changes, get } from "./api.js";
import { isGuest, isHouse, may, session } from "./session.js";

let asked = {};

/** `account`, where its address is known, and `isConsumer`: a person, and who is not signed in, is told prices with tax in them. */
export function buyer() {
  if (isGuest() || isHouse() || !may("account_read")) return Promise.resolve({ isConsumer: isGuest() });
  const turn = changes.value;
  const { id } = session.value.account;
  const told = (it) => ({ account: it.address?.country ? id : undefined, isConsumer: it.nature === "person" });
  if (asked.turn !== turn) asked = { turn, reading: get(`/accounts/${id}`, { fields: "nature,address" }).then(told, () => ({ isConsumer: false })) };
  return asked.reading;
}
