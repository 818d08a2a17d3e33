import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventStreamBytes, eventStreamText, oracle, toConformanceCase } from '../src/index';

describe('toConformanceCase', () => {
  it('prints text with what the oracle reads of it', () => {
    const json = toConformanceCase('id: 1\r\ndata: é\n\nretry: 5\n: c\n', { name: 'A name', spec: 'A step' });
    expect(json).toBe(
      [
        '{',
        '  "name": "A name",',
        '  "spec": "A step",',
        '  "input": "id: 1\\r\\ndata: \\u00e9\\n\\nretry: 5\\n: c\\n",',
        '  "events": [{"type":"message","data":"\\u00e9","lastEventId":"1"}],',
        '  "comments": ["c"],',
        '  "retries": [5],',
        '  "lastEventId": "1"',
        '}',
      ].join('\n'),
    );
  });

  it('prints bytes as text where they are UTF-8, else as base64', () => {
    const bytes = new TextEncoder().encode('\uFEFFdata: x\n\n');
    expect(JSON.parse(toConformanceCase(bytes))).toMatchObject({
      input: '\uFEFFdata: x\n\n',
      events: [{ data: 'x' }],
    });
    const invalid = Uint8Array.of(0xff, 0x0a);
    expect(JSON.parse(toConformanceCase(invalid))).toMatchObject({ inputBase64: '/wo=' });
  });

  it('marks lone surrogates and flush', () => {
    const parsed = JSON.parse(toConformanceCase('data: \uD800', { flush: true }));
    expect(parsed).toMatchObject({ textOnly: true, flush: true, events: [{ data: '\uD800' }] });
    expect(JSON.parse(toConformanceCase('data: \u{1F600}'))).not.toHaveProperty('textOnly');
  });

  it('prints ASCII that reads back as the same stream', () => {
    fc.assert(
      fc.property(fc.oneof(eventStreamText(), eventStreamBytes()), (stream) => {
        const json = toConformanceCase(stream);
        expect(json).toMatch(/^[\n -~]*$/);
        const { input, inputBase64, events } = JSON.parse(json);
        const again = input ?? Buffer.from(inputBase64, 'base64');
        expect(oracle(again)).toEqual(oracle(stream));
        expect(events).toHaveLength(oracle(stream).events.length);
      }),
    );
  });
});
