// What prices are called: a price has a name, and may have others in further languages.
import { local } from "./text.js";

/** What a price is called in the reader's language. */
export const called = (price) => local({ ...price.names, en: price.names?.en ?? price.name });
