// The door of a forgotten password: asks for a link by mail, and never says whether an address is known.
import { form, onSend, open, post } from "./door.js";

onSend(async ({ email }) => {
  await post("/password/reset", { email });
  form.hidden = true;
  document.getElementById("done").hidden = false;
});
open();
