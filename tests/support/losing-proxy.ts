import { createTcpProxy } from './tcp-proxy';

export interface LosingProxy extends AsyncDisposable {
  readonly port: number;
  /** The next answer on any connection is swallowed, and the connection cut. Resolves once that has happened. */
  loseAnAnswer(): Promise<void>;
}

/** Forwards TCP connections to a port of this machine. */
export async function createLosingProxy(port: number): Promise<LosingProxy> {
  let lost: (() => void) | undefined;
  const proxy = await createTcpProxy(port, ({ downstream, upstream, destroyBoth }) => {
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

  return {
    port: Number(new URL(proxy.url).port),
    loseAnAnswer: () =>
      new Promise((resolve) => {
        lost = resolve;
      }),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
