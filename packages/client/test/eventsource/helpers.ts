import type { ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { EventSource, type EventSourceInit } from '../../src/eventsource/index';
import { open, serve, type TestServer, until } from '../helpers/server';

/** What was fired, as the test can compare it. */
export interface Fired {
  type: string;
  state: number;
  data?: string;
  lastEventId?: string;
}

/** An EventSource that is closed with the test. */
export function source(url: string | URL, init?: EventSourceInit): EventSource {
  const created = new EventSource(url, init);
  onTestFinished(() => created.close());
  return created;
}

/** Everything that is fired at it, of these types beside the Standard's own. */
export function record(target: EventSource, ...types: string[]): Fired[] {
  const fired: Fired[] = [];
  for (const type of ['open', 'message', 'error', ...types]) {
    target.addEventListener(type, (event: Event) => {
      const { data, lastEventId } = event as MessageEvent<string>;
      const message = event instanceof MessageEvent ? { data, lastEventId } : {};
      fired.push({ type: event.type, state: target.readyState, ...message });
    });
  }
  return fired;
}

/** A server that sends this text, once, and then keeps the connection. */
export function serveText(text: string | Uint8Array, contentType?: string): Promise<TestServer> {
  return serve((_req, res) => {
    if (contentType === undefined) open(res);
    else res.writeHead(200, { 'content-type': contentType });
    res.write(text);
  });
}

/** The messages that a stream of this text gives, as `type`, `data`, `lastEventId`. */
export async function messagesOf(text: string | Uint8Array, ...types: string[]): Promise<Fired[]> {
  const end = '\n\nevent: end of test\ndata\n\n';
  const server = await serve((_req, res) => {
    open(res).write(text);
    res.write(end);
  });
  const es = source(server.url);
  const fired = record(es, ...types, 'end of test');
  await until(() => fired.some(({ type }) => type === 'end of test'), 'the end of the stream');
  return fired.filter(({ type }) => type !== 'open' && type !== 'end of test');
}

/** Ends with the response, so that the client comes back at once. */
export function sendAndEnd(res: ServerResponse, text: string): void {
  open(res).end(`retry: 1\n\n${text}`);
}

/** Lets whatever would still happen happen: many turns of the event loop, and more than the reconnection time here. */
export async function quiet(ms = 60): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the call throws. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('It threw nothing');
}
