/** The URL that a relative one starts from: the page's or the worker's. Elsewhere there is none. */
export const baseUrl = (): string | undefined => globalThis.document?.baseURI ?? globalThis.location?.href;
