import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createHub, type Hub, type HubOptions, type Refusal } from '../../src/index';
import { hubListener } from '../../src/node/index';
import { both, ISSUER, mint, SECRET } from './tokens';

const verifier = { key: SECRET, algorithms: ['HS256'] };
export const issuers = [{ id: ISSUER, publisher: verifier, subscriber: verifier }];
export const PATH = '/.well-known/mercure';

export interface TestHub {
  readonly hub: Hub;
  /** The hub's address. */
  readonly url: string;
  readonly refusals: Refusal[];
  readonly errors: unknown[];
  /** Asks for the hub's address with a query, or for a path. */
  request(target: string, init?: RequestInit): Promise<Response>;
  /** Publishes a form, with a token that may everything unless another one is given. */
  publish(fields: Record<string, string | string[]>, headers?: Record<string, string>): Promise<Response>;
  /** Subscribes with a query. */
  subscribe(query: string, headers?: Record<string, string>): Promise<Reader>;
  /** A token that may everything on some topics, or on all. */
  token(...topics: string[]): Promise<string>;
}

type Options = Omit<HubOptions, 'url'> & { url?: string };
export type Via = 'fetch' | 'node';
export const vias: Via[] = ['fetch', 'node'];

/** A hub that is gone with its test: by `fetch` without a socket, or on a server of node:http. */
export async function startHub(options: Options = {}, via: Via = 'fetch'): Promise<TestHub> {
  const refusals: Refusal[] = [];
  const errors: unknown[] = [];
  const make = (url: string) =>
    createHub({
      ...{ url, issuers, anonymous: true },
      onRefused: (refusal) => refusals.push(refusal),
      onError: (error) => errors.push(error),
      ...options,
    });
  const { hub, ask, url } = via === 'fetch' ? direct(make, options.url) : await onServer(make);
  // A response that a test does not read would be waited for.
  onTestFinished(() => hub.close({ timeout: 200 }));
  const token = (...topics: string[]) =>
    mint(url, { claims: { authorization_details: both(...(topics.length > 0 ? topics : ['*'])) } });
  const request: TestHub['request'] = (target, init) =>
    ask(target.startsWith('/') ? target : `${new URL(url).pathname}${target}`, init);
  return {
    ...{ hub, url, refusals, errors, request, token },
    publish: async (fields, headers = {}) => {
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries(fields))
        for (const one of [value].flat()) body.append(name, one);
      return request('', {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${await token()}`, ...headers },
      });
    },
    subscribe: async (query, headers = {}) => {
      const abort = new AbortController();
      onTestFinished(() => abort.abort());
      return new Reader(await request(query, { headers, signal: abort.signal }), abort);
    },
  };
}

function direct(make: (url: string) => Hub, url = `https://hub.example${PATH}`) {
  const hub = make(url);
  const ask = async (path: string, init?: RequestInit) => {
    const response = await hub.fetch(new Request(new URL(path, url), init));
    return response ?? new Response('not of the hub', { status: 404 });
  };
  return { hub, ask, url };
}

async function onServer(make: (url: string) => Hub) {
  let listener: ReturnType<typeof hubListener> | undefined;
  const server = createServer((req, res) => listener?.(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}${PATH}`;
  const hub = make(url);
  listener = hubListener(hub);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { hub, ask: (path: string, init?: RequestInit) => fetch(new URL(path, url), init), url };
}

interface Received {
  type: string;
  id: string | undefined;
  data: string;
  retry?: string | undefined;
}

/** A client that reads a stream. */
export class Reader {
  readonly response: Response;
  readonly #abort: AbortController;
  text = '';
  /** Settles once the body is over. */
  readonly ended: Promise<'end' | 'cut'>;

  constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    this.ended = this.#read();
  }

  get events(): Received[] {
    return this.text
      .split('\n\n')
      .slice(0, -1)
      .map((block) => {
        const values = (name: string) =>
          block
            .split('\n')
            .filter((line) => line.startsWith(`${name}: `))
            .map((line) => line.slice(name.length + 2));
        return {
          ...{ type: values('event')[0] ?? 'message', id: values('id')[0], data: values('data').join('\n') },
          ...(values('retry')[0] === undefined ? {} : { retry: values('retry')[0] }),
        };
      })
      .filter(({ id }) => id !== undefined);
  }

  get data(): string[] {
    return this.events.map(({ data }) => data);
  }

  /** Waits for so many events. */
  async until(count: number): Promise<Received[]> {
    for (let waited = 0; this.events.length < count; waited++) {
      if (waited > 2000)
        throw new Error(`${count} events were expected, and these came: ${JSON.stringify(this.events)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.events;
  }

  leave(): void {
    this.#abort.abort();
  }

  async #read(): Promise<'end' | 'cut'> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.response.body ?? [])
        this.text += decoder.decode(chunk, { stream: true });
      return 'end';
    } catch {
      return 'cut';
    }
  }
}
