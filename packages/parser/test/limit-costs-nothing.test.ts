import { createParser } from '@eventwire/parser';
import { describe, expect, it } from 'vitest';
import { pieces } from './reading';

// By the processor's time, which others on the machine disturb least, and as a ratio to something else that
// is read: so no machine is too slow for these. What they are there to notice is tens of times slower.

type Form = 'text' | 'bytes';

const utf8 = new TextEncoder();
const MIB = 1024 * 1024;
const CHUNK = 64 * 1024;

/** The form of a stream, in chunks. */
function chunked(stream: string, form: Form, size = CHUNK): (string | Uint8Array)[] {
  return form === 'text' ? pieces(stream, size) : pieces(utf8.encode(stream), size);
}

/** In ms: the least of several times that a parser takes for these chunks. */
function timeOf(chunks: (string | Uint8Array)[], maxEventSize = Number.POSITIVE_INFINITY): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    let events = 0;
    const parser = createParser({ onEvent: () => events++ }, { maxEventSize });
    const before = process.cpuUsage();
    for (const chunk of chunks) parser.feed(chunk);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const delta = (i: number) => `data: {"choices":[{"index":0,"delta":{"content":"word ${i}"}}]}\n\n`;
const events = Array.from({ length: (2 * MIB) / 60 }, (_, i) => delta(i)).join('');
const comments = ':\n\n'.repeat(MIB / 3);

describe.each<Form>(['text', 'bytes'])('a limit takes no time that shows, for %s', (form) => {
  it.each([
    ['events in chunks that are larger than the limit', 60_000, events, CHUNK],
    ['events in chunks of many times the limit', 1000, events, CHUNK],
    ['short comments in chunks of many times the limit', 1000, comments, CHUNK],
    ['a whole stream that is larger than the limit, in one chunk', MIB, events, Number.POSITIVE_INFINITY],
    ['short comments, larger than the limit, in one chunk', MIB / 2, comments, Number.POSITIVE_INFINITY],
  ])('%s', (_, maxEventSize, stream, size) => {
    const chunks = chunked(stream, form, size);
    expect(timeOf(chunks, maxEventSize) / timeOf(chunks)).toBeLessThan(3);
  });

  it('comments within an event that is nearly as large as the limit', () => {
    const chunks = [`data: ${'x'.repeat(199_980)}\n`, ...chunked(':\n'.repeat(100_000), form)];
    expect(timeOf(chunks, 200_000) / timeOf(chunks)).toBeLessThan(3);
  });
});
