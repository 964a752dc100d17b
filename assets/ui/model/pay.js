// Where one pays: at the page of a gateway; at that of the sandbox, by the name under which one has come here.

/** Goes to the page on which something is paid. */
export function payAt(page) {
  const { pathname, search } = new URL(page, location.href);
  location.assign(pathname === "/ui/sandbox" ? pathname + search : page);
}
