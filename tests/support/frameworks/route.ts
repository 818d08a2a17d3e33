import type { Server } from 'node:http';
import type { EventStreamBody, EventStreamInit, EventStreamResponse } from '@eventwire/server-node';
import { listenOnFreePort } from '../listen';

/** A route that answers every method with an event stream. `body` is what the framework, or the recipe for it, has made of the request's JSON. */
export interface StreamRoute {
  readonly path: string;
  readonly init?: EventStreamInit;
  callback(stream: EventStreamResponse, body: unknown): EventStreamBody | Promise<EventStreamBody>;
}

export interface RunningApp extends AsyncDisposable {
  readonly url: string;
}

/**
 * Serves the routes as a user of the framework would by its recipe, on each response a header `X-Before` that the framework has set, and `/plain`
 * with a text of the framework's own.
 */
export type Framework = (routes: readonly StreamRoute[]) => Promise<RunningApp>;

/** Listens, until it is disposed of, connections included. */
export async function running(server: Server): Promise<RunningApp> {
  return {
    url: await listenOnFreePort(server),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
