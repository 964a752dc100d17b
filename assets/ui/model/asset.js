// Digital goods: written down, and their first file sent to the server as it is.
import { post, upload } from "./api.js";

const FIRST = "1.0";

/** Keeps a file as a digital good of a seller; its id. */
export async function keepFile(file, seller) {
  const made = await post("/assets", { name: file.name, media_type: file.type || undefined, seller });
  await upload(`/assets/${made.id}/versions/${FIRST}`, file);
  return made.id;
}
