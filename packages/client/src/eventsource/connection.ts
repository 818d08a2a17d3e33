import { createParser, EventStreamError } from '@eventwire/parser';
import { MAX_TIMER } from '../clock';
import { isEventStreamType } from '../endings';
import type { EventSourceRequest } from './event-source-request';
import { createMessageEvent } from './message-event';
import { CLOSED, CONNECTING, OPEN, type ReadyState } from './ready-state';
import { TaskQueue } from './task-queue';

/** Ms. [spec] "This must initially be an implementation-defined value, probably in the region of a few seconds." */
const INITIAL_RECONNECTION_TIME = 3000;

const ignore = () => {};

/** HTML 9.2.3, "Processing model", of one EventSource object, which is the `target` of the events. */
export class Connection {
  readonly #target: EventTarget;
  readonly #request: EventSourceRequest;
  readonly #tasks = new TaskQueue();
  #readyState: ReadyState = CONNECTING;
  #reconnectionTime = INITIAL_RECONNECTION_TIME;
  #lastEventId = '';
  /** Network errors in a row. */
  #failures = 0;
  #controller: AbortController | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(target: EventTarget, request: EventSourceRequest) {
    this.#target = target;
    this.#request = request;
    this.#start();
  }

  get readyState(): ReadyState {
    return this.#readyState;
  }

  /** [spec] "must abort any instances of the fetch algorithm started for this EventSource object, and must set the readyState attribute to CLOSED" */
  close(): void {
    this.#readyState = CLOSED;
    clearTimeout(this.#timer);
    this.#abort();
  }

  #start(): void {
    // What a fetch resolves with may be no Response at all: there is nothing to read, now or later.
    this.#connect().catch(() => this.#fail());
  }

  async #connect(): Promise<void> {
    this.#controller = new AbortController();
    let response: Response;
    try {
      response = await this.#request.fetch(this.#lastEventId, this.#controller.signal);
    } catch (error) {
      // [spec] "If res is an aborted network error, then fail the connection. Otherwise, if res is a network error,
      // then reestablish the connection, unless the user agent knows that to be futile"
      if (isAbort(error) || this.#request.futile) return this.#fail();
      this.#failures += 1;
      return this.#reestablish();
    }
    if (this.#readyState === CLOSED) {
      response.body?.cancel().catch(ignore); // by a fetch that did not heed its signal
      return;
    }
    // [spec] "if res's status is not 200, or if res's `Content-Type` is not `text/event-stream`, then fail the
    // connection" (a fetch that cannot stream has no body property at all; null is an empty body)
    const { status, headers, body } = response;
    if (status !== 200 || !isEventStreamType(headers.get('content-type')) || body === undefined) {
      body?.cancel().catch(ignore);
      return this.#fail();
    }
    this.#failures = 0;
    this.#announce();
    try {
      if (body !== null) await this.#interpret(body.getReader(), origin(response, this.#request.url));
    } catch (error) {
      // What is too large, or no bytes, would be so again: asking again would be futile.
      if (error instanceof EventStreamError) return this.#fail();
    }
    // [spec] processResponseEndOfBody: "reestablish the connection"; the same for a body that broke.
    this.#reestablish();
  }

  #announce(): void {
    // [spec] "queue a task which, if the readyState attribute is set to a value other than CLOSED, sets the
    // readyState attribute to OPEN and fires an event named open at the EventSource object"
    this.#queue(() => {
      this.#readyState = OPEN;
      this.#fire(new Event('open'));
    });
  }

  async #interpret(reader: ReadableStreamDefaultReader<Uint8Array>, origin: string): Promise<void> {
    this.#reader = reader;
    const parser = createParser(
      {
        // [spec] 9.2.6 "set the event stream's reconnection time to that integer", at the field
        onRetry: (ms) => {
          this.#reconnectionTime = ms;
        },
        // [spec] "Set the last event ID string of the event source to the value of the last event ID buffer", at the
        // blank line, also where no event follows
        onLastEventId: (id) => {
          this.#lastEventId = id;
        },
        // [spec] "Queue a task which, if the readyState attribute is set to a value other than CLOSED, dispatches the
        // newly created event at the EventSource object."
        onEvent: ({ type, data, lastEventId }) => {
          const event = createMessageEvent(type, { data, origin, lastEventId });
          this.#queue(() => this.#fire(event));
        },
      },
      // By the letter the last event ID buffer of each new stream is empty, so that a first event without an id would
      // make a client forget where it was. The browsers' engines keep the id over a reconnection, and so does this.
      { lastEventId: this.#lastEventId },
    );
    for (;;) {
      const { done, value } = await reader.read();
      // [spec] "Once the end of the file is reached, any pending data must be discarded."
      if (done) return;
      parser.feed(value);
      // Reading waits for the listeners, so that what is queued here stays bounded whatever the server sends.
      await this.#tasks.drained();
      if (this.#readyState === CLOSED) return;
    }
  }

  #reestablish(): void {
    if (this.#readyState === CLOSED) return;
    // [spec] "Queue a task": "If the readyState attribute is set to CLOSED, abort the task. Set the readyState
    // attribute to CONNECTING. Fire an event named error at the EventSource object."
    this.#queue(() => {
      this.#readyState = CONNECTING;
      this.#fire(new Event('error'));
    });
    // [spec] "Wait a delay equal to the reconnection time of the event source. Optionally, wait some more. In
    // particular, if the previous attempt failed, then user agents might introduce an exponential backoff delay"
    const delay = this.#reconnectionTime + extraWait(this.#failures);
    this.#timer = setTimeout(
      () => {
        // [spec] "Wait until the aforementioned task has run", which the queue's order sees to; "Queue a task": "If
        // the EventSource object's readyState attribute is not set to CONNECTING, then return." "Fetch request"
        this.#queue(() => this.#start());
      },
      Math.min(MAX_TIMER, delay),
    );
  }

  #fail(): void {
    this.#abort();
    // [spec] "queue a task which, if the readyState attribute is set to a value other than CLOSED, sets the readyState
    // attribute to CLOSED and fires an event named error at the EventSource object. Once the user agent has failed the
    // connection, it does not attempt to reconnect."
    this.#queue(() => {
      this.#readyState = CLOSED;
      this.#fire(new Event('error'));
    });
  }

  /** Every task does nothing once the state is CLOSED. */
  #queue(task: () => void): void {
    this.#tasks.queue(() => {
      if (this.#readyState !== CLOSED) task();
    });
  }

  #fire(event: Event): void {
    // Not a dispatchEvent that a user has put on the object.
    EventTarget.prototype.dispatchEvent.call(this.#target, event);
  }

  /** Both: a fetch may not heed its signal, and there is no reader before the response. */
  #abort(): void {
    this.#controller?.abort();
    this.#reader?.cancel().catch(ignore);
  }
}

/** [spec] "the serialization of the origin of the event stream's final URL (i.e., the URL after redirects)" */
function origin(response: Response, requested: URL): string {
  // A Response that was made by hand has no URL.
  return new URL(response.url || requested).origin;
}

/** Nothing after the first failure, then a random part of 1 s, 2 s, 4 s ... 30 s; in ms. */
function extraWait(failures: number): number {
  return failures < 2 ? 0 : Math.random() * Math.min(30_000, 250 * 2 ** failures);
}

function isAbort(error: unknown): boolean {
  return (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
}
