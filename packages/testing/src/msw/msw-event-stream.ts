import { isServerEvent } from '@eventwire/encoder';
import {
  checkOptions,
  invalidOption,
  is,
  isInteger,
  isNumber,
  MAX_TIMER,
  type OptionRules,
} from '@eventwire/options';
import { readLastEventId } from '@eventwire/server';
import { HttpHandler, type Path, type PathParams } from 'msw';
import { type EventsInput, eventStreamBody } from './event-stream-body';

/** Facts about a request, beside the request itself. */
export interface MswRequestContext {
  /**
   * The `Last-Event-ID` header, read as UTF-8, or else the query parameter `lastEventId`; empty without
   * either.
   */
  lastEventId: string;
  /** The values of the path's parameters, as of `id` in `/jobs/:id`. */
  params: PathParams;
}

/**
 * Events, or what gives them for this very request; or a response instead, as `new Response(null, { status:
 * 503 })`. Events that are not given by a function are read again for each request: a generator has them only
 * once.
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

const isBoolean = is('true or false', (value) => typeof value === 'boolean');

const RULES: OptionRules<MswEventStreamOptions> = {
  method: is('one or more methods', (method) => {
    const methods: readonly unknown[] = Array.isArray(method) ? method : [method];
    return methods.length > 0 && methods.every((each) => typeof each === 'string' && /^[\w-]+$/.test(each));
  }),
  status: isInteger(200, 599),
  headers: is('what `new Headers` takes', (headers) => {
    try {
      return new Headers(headers as HeadersInit) !== undefined;
    } catch {
      return false;
    }
  }),
  delay: isNumber(0, MAX_TIMER, 'ms that a timer takes'),
  open: isBoolean,
  once: isBoolean,
};

/**
 * A handler for Mock Service Worker that responds with an event stream. It works for everything that msw
 * intercepts: fetch with any method, and where msw supports it a native EventSource.
 *
 * A source that throws breaks the stream off, so a client sees what it sees of a lost connection. Once the
 * request is aborted, the body fails and the source is closed (its generator's `finally` runs). Cancelling
 * the body alone does not get through msw, which keeps a copy of the response: for that, and for lost
 * connections as they are, use `scriptedServer`.
 *
 * @throws TypeError with the code `INVALID_OPTION`, whose `option` names the option
 * @example
 * ```ts
 * const server = setupServer(
 *   mswEventStream('/jobs/:id', (request, { lastEventId, params }) =>
 *     lastEventId === '' ? [{ id: '1', data: `job ${params.id}` }] : [],
 *   ),
 * );
 * ```
 */
export function mswEventStream(
  path: Path,
  source: MswEventSource,
  options: MswEventStreamOptions = {},
): HttpHandler {
  checkOptions(options, RULES);
  const { method = ['GET', 'POST'], status = 200, headers, delay = 0, open = false, once = false } = options;
  if (typeof source !== 'function') checkEvents(source);
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
      checkEvents(events);
      const all = new Headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      for (const [name, value] of new Headers(headers)) all.set(name, value);
      const body = eventStreamBody(events, { delay, open, request });
      return new Response(body, { status, headers: all });
    },
    { once },
  );
}

/** Strings and events can be iterated too, but as characters and wire text. */
function checkEvents(events: EventsInput): void {
  const isList =
    typeof events === 'object' &&
    events !== null &&
    (Symbol.iterator in events || Symbol.asyncIterator in events) &&
    !ArrayBuffer.isView(events) &&
    !isServerEvent(events);
  if (!isList) {
    const expected = 'an iterable or async iterable of events (a single event goes into an array)';
    throw invalidOption('source', expected, { value: events });
  }
}

function anyOf(method: string | readonly string[]): RegExp {
  const methods = typeof method === 'string' ? [method] : method;
  return new RegExp(`^(?:${methods.join('|')})$`, 'i');
}
