import { encode, type ServerEventInit } from '@eventwire/encoder';
import {
  type Chunk,
  createParser,
  EventStreamDecoderStream,
  type EventStreamMessage,
  parseEventStream,
} from '@eventwire/parser';
import { chunked, serverEventInit } from '@eventwire/testing';
import fc from 'fast-check';
import { readBackData } from '../../support/read-back-data';
import { same, type Tally, tally } from './report';
import { writeThrough } from './written-stream';

const COUNT = 1000;
const SEED = 20_260_101;

interface RoundTrip {
  inits: ServerEventInit[];
  chunks: Chunk[];
}

/** Lists of events, written, cut at random, as text and as bytes by turns, and read back. The same ones everywhere. */
export function roundTrips(): Promise<Tally> {
  const utf8 = new TextEncoder();
  const trip = fc
    .tuple(fc.array(serverEventInit(), { maxLength: 5 }), fc.boolean())
    .chain(([inits, asText]) => {
      const text = inits.map(encode).join('');
      return chunked(asText ? text : utf8.encode(text)).map((chunks): RoundTrip => ({ inits, chunks }));
    });
  return tally(fc.sample(trip, { numRuns: COUNT, seed: SEED }), describeTrip, check);
}

async function check({ inits, chunks }: RoundTrip): Promise<void> {
  const asText = chunks.every((chunk) => typeof chunk === 'string');
  const events: EventStreamMessage[] = [];
  const parser = createParser({ onEvent: (event) => void events.push(event) });
  for (const chunk of chunks) parser.feed(chunk);
  parser.end();
  same('fed', events.map(inOrder), expected(inits, asText));

  const iterated: EventStreamMessage[] = [];
  for await (const event of parseEventStream(asyncChunks(chunks))) iterated.push(event);
  same('iterated', iterated.map(inOrder), expected(inits, asText));

  const piped: EventStreamMessage[] = [];
  const reader = writeThrough(inits).pipeThrough(new EventStreamDecoderStream()).getReader();
  for (let turn = await reader.read(); !turn.done; turn = await reader.read()) piped.push(turn.value);
  same('piped', piped.map(inOrder), expected(inits, false));
}

/** What the events read back as, from the rules for writing alone. Bytes cannot carry lone surrogates. */
function expected(inits: ServerEventInit[], asText: boolean): EventStreamMessage[] {
  const carried = (text: string) => (asText ? text : text.toWellFormed());
  let lastEventId = '';
  return inits.flatMap(({ id, type, data }) => {
    lastEventId = id ?? lastEventId;
    const readBack = readBackData(data);
    if (readBack === undefined) return [];
    return [{ type: carried(type || 'message'), data: carried(readBack), lastEventId, id }];
  });
}

function inOrder({ type, data, lastEventId, id }: EventStreamMessage): EventStreamMessage {
  return { type, data, lastEventId, id };
}

async function* asyncChunks(chunks: Chunk[]): AsyncGenerator<Chunk> {
  yield* chunks;
}

function describeTrip({ inits, chunks }: RoundTrip): string {
  return `${JSON.stringify(inits)} in chunks of ${chunks.map(({ length }) => length).join(', ')}`;
}
