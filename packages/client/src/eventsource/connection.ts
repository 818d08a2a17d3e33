import { createParser } from '@eventwire/parser';
import { MAX_TIMER } from '../reconnect/clock';
import { isEventStreamType } from '../response/status';
import { callSafely } from '../user-callbacks';
import type { ConvertedInit, EventSourceTrace } from './event-source-init';
import type { SendRequest } from './event-source-request';
import { createMessageEvent } from './message-event';
import { createTaskQueue } from './task-queue';

/** [spec] 9.2.2: "The numeric values of the readyState attribute" */
export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSED = 2;

type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSED;

export interface Connection {
  readyState(): ReadyState;
  close(): void;
}

/** Ms. "Optionally, wait some more": else `retry: 0` and an end would mean hundreds of requests a second. */
const MIN_DELAY = 100;

/** Bytes that are read before reading waits. To wait after each small chunk would take most of what it costs. */
const READ_AHEAD = 65_536;

/** HTML 9.2.3, "Processing model", of one EventSource object, at which `fire` dispatches an event. */
export function openConnection(
  fire: (event: Event) => void,
  url: string,
  send: SendRequest,
  { onTrace, maxEventSize, ...init }: ConvertedInit,
): Connection {
  let readyState: ReadyState = CONNECTING;
  // [spec] "This must initially be an implementation-defined value, probably in the region of a few seconds."
  let { reconnectionTime } = init;
  /** Of the newest response. */
  let status: number | undefined;
  let lastEventId = '';
  /** Network errors in a row. */
  let failures = 0;
  let controller: AbortController;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** [spec] "the remote event task source" */
  const addTask = createTaskQueue();

  const isClosed = () => readyState === CLOSED;

  /** Both: a fetch may not heed its signal, and there is no reader before the response. */
  const abort = () => {
    controller.abort();
    reader?.cancel().catch(() => {});
  };

  /**
   * [spec] "Queue a task which, if the readyState attribute is set to a value other than CLOSED", does this.
   */
  const queue = (task: () => void) => {
    addTask(() => {
      if (!isClosed()) task();
    });
  };

  /**
   * [spec] "sets the readyState attribute to [it] and fires an event named [so] at the EventSource object"
   */
  const change = (next: ReadyState, type: string) => {
    queue(() => {
      readyState = next;
      fire(new Event(type));
    });
  };

  /** [spec] "fail the connection": "it does not attempt to reconnect". */
  const fail = (error: unknown) => {
    abort();
    tell('failed', error);
    change(CLOSED, 'error');
  };

  /** Says why an error event follows. */
  const tell = (type: EventSourceTrace['type'], error: unknown, delay?: number) => {
    if (onTrace) queue(() => void callSafely(onTrace, { type, delay, status, error }));
  };

  const reestablish = (error: unknown) => {
    if (isClosed()) return;
    // [spec] "Wait a delay equal to the reconnection time of the event source. Optionally, wait some more. In
    // particular, if the previous attempt failed, then user agents might introduce an exponential backoff
    // delay"
    const delay = Math.max(MIN_DELAY, reconnectionTime) + extraWait(failures);
    tell('waiting', error, delay);
    change(CONNECTING, 'error');
    // [spec] "Wait until the aforementioned task has run", which the queue's order sees to; "Queue a task":
    // "If the EventSource object's readyState attribute is not set to CONNECTING, then return." "Fetch
    // request"
    timer = setTimeout(() => queue(start), Math.min(MAX_TIMER, delay));
  };

  /** Resolves at an end after which the connection is to be reestablished; rejects where it has failed. */
  const connect = async (): Promise<unknown> => {
    controller = new AbortController();
    status = undefined;
    let response: Response;
    try {
      response = await send(lastEventId, controller.signal);
    } catch (error) {
      // [spec] "If res is an aborted network error, then fail the connection. Otherwise, if res is a network
      // error, then reestablish the connection, unless the user agent knows that to be futile": only a
      // network changes by itself.
      if ((error as Partial<Error> | undefined)?.name === 'AbortError' || !/^https?:/.test(url)) throw error;
      failures++;
      return error;
    }
    // A fetch may resolve with something that is no Response at all: there is nothing to read, now or later.
    const { headers, body } = response;
    status = response.status;
    reader = body?.getReader();
    // [spec] "if res's status is not 200, or if res's `Content-Type` is not `text/event-stream`, then fail
    // the connection" (a fetch that cannot stream has no body property at all; null is an empty body). And
    // where a fetch did not heed its signal.
    if (status !== 200 || !isEventStreamType(headers.get('content-type')) || body === undefined || isClosed())
      throw undefined;
    failures = 0;
    change(OPEN, 'open');
    // [spec] "the serialization of the origin of the event stream's final URL (i.e., the URL after
    // redirects)"; a Response that was made by hand has no URL.
    const { origin } = new URL(response.url || url);
    /** Bytes that were read since reading has last waited. */
    let ahead = 0;
    let undelivered = 0;
    let delivered = () => {};
    const parser = createParser(
      {
        // [spec] 9.2.6 "set the event stream's reconnection time to that integer", at the field
        onRetry(ms) {
          reconnectionTime = ms;
        },
        // [spec] "Set the last event ID string of the event source to the value of the last event ID buffer",
        // at the blank line, also where no event follows
        onLastEventId(id) {
          lastEventId = id;
        },
        // [spec] "Queue a task which, if the readyState attribute is set to a value other than CLOSED,
        // dispatches the newly created event at the EventSource object."
        onEvent(message) {
          undelivered++;
          // As `queue` has it, without a second closure: most tasks are events.
          addTask(() => {
            if (!isClosed()) fire(createMessageEvent(message, origin));
            if (--undelivered === 0) delivered();
          });
        },
      },
      // By the letter the last event ID buffer of each new stream is empty, so that a first event without an
      // id would make a client forget where it was. The browsers' engines keep the id over a reconnection,
      // and so does this.
      { lastEventId, maxEventSize },
    );
    while (reader && !isClosed()) {
      // [spec] processResponseEndOfBody: "reestablish the connection"; the same for a body that broke.
      let result: ReadableStreamReadResult<Uint8Array>;
      try {
        result = await reader.read();
      } catch (error) {
        return error;
      }
      // [spec] "Once the end of the file is reached, any pending data must be discarded."
      if (result.done) return undefined;
      // Throws at what is too large, or no bytes: it would be so again.
      parser.feed(result.value);
      ahead += result.value.length || 1;
      if (ahead < READ_AHEAD) continue;
      // Reading waits for the listeners, so that what is queued here stays bounded whatever the server sends;
      // and in any case for a task, so that comments without an end leave others their turn.
      await new Promise<void>((resolve) => {
        if (undelivered > 0) delivered = resolve;
        else addTask(resolve);
      });
      ahead = 0;
    }
    return undefined;
  };

  const start = () => {
    connect().then(reestablish, fail);
  };

  start();
  return {
    readyState: () => readyState,
    /**
     * [spec] "must abort any instances of the fetch algorithm started for this EventSource object, and must
     * set the readyState attribute to CLOSED"
     */
    close() {
      readyState = CLOSED;
      clearTimeout(timer);
      abort();
    },
  };
}

/** Nothing after the first failure, then a random part of 1 s, 2 s, 4 s ... 30 s; in ms. */
const extraWait = (failures: number) =>
  failures < 2 ? 0 : Math.random() * Math.min(30_000, 250 * 2 ** failures);
