import { connect, createServer, type Socket } from 'node:net';
import { listenOnFreePort } from './listen';

export interface LosingProxy extends AsyncDisposable {
  readonly port: number;
  /** The next answer on any connection is swallowed, and the connection cut. Resolves once that has happened. */
  loseAnAnswer(): Promise<void>;
}

/** Forwards TCP connections to a port of this machine. */
export async function createLosingProxy(port: number): Promise<LosingProxy> {
  const sockets = new Set<Socket>();
  let lost: (() => void) | undefined;

  const server = createServer((downstream) => {
    const upstream = connect(port, '127.0.0.1');
    const destroyBoth = () => {
      downstream.destroy();
      upstream.destroy();
    };
    for (const socket of [downstream, upstream]) {
      sockets.add(socket);
      socket.on('error', destroyBoth);
      socket.on('close', () => {
        sockets.delete(socket);
        destroyBoth();
      });
    }
    downstream.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (!lost) {
        downstream.write(chunk);
        return;
      }
      lost();
      lost = undefined;
      destroyBoth();
    });
  });

  const url = new URL(await listenOnFreePort(server));
  return {
    port: Number(url.port),
    loseAnAnswer: () =>
      new Promise((resolve) => {
        lost = resolve;
      }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
