import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { serve } from './listen';
import { Mailbox } from './mailbox';

/** One request, to be answered by the test, step by step. */
export class DrivenConnection {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, body: string, response: ServerResponse) {
    this.method = request.method ?? '';
    this.path = request.url ?? '';
    this.headers = request.headers;
    this.body = body;
    this.#response = response;
  }

  answer(status: number, headers: OutgoingHttpHeaders = {}): void {
    this.#response.writeHead(status, headers).end();
  }

  /** The head of an event stream goes out at once. */
  open(headers: OutgoingHttpHeaders = {}): this {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers });
    this.#response.flushHeaders();
    return this;
  }

  /** One chunk, which the client's runtime receives as one. */
  async send(chunk: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#response.write(chunk, () => resolve()));
  }

  async sendInPieces(text: string, size: number): Promise<void> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) await this.send(bytes.subarray(at, at + size));
  }

  /** In the middle of the response, without the end that chunked encoding has. */
  cut(): void {
    this.#response.destroy();
  }

  end(): void {
    this.#response.end();
  }

  /** Resolves once the client has gone. */
  async left(): Promise<void> {
    if (!this.#response.destroyed) await once(this.#response, 'close');
  }
}

/** A real server that hands every request to the test. */
export interface DrivenServer extends AsyncDisposable {
  readonly url: string;
  /** How many requests have come. */
  readonly count: number;
  /** The next request that the test has not taken yet. */
  next(): Promise<DrivenConnection>;
  /** The next one, with the head of its event stream sent. */
  nextOpen(): Promise<DrivenConnection>;
}

export async function serveDriven(): Promise<DrivenServer> {
  const waiting = new Mailbox<DrivenConnection>('a request');
  let count = 0;
  const server = await serve(async (request, response) => {
    count += 1;
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    waiting.put(new DrivenConnection(request, body, response));
  });
  return {
    url: `${server.url}/stream`,
    get count() {
      return count;
    },
    next: () => waiting.take(),
    nextOpen: async () => (await waiting.take()).open(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
