import { type Chunk, createParser, EventStreamDecoderStream, parseEventStream } from '@eventwire/parser';
import { allSplits } from '@eventwire/testing';
import parse from '../../../conformance/parse.json';
import { same, type Tally, tally } from './report';

interface Case {
  name: string;
  input?: string;
  inputBase64?: string;
  textOnly?: boolean;
  flush?: boolean;
  events: { type: string; data: string; lastEventId: string }[];
  comments: string[];
  retries: number[];
  lastEventId: string;
}

/** Every case of conformance/parse.json in all the ways that its README names, and over the runtime's own streams. */
export function parseCases(): Promise<Tally> {
  return tally(parse.cases as Case[], ({ name }) => name, check);
}

async function check(example: Case): Promise<void> {
  const { flush = false, events, comments, retries, lastEventId } = example;
  for (const [form, input] of forms(example)) {
    for (const [way, chunks] of chunkings(input)) {
      same(`${form} ${way}`, read(chunks, flush), { events, comments, retries, lastEventId });
    }
    const [first, second] = [input.slice(0, input.length / 2), input.slice(input.length / 2)] as [
      Chunk,
      Chunk,
    ];
    const overStream = parseEventStream(streamOf([first, second]), { flush });
    same(`${form} as a stream`, await collect(overStream), events);
    const piped = streamOf(pieces(input, 1)).pipeThrough(new EventStreamDecoderStream({ flush }));
    same(`${form} through a pipe`, await collectStream(piped), events);
    if (typeof input !== 'string') {
      const response = new Response(input as Uint8Array<ArrayBuffer>);
      same('as a Response', await collect(parseEventStream(response, { flush })), events);
    }
  }
}

/** The stream as text and as bytes, where it can be both. */
function forms({ input, inputBase64, textOnly }: Case): [string, Chunk][] {
  if (inputBase64 !== undefined) {
    const bytes = Uint8Array.from(atob(inputBase64), (unit) => unit.charCodeAt(0));
    return [
      ['bytes', bytes],
      ['text', new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)],
    ];
  }
  const text = input ?? '';
  return textOnly
    ? [['text', text]]
    : [
        ['text', text],
        ['bytes', new TextEncoder().encode(text)],
      ];
}

function* chunkings(input: Chunk): Generator<[string, Chunk[]]> {
  yield ['whole', [input]];
  for (const size of [1, 2, 3]) yield [`in pieces of ${size}`, pieces(input, size)];
  for (const halves of allSplits(input)) yield [`cut at ${halves[0].length}`, halves];
}

function pieces(input: Chunk, size: number): Chunk[] {
  const count = Math.ceil(input.length / size);
  return Array.from({ length: count }, (_, index) => input.slice(index * size, (index + 1) * size));
}

function read(chunks: Chunk[], flush: boolean) {
  const events: Case['events'] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: ({ type, data, lastEventId }) => void events.push({ type, data, lastEventId }),
    onComment: (text) => void comments.push(text),
    onRetry: (ms) => void retries.push(ms),
  });
  for (const chunk of chunks) parser.feed(chunk);
  parser.end({ flush });
  return { events, comments, retries, lastEventId: parser.lastEventId };
}

function streamOf(chunks: Chunk[]): ReadableStream<Chunk> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function collect(source: AsyncIterable<Case['events'][number]>): Promise<Case['events']> {
  const events: Case['events'] = [];
  for await (const { type, data, lastEventId } of source) events.push({ type, data, lastEventId });
  return events;
}

/** By a reader, since not every runtime's streams can be iterated. */
async function collectStream(stream: ReadableStream<Case['events'][number]>): Promise<Case['events']> {
  const events: Case['events'] = [];
  const reader = stream.getReader();
  for (let turn = await reader.read(); !turn.done; turn = await reader.read()) {
    const { type, data, lastEventId } = turn.value;
    events.push({ type, data, lastEventId });
  }
  return events;
}
