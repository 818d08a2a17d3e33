import { isServerEvent } from '@eventwire/encoder';
import { readLastEventId } from '@eventwire/server';
import { HttpHandler, type Path, type PathParams } from 'msw';
import { InvalidOptionError } from '../invalid-option-error';
import { type EventsInput, eventStreamBody } from './event-stream-body';

/** What is known of a request beside itself. */
export interface MswRequestContext {
  /** The `Last-Event-ID` header, read as UTF-8, or else the query parameter `lastEventId`; empty without either. */
  lastEventId: string;
  /** What the path's parameters stand for, as `id` in `/jobs/:id`. */
  params: PathParams;
}

/**
 * Events, or what gives them for this very request; or a response instead, as `new Response(null, { status: 503 })`.
 * Events that are not given by a function are read again for each request: a generator has them only once.
 */
export type MswEventSource =
  | EventsInput
  | ((
      request: Request,
      context: MswRequestContext,
    ) => EventsInput | Response | Promise<EventsInput | Response>);

export interface MswEventStreamOptions {
  /** The methods to answer; GET and POST by default. */
  method?: string | readonly string[] | undefined;
  /** 200 by default. */
  status?: number | undefined;
  /** Beside `content-type: text/event-stream` and `cache-control: no-store`, or in their place. */
  headers?: HeadersInit | undefined;
  /** ms before each event; 0 by default. */
  delay?: number | undefined;
  /** Whether the stream stays open after the last event, until the client leaves; false by default. */
  open?: boolean | undefined;
  /** Whether only the first matching request is answered; false by default. */
  once?: boolean | undefined;
}

/**
 * A handler for Mock Service Worker that answers with an event stream. It works for whatever msw intercepts: fetch with any
 * method, and where msw supports it a native EventSource.
 *
 * A source that throws breaks the stream off, so a client sees what it sees of a lost connection. Once the request is aborted,
 * the body fails and the source is closed (its generator's `finally` runs). Cancelling the body alone does not get
 * through msw, which keeps a copy of the response: for that, and for lost connections as they are, use `scriptedServer`.
 *
 * @throws InvalidOptionError `INVALID_OPTION`
 */
export function mswEventStream(
  path: Path,
  source: MswEventSource,
  options: MswEventStreamOptions = {},
): HttpHandler {
  const { method = ['GET', 'POST'], status = 200, headers, delay = 0, open = false, once = false } = options;
  if (typeof source !== 'function') checkEvents(source, 'source');
  if (!(delay >= 0 && delay <= 2 ** 31 - 1)) {
    throw new InvalidOptionError('delay', `must be ms, 0 to 2147483647, not ${delay}`);
  }
  return new HttpHandler(
    anyOf(method),
    path,
    async ({ request, params }) => {
      const lastEventId = readLastEventId({
        header: request.headers.get('last-event-id'),
        url: request.url,
      });
      const events = typeof source === 'function' ? await source(request, { lastEventId, params }) : source;
      if (events instanceof Response) return events;
      checkEvents(events, 'source');
      const all = new Headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      for (const [name, value] of new Headers(headers)) all.set(name, value);
      const body = eventStreamBody(events, { delay, open, signal: request.signal });
      return new Response(body, { status, headers: all });
    },
    { once },
  );
}

/** Strings and events can be iterated too, but as characters and wire text. */
function checkEvents(events: EventsInput, option: string): void {
  const isList =
    typeof events === 'object' &&
    events !== null &&
    (Symbol.iterator in events || Symbol.asyncIterator in events) &&
    !ArrayBuffer.isView(events) &&
    !isServerEvent(events);
  if (!isList) {
    throw new InvalidOptionError(
      option,
      'must be an iterable or async iterable of events; put a single event in an array',
    );
  }
}

function anyOf(method: string | readonly string[]): RegExp {
  const methods = typeof method === 'string' ? [method] : method;
  if (methods.length === 0 || !methods.every((each) => /^[\w-]+$/.test(each))) {
    throw new InvalidOptionError('method', `must be one or more methods, not ${JSON.stringify(method)}`);
  }
  return new RegExp(`^(?:${methods.join('|')})$`, 'i');
}
