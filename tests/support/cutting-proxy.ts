import { createTcpProxy } from './tcp-proxy';

export interface CuttingProxy extends AsyncDisposable {
  readonly url: string;
  /** The cuts made so far, by the byte of the response after which the connection was destroyed. */
  readonly cuts: number[];
  /** The end of what came before each cut. */
  readonly tails: string[];
  /** False: connections live as long as their ends want. Default: true. */
  isCutting: boolean;
}

/** Longer than the line of an id. */
const TAIL = 200;

/**
 * Forwards TCP connections to a port of this machine, and destroys each one, with a reset half of the
 * time, after a number of response bytes that `bytesUntilCut` draws for it.
 */
export async function createCuttingProxy(port: number, bytesUntilCut: () => number): Promise<CuttingProxy> {
  const cuts: number[] = [];
  const tails: string[] = [];

  const proxy = await createTcpProxy(port, ({ downstream, upstream }) => {
    const limit = bytesUntilCut();
    let sent = 0;
    let tail = '';
    const follow = (chunk: Buffer) => {
      sent += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-TAIL);
    };
    upstream.on('data', (chunk) => {
      if (!cutting.isCutting || sent + chunk.length <= limit) {
        follow(chunk);
        if (!downstream.write(chunk)) {
          upstream.pause();
          downstream.once('drain', () => upstream.resume());
        }
        return;
      }
      const rest = chunk.subarray(0, Math.max(0, limit - sent));
      follow(rest);
      cuts.push(sent);
      tails.push(tail);
      upstream.removeAllListeners('data');
      upstream.destroy();
      // A clean FIN in the middle of a chunked body and a reset must both be noticed.
      downstream.write(rest, () =>
        cuts.length % 2 === 0 ? downstream.resetAndDestroy() : downstream.destroy(),
      );
    });
    upstream.on('end', () => downstream.end());
  });

  const cutting: CuttingProxy = {
    url: proxy.url,
    cuts,
    tails,
    isCutting: true,
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
  return cutting;
}
