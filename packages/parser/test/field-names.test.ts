import { createParser } from '@eventwire/parser';
import { describe, expect, it } from 'vitest';

/** What a parser makes of a chunk, with the id that is counted behind it. */
function read(chunk: string | Uint8Array) {
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ type, data }) => events.push(`${type}|${data}`) });
  parser.feed(chunk);
  return { events, lastEventId: parser.lastEventId };
}

const FILLER = ': '.padEnd(2000, 'x');
/** The ways in which a parser looks at a line: short text, a long one's bytes, a long one that is not ASCII, and bytes. */
const ways: [string, (text: string) => string | Uint8Array][] = [
  ['a short text', (text) => text],
  ['a long text', (text) => `${FILLER}\n\n${text}`],
  ['a long text that is not ASCII', (text) => `${FILLER}\u00e9\n\n${text}`],
  ['bytes', (text) => new TextEncoder().encode(text)],
];

/** All that differs from the name in one character: another, one more, one less, two that changed places. */
function nearMisses(name: string): string[] {
  const places = [...name].flatMap((letter, at) => {
    const [before, after] = [name.slice(0, at), name.slice(at + 1)];
    const next = after === '' ? [] : [`${before}${after[0]}${letter}${after.slice(1)}`];
    const others = [letter.toUpperCase(), 'x', ' ', '\0', String.fromCharCode(letter.charCodeAt(0) + 1)];
    return [
      ...others.map((other) => before + other + after),
      `${before}x${letter}${after}`,
      before + after,
      ...next,
    ];
  });
  return [...new Set([...places, `${name} `, ` ${name}`, `${name}x`])].filter((each) => each !== name);
}

describe.each(ways)('In %s, a field counts by its whole name alone:', (_, chunk) => {
  it.each(nearMisses('data'))('%j is not data', (name) => {
    expect(read(chunk(`${name}: wrong\ndata: right\n\n`)).events).toEqual(['message|right']);
    expect(read(chunk(`${name}: wrong\n\n`)).events).toEqual([]);
  });

  it.each(nearMisses('event'))('%j is not event, whatever the line before ends with', (name) => {
    for (const before of ['', ...'event'].map((letter) => `: ${letter}\n`))
      expect(read(chunk(`${before}${name}: wrong\ndata: x\n\n`)).events).toEqual(['message|x']);
  });

  it.each(nearMisses('id'))('%j is not id', (name) => {
    expect(read(chunk(`${name}: wrong\ndata: x\n\n`))).toEqual({ events: ['message|x'], lastEventId: '' });
  });

  it('those that are right are read', () => {
    expect(read(chunk('event: type\nid: 5\ndata: x\n\n'))).toEqual({ events: ['type|x'], lastEventId: '5' });
    expect(read(chunk('event:type\nid:5\ndata:x\n\n'))).toEqual({ events: ['type|x'], lastEventId: '5' });
  });

  it('an id with a NUL is none, wherever the NUL stands', () => {
    for (const id of ['\0', '5\0', '\x005', '5\x005']) {
      const text = `id: 1\ndata: x\n\nid: ${id}\ndata: y\n\n`;
      expect(read(chunk(text))).toEqual({ events: ['message|x', 'message|y'], lastEventId: '1' });
    }
    expect(read(chunk('id: 1\ndata: \0\n\nid: 2\ndata: y\n\n')).lastEventId).toBe('2');
  });
});
