// The users of an account: who may sign in, as what; inviting, stopping, letting go on.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { post } from "../../model/api.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { Dialog } from "../../part/dialog.js";
import { Far } from "../../part/figure.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Rows } from "../../part/list.js";
import { Menu } from "../../part/menu.js";
import { Card } from "../../part/page.js";
import { Secret } from "../../part/secret.js";
import { sentence, State } from "../../part/state.js";
import { Empty } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

const ROLES = {
  provider: [["operator", () => t("Operator")]],
  reseller: [["vendor_admin", () => t("Vendor administrator")], ["member", () => t("Member")]],
  customer: [["customer_admin", () => t("Customer administrator")], ["member", () => t("Member")]],
};

const CALLED = new Map(Object.values(ROLES).flat());

const isStopped = (it) => it.state === "suspended" || it.state === "invitation_suspended";

async function attempt(work, done) {
  try {
    await work();
    say(done);
  } catch (problem) {
    complain(problem);
  }
}

function Invite({ account, onClose, onInvited }) {
  const invite = async ({ role, ...body }) => onInvited(await post("/users", { ...body, account: account.id, roles: [role] }));
  return html`
    <${FormDialog} title=${t("Invite somebody")} onClose=${onClose} onSend=${invite} send=${t("Invite")}>
      <${Field} name="name" label=${t("Name")} required autofocus />
      <${Field} name="email" label=${t("Mail address")} kind="email" required />
      <${Field} name="role" label=${t("Role")} kind="select" options=${(ROLES[account.kind] ?? ROLES.customer).map(([key, text]) => [key, text()])} />
    <//>`;
}

/** The link of an invitation, shown this once. */
function Invited({ user, onClose }) {
  const link = `${location.origin}/ui/invitation#token=${user.invitation.token}`;
  return html`
    <${Dialog} title=${t("{name} is invited", { name: user.name })} onClose=${onClose}>
      <div class="inside">
        <p class="quiet">${t("With this link a password can be chosen, once. It is shown only now.")}</p>
        <${Secret} text=${link} label=${t("Link of the invitation")} />
      </div>
    <//>`;
}

/** The users of an account. */
export function Users({ account }) {
  const [isInviting, invite] = useState(false);
  const [invited, show] = useState(null);
  const again = (it) => attempt(async () => show(await post(`/users/${it.id}/invite`)), t("Invited again"));
  const actions = (it) => [
    it.state === "invited" && may("user_invite") && { text: t("Invite again"), icon: "mail", onClick: () => again(it) },
    may("user_suspend") && (isStopped(it)
      ? { text: t("Let go on"), icon: "play", onClick: () => attempt(() => post(`/users/${it.id}/restore`), t("{name} may sign in again", { name: it.name })) }
      : { text: t("Stop"), icon: "pause", danger: true, onClick: () => attempt(() => post(`/users/${it.id}/suspend`), t("{name} is stopped", { name: it.name })) }),
  ].filter(Boolean);
  const columns = [
    { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("Mail address"), cell: (it) => it.email },
    { head: t("Roles"), cell: (it) => it.roles.map((role) => CALLED.get(role)?.() ?? sentence(role)).join(", ") },
    { head: t("Last here"), cell: (it) => it.last_sign_in_at && html`<${Far} at=${it.last_sign_in_at} wall />` },
    { head: "", num: true, cell: (it) => actions(it).length > 0 && html`<${Menu} label=${t("Actions for {name}", { name: it.name })} button=${html`<${Icon} name="ellipsis" />`} items=${actions(it)} />` },
  ];
  return html`
    <${Card} title=${t("Users")} actions=${may("user_invite") && html`<button type="button" class="button small" onClick=${() => invite(true)}><${Icon} name="plus" />${t("Invite")}</button>`}>
      <${Rows} path="/users" query=${{ account: account.id }} label=${t("Users")} columns=${columns}
        empty=${html`<${Empty} icon="user" title=${t("Nobody can sign in for it")}><p>${t("Invite somebody who may order, look at invoices and pay.")}</p><//>`} />
      ${isInviting && html`<${Invite} account=${account} onClose=${() => invite(false)} onInvited=${show} />`}
      ${invited && html`<${Invited} user=${invited} onClose=${() => show(null)} />`}
    <//>`;
}
