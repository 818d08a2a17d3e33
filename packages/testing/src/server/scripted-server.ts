import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { checkOptions, invalidOption, is, isInteger, isObject, type OptionRules } from '@eventwire/options';
import { play } from './play';
import { type RecordedRequest, recordRequest } from './recorded-request';
import { Releases } from './releases';
import { checkSteps, type Headers, type Script, toScripts } from './script';

export interface ScriptedServerOptions {
  /** Headers of every response, for instance `access-control-allow-origin`. A `status` step's own win. */
  headers?: Headers | undefined;
}

const RULES: OptionRules<ScriptedServerOptions> = { headers: is('an object of headers', isObject) };
const count = isInteger(1);

/** A running server. Every path is answered, by the next script. */
export interface ScriptedServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  readonly url: string;
  /** The requests so far, in the order in which they came. */
  readonly requests: readonly RecordedRequest[];
  /** How many sockets are open. */
  readonly connections: number;
  /** The request of this index, once it has come. Rejects if the server is closed before. */
  request(index: number): Promise<RecordedRequest>;
  /**
   * Lets this many (1 by default) `{ wait: 'release' }` steps pass, now or when they are reached, in their
   * order.
   */
  release(count?: number): void;
  /**
   * Closes every socket and stops listening. A second call waits for the same. `await using` calls it.
   *
   * Rejects with an error that a script threw, or that refused one of its events, so that a mistake in a
   * script does not pass in silence.
   */
  close(): Promise<void>;
}

/**
 * Starts an origin on a free port of the loopback address that does what the scripts say. The first request
 * gets the first script, the second request the second, and further requests get the last one again.
 *
 * @throws TypeError with the code `INVALID_OPTION`, as a rejection; its `option` names the step that is
 * invalid
 * @example
 * ```ts
 * await using server = await scriptedServer([
 *   ['id: 1\ndata: a\n\n', { cut: 'reset' }],
 *   ['data: b\n\n', { end: true }],
 * ]);
 * const response = await fetch(server.url);
 * ```
 */
export async function scriptedServer(
  script: Script | readonly Script[],
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const scripts = toScripts(script);
  checkOptions(options, RULES);
  const { headers = {} } = options;
  const requests: RecordedRequest[] = [];
  const sockets = new Set<Socket>();
  const releases = new Releases();
  /** Called whenever a request comes, and at the end, for each call that waits for one. */
  const waiting = new Set<() => void>();
  let failure: { error: unknown } | undefined;
  let stopped = false;
  let closing: Promise<void> | undefined;

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const over = new AbortController();
    const { signal } = over;
    const closed = new Promise<void>((resolve) => {
      response.once('close', () => {
        over.abort();
        resolve();
      });
    });
    response.on('error', () => {}); // a write after the client has left; `closed` tells of it
    try {
      const request = await recordRequest(incoming, closed);
      const index = requests.push(request) - 1;
      for (const look of [...waiting]) look();
      const script = scripts[Math.min(index, scripts.length - 1)] ?? [];
      const steps = typeof script === 'function' ? checkSteps(await script(request)) : script;
      await play(steps, response, { headers, closed, signal, released: () => releases.next(signal) });
    } catch (error) {
      if (!incoming.errored) failure ??= { error }; // else the client left before its request was through
      response.destroy();
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  async function stop(): Promise<void> {
    stopped = true;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    for (const look of [...waiting]) look();
    await closed;
    await Promise.all(requests.map((request) => request.closed));
    if (failure) throw failure.error;
  }
  const close = () => {
    closing ??= stop();
    return closing;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get connections() {
      return sockets.size;
    },
    request: (index) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const request = requests[index];
          if (request) resolve(request);
          else if (stopped) reject(new Error(`The server was closed before request ${index} came`));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
    release: (times = 1) => {
      if (!count.accepts(times)) throw invalidOption('count', count.expected, { value: times });
      releases.add(times);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
