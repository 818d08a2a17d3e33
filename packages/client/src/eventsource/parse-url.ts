/** [spec] 9.2.2: "Let urlRecord be the result of encoding-parsing a URL given url, relative to settings." */
export function parseUrl(url: string): URL {
  // A page's, or a worker's; elsewhere there is nothing that a relative URL could start from.
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(url, base);
  } catch {
    // [spec] "If urlRecord is failure, then throw a 'SyntaxError' DOMException."
    // Not the url's own text, which may have secrets.
    const message = 'an absolute url is needed';
    throw globalThis.DOMException
      ? new DOMException(message, 'SyntaxError')
      : // What code that catches it looks at.
        Object.assign(new SyntaxError(message), { code: 12 });
  }
}
