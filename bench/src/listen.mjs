/** Listens on a free port, with room for everybody who connects at once. @param {import('node:net').Server} server */
export async function listen(server) {
  await new Promise((resolve) =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => resolve(0)),
  );
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}
