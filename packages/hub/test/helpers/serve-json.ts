import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The address of a document, until the test has ended. */
export async function serveJson(document: unknown): Promise<string> {
  const server = createServer((_, res) =>
    res.setHeader('content-type', 'application/json').end(JSON.stringify(document)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
