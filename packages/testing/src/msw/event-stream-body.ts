import { type AsyncServerEventInit, type EventInput, encodeAsync } from '@eventwire/encoder';

/** Events to be written, at hand or over time. */
export type EventsInput =
  | Iterable<EventInput | AsyncServerEventInit>
  | AsyncIterable<EventInput | AsyncServerEventInit>;

export interface BodyOptions {
  /** ms before each event. */
  delay: number;
  /** Whether the stream stays open after the last event. */
  open: boolean;
  /**
   * Once its signal is aborted, the body fails with the reason and the source is closed. Held whole, since in Node
   * a request that has been collected never aborts its signal.
   */
  request: Request;
}

/**
 * After so many pieces others get a turn of the event loop: msw 3 reads on without one, and never learns of
 * an abort.
 */
const PIECES_PER_TURN = 64;

/**
 * The events as the bytes of an event stream, each read when the reader asks for it. Cancelling the
 * stream closes the source. An error of the source, or an event that is refused, makes the stream fail with
 * that error.
 */
export function eventStreamBody(
  events: EventsInput,
  { delay, open, request }: BodyOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const source = Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
  const over = new AbortController();
  let leave = () => {};
  let block: AsyncIterableIterator<string> | undefined;
  let pieces = 0;

  async function nextPiece(): Promise<string | undefined> {
    for (;;) {
      if (block === undefined) {
        if (delay > 0) await sleep(delay, over.signal);
        const { done, value } = await source.next();
        if (done) return undefined;
        block = encodeAsync(value);
      }
      const { done, value } = await block.next();
      if (!done) return value;
      block = undefined;
    }
  }

  /** Not awaited: a generator that is waiting for something closes only after that. */
  function close(): void {
    leave();
    over.abort();
    Promise.resolve(block?.return?.()).catch(() => {});
    block = undefined;
    try {
      Promise.resolve(source.return?.()).catch(() => {});
    } catch {} // a generator's finally block that throws, which nobody waits for
  }

  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(controller) {
        // The interception may not: without this an aborted request would go on reading.
        const abort = () => {
          controller.error(request.signal.reason);
          close();
        };
        if (request.signal.aborted) abort();
        else request.signal.addEventListener('abort', abort, { once: true });
        leave = () => request.signal.removeEventListener('abort', abort);
      },
      async pull(controller) {
        try {
          if (++pieces % PIECES_PER_TURN === 0) await sleep(0, over.signal);
          const piece = await nextPiece();
          if (over.signal.aborted) return;
          if (piece !== undefined) controller.enqueue(encoder.encode(piece));
          else if (!open) {
            leave();
            controller.close();
          }
        } catch (error) {
          close();
          throw error;
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
