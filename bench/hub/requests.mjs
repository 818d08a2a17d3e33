export const HUB_URL = 'https://hub.example/.well-known/mercure';

/** A request to the hub, as its adapters hand it on. @param {string} method @param {string} query */
export const requestFor = (method, query) => ({
  method,
  target: `/.well-known/mercure?${query}`,
  host: 'hub.example',
  header: () => undefined,
  body: async () => undefined,
});
