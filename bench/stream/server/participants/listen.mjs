/** Listens on a free port. @param {import('node:http').Server} server */
export async function listen(server) {
  await new Promise((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, () => resolve(0)));
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}
