// What one may download of what one bought.
import { html } from "../html.js";
import { get } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { t } from "../model/text.js";
import { size } from "../page/blocks/assets.js";
import { Far } from "./figure.js";
import { Icon } from "./icon.js";
import { Card } from "./page.js";
import { Table } from "./table.js";

/** The card, with what it is `called` where several stand together; nothing where nothing can be downloaded. */
export function Downloads({ of, called }) {
  const read = useLoad(() => get(`/subscriptions/${of}/assets`), ["downloads", of]);
  const items = read.data?.items ?? [];
  if (items.length === 0) return null;
  const columns = [
    { head: t("What"), cell: (it) => html`<span class="strong">${it.name}</span>` },
    { head: t("Version"), cell: (it) => it.version && html`<span>${it.version}${it.since && html` <small><${Far} at=${it.since} /></small>`}</span>` },
    { head: t("File"), cell: (it) => it.file && html`<span>${it.file} <small>${size(it.bytes)}</small></span>` },
    { head: "", num: true, lead: true, cell: (it) => (it.download
      ? html`<a class="button small" href=${it.download} download><${Icon} name="download" />${t("Download")}</a>`
      : html`<span class="quiet">${t("not at present")}</span>`) },
  ];
  return html`<${Card} title=${called ? t("Downloads of {name}", { name: called }) : t("Downloads")}><${Table} label=${t("Downloads")} columns=${columns} rows=${items} /><//>`;
}
