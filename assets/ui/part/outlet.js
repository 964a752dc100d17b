// What is shown at an address: the module of its page, loaded at the first visit, and what keeps faults to that page.
import { html } from "../html.js";
import { Component } from "../../vendor/preact/preact.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { found, sees } from "../page/index.js";
import { to } from "../model/route.js";
import { isGuest, leave, may } from "../model/session.js";
import { t } from "../model/text.js";
import { Page } from "./page.js";
import { Bones, Empty, Failure } from "./still.js";

const modules = new Map();

/** The module of a page, loaded at its first visit. */
function useModule(page) {
  const [, turn] = useState(0);
  useEffect(() => {
    if (!page || modules.has(page)) return;
    const keep = (it) => { modules.set(page, it); turn((before) => before + 1); };
    page.load().then(keep, (problem) => keep({ problem }));
  }, [page]);
  return modules.get(page);
}

/** Keeps the fault of one page to that page. */
class Guard extends Component {
  constructor() {
    super();
    this.state = { fault: null };
  }
  componentDidCatch(fault) {
    console.error(fault);
    this.setState({ fault });
  }
  componentDidUpdate(before) {
    if (before.path !== this.props.path && this.state.fault) this.setState({ fault: null });
  }
  render({ children }, { fault }) {
    return fault ? html`<${Failure} page problem=${{ title: t("This page has a fault"), message: String(fault.message ?? fault) }} />` : children;
  }
}

/** The page at an address. What a guest may not see begins at the door, and goes on there. */
export function Outlet({ path }) {
  const { page, parameters } = found(path);
  const isShut = isGuest() && page && !page.isOpen;
  const module = useModule(isShut ? null : page);
  useEffect(() => {
    if (isShut) leave();
  }, [isShut]);
  if (isShut) return null;
  if (!page) {
    return html`<${Page} title=${t("There is no such page")}><div class="card"><${Empty} icon="search" title=${t("Nothing is at this address")}>
      <p>${t("Look for it by name, or begin at the overview.")}</p><a class="button" href=${to("/")}>${t("Overview")}</a><//></div><//>`;
  }
  if (!sees(page, may)) return html`<${Failure} page problem=${{ status: 403, message: t("Ask an administrator of your account for the right to it.") }} />`;
  if (!module) return html`<div class="card"><${Bones} lines=${6} /></div>`;
  if (module.problem) return html`<${Failure} page problem=${module.problem} />`;
  return html`<${Guard} path=${path}><${module.default} key=${path} ...${parameters} /><//>`;
}
