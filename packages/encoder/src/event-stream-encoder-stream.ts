import { openEvent } from './encode-async';
import type { EventPieces } from './event-pieces';
import type { AsyncServerEventInit, EventInput } from './server-event-init';
import { utf8 } from './utf8';

/** The event that is being written: its pieces, and the two ends of the promise that write() has given. */
interface Writing {
  readonly pieces: EventPieces;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Events in, bytes of the event stream out, for `pipeThrough`. Nothing is read ahead: one demand at the
 * readable side reads one piece of data, and a write settles once its event has been read to its last byte.
 *
 * An event that is refused and a source that fails make both sides fail with that error: an event that is
 * half written never looks like the end. Cancelling the readable or aborting the writable side makes the
 * other fail, and closes the source of the data that is being read.
 *
 * @example
 * const body = ReadableStream.from(events).pipeThrough(new EventStreamEncoderStream());
 * return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
 */
export class EventStreamEncoderStream {
  readonly writable: WritableStream<EventInput | AsyncServerEventInit>;
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;

  constructor() {
    let writing: Writing | undefined;
    let arrived = () => {};
    let input: WritableStreamDefaultController | undefined;
    let output: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
    let closed: Promise<unknown> | undefined;

    /** Ends what is being written, if anything; gives the promise that its source is closed. */
    const drop = (reason: unknown) => {
      closed = writing?.pieces.return();
      closed?.catch(() => {}); // whoever waits for it hears of it
      writing?.reject(reason);
      writing = undefined;
      return closed;
    };
    /** The writable fails by its write, which is under way. */
    const fail = (reason: unknown) => {
      output?.error(reason);
      drop(reason);
    };

    this.writable = new WritableStream({
      start(controller) {
        input = controller;
        // abort() below is called only after the write under way has settled, which may never be without
        // this.
        controller.signal.addEventListener('abort', () => {
          output?.error(controller.signal.reason);
          drop(controller.signal.reason);
        });
      },
      write(event) {
        let pieces: EventPieces;
        try {
          pieces = openEvent(event);
        } catch (error) {
          fail(error);
          throw error;
        }
        return new Promise<void>((resolve, reject) => {
          writing = { pieces, resolve, reject };
          arrived();
        });
      },
      close() {
        output?.close();
      },
      async abort() {
        await closed;
      },
    });

    this.readable = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start(controller) {
          output = controller;
        },
        async pull(controller) {
          while (!writing) {
            await new Promise<void>((resolve) => {
              arrived = resolve;
            });
          }
          const current = writing;
          try {
            const { value } = await current.pieces.next();
            if (writing !== current || value === undefined) return; // cancelled or aborted meanwhile
            controller.enqueue(utf8(value));
            if (current.pieces.finished) {
              writing = undefined;
              current.resolve();
            }
          } catch (error) {
            if (writing === current) fail(error);
          }
        },
        async cancel(reason) {
          input?.error(reason);
          await drop(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }
}
