import { baseUrl } from '../request/base-url';

/** [spec] 9.2.2: "Let urlRecord be the result of encoding-parsing a URL given url, relative to settings." */
export function parseUrl(url: string): URL {
  try {
    return new URL(url, baseUrl());
  } catch {
    // [spec] "If urlRecord is failure, then throw a 'SyntaxError' DOMException."
    // Without the url's own text, which may have secrets.
    const message = 'an absolute url is needed';
    throw globalThis.DOMException
      ? new DOMException(message, 'SyntaxError')
      : // Code that catches it looks at the name and the code.
        Object.assign(new SyntaxError(message), { code: 12 });
  }
}
