import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

/** Starts the server on a port of the system's choice, on the loopback address; its URL. */
export function listenOnFreePort(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly server: HttpServer;
}

/** An HTTP server that answers with `listener` until it is disposed of, open connections included. */
export async function serve(listener: RequestListener): Promise<RunningServer> {
  const server = createServer(listener);
  const url = await listenOnFreePort(server);
  return {
    url,
    port: Number(new URL(url).port),
    server,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
