// What a view that computes in the browser adds to a copied link: a name, and its value now ("" where it is as it opened).

/** `root`: of the view; once it has gone, so has its part of the link. */
const linked = (name, root, value) => (window.labLink ??= new Map()).set(name, { root, value })

/** What the address that opened the page says for a name; null for nothing. */
const asked = (name) => new URLSearchParams(location.search).get(name)
