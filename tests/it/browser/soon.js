// Stands before the scripts of each page and keeps what they will do in a moment, such as to look for what was typed
// once nobody has typed for a while: a page that is about to move is not at rest.
(() => {
  const SOON_MS = 400;
  const { setTimeout: begin, clearTimeout: end } = window;
  const soon = (window.soon = new Set());
  window.setTimeout = (act, wait = 0, ...rest) => {
    const id = begin(() => {
      soon.delete(id);
      act(...rest);
    }, wait);
    if (wait <= SOON_MS) soon.add(id);
    return id;
  };
  window.clearTimeout = (id) => {
    soon.delete(id);
    end(id);
  };
})();
