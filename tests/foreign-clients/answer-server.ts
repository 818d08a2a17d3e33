import type { IncomingMessage, ServerResponse } from 'node:http';
import { type EventInput, type EventStreamInit, eventStreamHandler } from '@eventwire/server-node';
import { type RunningServer, serve } from '../support/listen';

export interface AnswerServer extends RunningServer {
  /** The method and path of each request. */
  readonly requests: string[];
}

const HEARTBEAT = 5;
/** After how many events the answer pauses for long enough that a heartbeat is due. */
const PAUSE_AFTER = 7;

/**
 * Serves these events in response to every request, as a user would by the recipes: a POST by the default
 * options, anything else with `conventions: false`. Heartbeats fall between the events. `/page` is a blank
 * page of the same origin.
 */
export async function serveAnswer(
  events: readonly EventInput[],
  init: EventStreamInit = {},
): Promise<AnswerServer> {
  const requests: string[] = [];
  const server = await serve((request: IncomingMessage, response) => {
    if (request.url === '/page') return void respondWithPage(response);
    requests.push(`${request.method} ${request.url}`);
    const options = request.method === 'POST' ? init : { ...init, conventions: false };
    void eventStreamHandler(() => paused(events), { ...options, heartbeat: HEARTBEAT })(request, response);
  });
  return { ...server, requests };
}

/** A blank page that asks for no icon. */
export function respondWithPage(response: ServerResponse, body = ''): void {
  response
    .writeHead(200, { 'content-type': 'text/html' })
    .end(`<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${body}`);
}

async function* paused(events: readonly EventInput[]): AsyncGenerator<EventInput> {
  for (const [index, event] of events.entries()) {
    if (index % PAUSE_AFTER === 1) await new Promise((resolve) => setTimeout(resolve, 3 * HEARTBEAT));
    yield event;
  }
}
