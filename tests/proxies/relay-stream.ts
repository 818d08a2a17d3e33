import { encode, type ServerEventInit } from '@eventwire/encoder';
import { createParser, type EventStreamMessage } from '@eventwire/parser';

/** What to send instead of an event; undefined leaves it out. Its id stays: the client sends it back, and the origin knows it. */
export type Change = (event: EventStreamMessage) => Omit<ServerEventInit, 'id'> | undefined;

/** Bytes of an event stream in, bytes of one that reads the same out, but for the events that `change` changes. */
export function relayStream(change: Change): TransformStream<Uint8Array, Uint8Array> {
  const utf8 = new TextEncoder();
  let out = '';
  // The last block's id, until its event comes. That is the very next call if the block has data; otherwise none comes.
  let idOnly: string | undefined;

  function write(block: ServerEventInit) {
    flushId();
    out += encode(block);
  }
  function flushId() {
    if (idOnly !== undefined) out += encode({ id: idOnly });
    idOnly = undefined;
  }

  const parser = createParser({
    onComment: (comment) => write({ comment }),
    onRetry: (retry) => write({ retry }),
    onLastEventId(id) {
      flushId();
      idOnly = id;
    },
    onEvent(event) {
      // The conventions between server and client (PROTOCOL.md) are not ours to change.
      const changed = event.type.startsWith('eventwire:') ? event : change(event);
      if (changed === undefined) return; // its id goes on as that of a block without data
      if (event.id !== undefined) idOnly = undefined; // it is this block's; else an earlier one's, and goes first
      write({ ...changed, id: event.id });
    },
  });

  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      parser.feed(chunk);
      flushId();
      if (out !== '') controller.enqueue(utf8.encode(out));
      out = '';
    },
  });
}
