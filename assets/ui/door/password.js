// The door of a link from a mail: chooses a password, for an invitation or after one was forgotten.
import { t } from "../model/text.js";
import { goIn, onSend, open, post, refuse, secret } from "./door.js";

onSend(async ({ password }) => goIn(await post("/password/redeem", { token: secret(), password })));

open().then(() => {
  if (!secret()) refuse({ message: t("The link is not whole: copy all of it from the mail.") });
});
