// The door to sign in: without leaving the page, and with a new password where the old one was for one use.
import { get } from "../model/api.js";
import { t } from "../model/text.js";
import { form, goIn, onSend, open, post, refuse } from "./door.js";

const MUST_CHANGE = "password_must_change";
const another = document.getElementById("another");

async function signIn({ email, password, new: wanted }) {
  if (wanted) return goIn(await post("/password/renew", { email, present: password, password: wanted }));
  try {
    const session = await post("/session", { email, password });
    if (!session.must_change_password) return goIn(session);
    askForAnother();
  } catch (problem) {
    if (problem.name !== MUST_CHANGE) throw problem;
    askForAnother();
  }
}

function askForAnother() {
  another.hidden = false;
  form.elements.new.required = true;
  form.elements[form.elements.password.value ? "new" : "email"].focus();
  refuse({ message: t("Choose a password of your own to come in.") });
}

/** Shows who else can say who the reader is. */
async function offerOthers() {
  const { items } = await get("/identity_providers");
  const way = ({ name, sign_in: address }) => {
    const link = document.createElement("a");
    link.className = "button wide";
    link.href = address;
    link.textContent = t("Sign in with {name}", { name });
    return link;
  };
  const others = document.getElementById("others");
  others.replaceChildren(...items.map(way));
  others.hidden = items.length === 0;
}

/** Shows the way to the shop, where that is open to everybody. */
async function showShop() {
  const { open: isOpen } = await get("/shop");
  document.getElementById("shop").hidden = !isOpen;
}

const why = new URLSearchParams(location.search);

// Who comes back from paying an invoice by its link goes back to its page.
const held = JSON.parse(sessionStorage.getItem("tillbox.invoice") ?? "null");
if (held && why.get("next")?.startsWith(`/ui/invoices/${held.id}`)) location.replace(`/ui/invoice?of=${held.id}`);

onSend(signIn);
document.getElementById("used").hidden = !why.has("used");

/** Says so where nobody can sign in yet. */
const offerSetUp = async () => {
  document.getElementById("unfounded").hidden = !(await get("/setup")).needed;
};

open().then(() => why.has("another") && askForAnother()).then(offerSetUp).then(() => Promise.all([offerOthers(), showShop()])).catch(() => {});
