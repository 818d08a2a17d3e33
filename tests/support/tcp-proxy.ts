import { connect, createServer, type Socket } from 'node:net';
import { listenOnFreePort } from './listen';

export interface TcpProxy extends AsyncDisposable {
  readonly url: string;
}

/** One connection through the proxy. What comes from upstream is for `relay` to pass on. */
export interface Passage {
  readonly downstream: Socket;
  readonly upstream: Socket;
  destroyBoth(): void;
}

/**
 * Forwards TCP connections to a port of this machine, which may change from one connection to the next.
 * `relay` is called with each one: requests are passed on already, the answers are its own to pass on, or
 * not. When one half is over, so is the other.
 */
export async function createTcpProxy(
  port: number | (() => number),
  relay: (passage: Passage) => void,
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((downstream) => {
    const upstream = connect(typeof port === 'number' ? port : port(), '127.0.0.1');
    const destroyBoth = () => {
      downstream.destroy();
      upstream.destroy();
    };
    for (const socket of [downstream, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', destroyBoth);
      socket.on('close', () => {
        sockets.delete(socket);
        destroyBoth();
      });
    }
    downstream.pipe(upstream);
    relay({ downstream, upstream, destroyBoth });
  });

  return {
    url: await listenOnFreePort(server),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
