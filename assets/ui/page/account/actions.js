// What one may do to an account: edit, hold, release, close.
import { html } from "../../html.js";
import { get, post, send } from "../../model/api.js";
import { forget, remember } from "../../model/name.js";
import { t } from "../../model/text.js";
import { ChangeDialog, Field, FormDialog } from "../../part/form.js";
import { say } from "../../part/toast.js";

const EDITABLE = () => [["name", t("Name")], ["description", t("Note")], ["locale", t("Language of documents")]];

/** Edits what an account says of itself; asks whose word holds if somebody else did so meanwhile. */
export function EditDialog({ of, onClose }) {
  const change = (body, revision) => send("PATCH", `/accounts/${of.id}`, body, { revision });
  const done = (account) => {
    remember(account.id, account.name);
    forget("/accounts");
    say(t("Saved"));
  };
  return html`
    <${ChangeDialog} title=${t("Edit {name}", { name: of.name })} of=${of} onClose=${onClose} onDone=${done}
      read=${() => get(`/accounts/${of.id}`)} change=${change} fields=${EDITABLE()}>
      ${(known) => html`
        <${Field} name="name" label=${t("Name")} value=${known.name} required autofocus />
        <${Field} name="description" label=${t("Note")} kind="area" value=${known.description ?? ""} />
        <${Field} name="locale" label=${t("Language of documents")} kind="select" value=${known.locale} options=${[["en", "English"], ["de", "Deutsch"]]} />`}
    <//>`;
}

/** Stops what an account may do. */
export function HoldDialog({ of, onClose }) {
  const hold = async (body) => {
    await post(`/accounts/${of.id}/hold`, body);
    say(t("{name} is on hold", { name: of.name }));
  };
  return html`
    <${FormDialog} title=${t("Hold {name}", { name: of.name })} onClose=${onClose} onSend=${hold} send=${t("Hold")}
      intro=${t("Held, it can order nothing, and what it has stops until you release it. Invoices go on.")}>
      <${Field} name="policy" label=${t("What stops")} kind="select" options=${[["all", t("All of its subscriptions")], ["unpaid", t("Only those that are not paid")]]} />
      <${Field} name="reason" label=${t("Reason")} hint=${t("A short word, such as FRAUD")} value="OTHER" required />
      <${Field} name="comment" label=${t("Comment")} kind="area" />
    <//>`;
}

/** Takes a hold back. */
export function ReleaseDialog({ of, onClose }) {
  const release = async (body) => {
    await post(`/accounts/${of.id}/release`, body);
    say(t("{name} goes on", { name: of.name }));
  };
  return html`
    <${FormDialog} title=${t("Release {name}", { name: of.name })} onClose=${onClose} onSend=${release} send=${t("Release")}
      intro=${t("What it has runs again, as far as nothing else holds it.")}>
      <${Field} name="comment" label=${t("Comment")} kind="area" />
    <//>`;
}

/** Closes an account. */
export function CloseDialog({ of, onClose }) {
  const shut = async () => {
    await post(`/accounts/${of.id}/close`);
    say(t("{name} is closed", { name: of.name }));
  };
  return html`
    <${FormDialog} title=${t("Close {name}", { name: of.name })} onClose=${onClose} onSend=${shut} send=${t("Close the account")} danger
      intro=${t("It buys nothing any more. What it still owes stays to be paid, and its invoices stay readable.")}><//>`;
}
