import { createParser } from '@eventwire/parser';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pieces } from './reading';

// Counted, not timed: the characters that searches look at and that joins copy, per character fed.

afterEach(() => vi.restoreAllMocks());

/** How often a character is looked at or copied, on average. */
function workPerCharacter(chunks: (string | Uint8Array)[], data: string): number {
  const received: string[] = [];
  const parser = createParser({ onEvent: (event) => received.push(event.data) });
  let work = 0;
  const { indexOf } = String.prototype;
  const { join } = Array.prototype;
  vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, search, from = 0) {
    const found = indexOf.call(this, search, from);
    work += (found === -1 ? this.length : found + 1) - from;
    return found;
  });
  vi.spyOn(Array.prototype, 'join').mockImplementation(function (this: unknown[], separator) {
    const joined = join.call(this, separator);
    work += joined.length;
    return joined;
  });
  for (const chunk of chunks) parser.feed(chunk);
  vi.restoreAllMocks();
  expect(received.length).toBe(1);
  expect(received[0] === data).toBe(true);
  return work / chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

const SIZE = 200_000;
const utf8 = (text: string) => new TextEncoder().encode(text);
const long = 'x'.repeat(SIZE);
const short = Array.from({ length: SIZE / 10 }, () => '1234');

describe('the work is linear in the length of the stream', () => {
  it.each<[string, (string | Uint8Array)[], string]>([
    ['one line, character by character', pieces(`data: ${long}\n\n`, 1), long],
    ['one line, byte by byte', pieces(utf8(`data: ${long}\n\n`), 1), long],
    ['one line, by eights', pieces(utf8(`data: ${long}\n\n`), 8), long],
    ['one line at once', [`data: ${long}\n\n`], long],
    ['many lines ending in LF', [`data: ${short.join('\ndata: ')}\n\n`], short.join('\n')],
    ['many lines ending in CR', [`data: ${short.join('\rdata: ')}\r\r`], short.join('\n')],
    ['many lines ending in CRLF', [`data: ${short.join('\r\ndata: ')}\r\n\r\n`], short.join('\n')],
    ['many lines, byte by byte', pieces(utf8(`data: ${short.join('\ndata: ')}\n\n`), 1), short.join('\n')],
    ['many lines ending in LF, a CR at the end', [`data: ${short.join('\ndata: ')}\n\r`], short.join('\n')],
  ])('%s', (_, chunks, data) => {
    expect(workPerCharacter(chunks, data)).toBeLessThan(8);
  });
});
