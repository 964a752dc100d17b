// Reading for a page: what was read, what went wrong, and reading again when something was changed.
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { changes } from "./api.js";

/**
 * What `read` gives, kept while it is read again; `keys` say when it is something else. It is read again after each change,
 * unless it follows from its keys alone.
 */
export function useLoad(read, keys = [], { isDerived = false } = {}) {
  const [state, set] = useState({ key: null, data: undefined, error: null });
  const key = JSON.stringify(keys);
  const turn = isDerived ? 0 : changes.value;
  useEffect(() => {
    let isWanted = true;
    read().then(
      (data) => isWanted && set({ key, data, error: null }),
      (error) => isWanted && set({ key, data: undefined, error }),
    );
    return () => (isWanted = false);
  }, [key, turn]);
  return state.key === key ? state : { key, data: undefined, error: null };
}

/** A value that follows another after it has been still for a while. */
export function useStill(value, milliseconds = 180) {
  const [still, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value]);
  return still;
}
