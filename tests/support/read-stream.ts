import { createParser, type EventStreamMessage } from '@eventwire/parser';

export interface StreamReading {
  events: EventStreamMessage[];
  retries: number[];
  ids: string[];
  comments: string[];
  lastEventId: string;
}

/** Everything that a parser reports of a stream fed in these chunks. */
export function readStream(chunks: Iterable<string | Uint8Array>): StreamReading {
  const reading: StreamReading = { events: [], retries: [], ids: [], comments: [], lastEventId: '' };
  const parser = createParser({
    onEvent: (event) => void reading.events.push(event),
    onRetry: (ms) => void reading.retries.push(ms),
    onLastEventId: (id) => void reading.ids.push(id),
    onComment: (text) => void reading.comments.push(text),
  });
  for (const chunk of chunks) parser.feed(chunk);
  parser.end();
  reading.lastEventId = parser.lastEventId;
  return reading;
}

/** The pieces of `whole` between the given cuts, which may repeat (then a piece is empty). */
export function cutAt<T extends string | Uint8Array>(whole: T, cuts: number[]): T[] {
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return places.slice(1).map((end, index) => whole.slice(places[index], end) as T);
}
