import { openSource } from './chunk-source';
import { EventIterator, type ParseOptions } from './event-iterator';
import type { Chunk, EventStreamMessage } from './event-stream-parser';

/**
 * For `pipeThrough`: text or bytes in, events out. Nothing is read ahead, so a slow reader slows the writer
 * down.
 *
 * The readable side errors with what `parseEventStream` would throw, after the events that came before. A
 * TransformStream by itself drops what is queued when it errors; hence it only takes the chunks here, and the
 * events are pulled from behind it. This class does not extend it, so that runtimes without it can import the
 * parser.
 *
 * @example
 * const events = response.body.pipeThrough(new EventStreamDecoderStream());
 *
 * @throws TypeError with the code `INVALID_OPTION` and `option`
 */
export class EventStreamDecoderStream {
  readonly writable: WritableStream<Chunk>;
  readonly readable: ReadableStream<EventStreamMessage>;

  constructor(options?: ParseOptions | undefined) {
    const { readable: chunks, writable } = new TransformStream<Chunk, Chunk>();
    this.writable = writable;
    const events = new EventIterator(() => openSource(chunks), options);
    this.readable = new ReadableStream(
      {
        async pull(controller) {
          const { done, value } = await events.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        async cancel(reason) {
          await events.throw(reason).catch(() => {});
        },
      },
      { highWaterMark: 0 },
    );
  }
}
