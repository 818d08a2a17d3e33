/**
 * [spec] Fetch, for the cache mode "no-store": "append (`Cache-Control`, `no-cache`) to httpRequest's header list", which
 * not every runtime's fetch does, and some refuse the mode. In a page or its workers the header would cost a CORS preflight.
 */
export function askForFresh(headers: Headers): void {
  if (globalThis.location === undefined && !headers.has('cache-control')) {
    headers.set('cache-control', 'no-cache');
  }
}
