// The channel through which one came to the shop: said once in the address, and kept as long as the window is open.
import { here } from "./route.js";

const KEY = "tillbox.channel";

/** The channel; nothing where none was said. */
export function channel() {
  const { channel: said } = here.value.query;
  if (said !== undefined) sessionStorage.setItem(KEY, said);
  return sessionStorage.getItem(KEY) || undefined;
}
