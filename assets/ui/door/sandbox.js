// The page of the sandbox: whoever tries a payment says here what becomes of it, and goes back.
import { get, post } from "../model/api.js";
import { money } from "../model/money.js";
import { form, open, refuse } from "./door.js";

const asked = new URLSearchParams(location.search);
const path = `/sandbox/${encodeURIComponent(asked.get("payment"))}/${encodeURIComponent(asked.get("token"))}`;
const at = (id) => document.getElementById(id);

async function show() {
  await open();
  const page = await get(path);
  at("name").textContent = page.name;
  at("text").textContent = page.text;
  at("amount").textContent = money(page.amount);
  at("what").hidden = false;
  form.hidden = false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const outcome = event.submitter.value;
  if (outcome === "three_d") {
    at("first").hidden = true;
    at("second").hidden = false;
    return;
  }
  try {
    // It is served by who it leads back to, by whatever name one has come.
    const back = new URL((await post(path, { outcome })).back);
    location.assign(back.pathname + back.search);
  } catch (problem) {
    refuse(problem);
  }
});
show().catch(refuse);
