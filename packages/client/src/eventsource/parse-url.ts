/** [spec] 9.2.2: "Let urlRecord be the result of encoding-parsing a URL given url, relative to settings." */
export function parseUrl(url: string): URL {
  // A page's, or a worker's; elsewhere there is nothing that a relative URL could start from.
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(url, base);
  } catch {
    // [spec] "If urlRecord is failure, then throw a 'SyntaxError' DOMException."
    throw syntaxError(`${JSON.stringify(url)} is no valid URL (outside a page it has to be absolute)`);
  }
}

function syntaxError(message: string): Error {
  if (typeof DOMException === 'function') return new DOMException(message, 'SyntaxError');
  // A runtime without it: what code that catches it looks at.
  return Object.assign(new Error(message), { name: 'SyntaxError', code: 12 });
}
