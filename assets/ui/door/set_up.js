// The door of the first start: makes the first operator by the one-time link.
import { get } from "../model/api.js";
import { t } from "../model/text.js";
import { form, goIn, onSend, open, post, refuse, secret } from "./door.js";

const zones = document.getElementById("zones");
for (const zone of Intl.supportedValuesOf("timeZone")) zones.append(new Option(zone, zone));
form.elements.zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;

onSend(async (said) => goIn(await post("/setup", { ...said, token: secret(), locale: document.documentElement.lang })));

open().then(async () => {
  const { needed } = await get("/setup");
  if (!needed) return location.replace("/ui/sign-in?used=1");
  if (!secret()) refuse({ message: t("The link is not whole: open the one that the server printed at its start.") });
});
