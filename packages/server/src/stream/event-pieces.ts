import { type AsyncServerEventInit, type EventInput, encodeAsync } from '@eventwire/encoder';

/** What is no event at all counts as sync: encode() refuses it. */
export function isSync(event: EventInput | AsyncServerEventInit): event is EventInput {
  const data: unknown = typeof event === 'object' && event !== null ? event.data : undefined;
  return typeof data !== 'object' || data === null || !(Symbol.asyncIterator in data);
}

export function hasRetry(event: EventInput | AsyncServerEventInit): boolean {
  return typeof event === 'object' && event.retry !== undefined;
}

/**
 * The wire text of an event with async data. The lines before the data come with its first piece: they say nothing alone, and a
 * source that fails at once has then not begun its block.
 *
 * Written by hand because a generator's `return()` would wait for the piece that is being awaited.
 *
 * @throws ServerEventError at the call
 */
export function eventPieces(event: EventInput | AsyncServerEventInit): AsyncIterableIterator<string> {
  const source = encodeAsync(event);
  let begun = false;
  return {
    async next() {
      const first = await source.next();
      if (begun || first.done || !isHead(first.value)) {
        begun = true;
        return first;
      }
      begun = true;
      const second = await source.next();
      return second.done ? second : { done: false, value: first.value + second.value };
    },
    return: () => source.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isHead(piece: string): boolean {
  return piece !== '\n' && !piece.startsWith('data: ');
}
