import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type EventInput, encode, encodeAsync, ServerEvent } from '../src/index';
import { refused } from './refused';

type Case = { name: string; spec: string; input: EventInput } & (
  | { expected: string; error?: undefined }
  | { expected?: undefined; error: { code: string; field: string } }
);

const file = new URL('../../../conformance/encode.json', import.meta.url);
const { version, cases } = JSON.parse(readFileSync(file, 'utf8')) as { version: number; cases: Case[] };

describe('conformance/encode.json', () => {
  it('follows its schema', () => {
    expect(version).toBe(1);
    expect(cases.length).toBeGreaterThanOrEqual(50);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    for (const { name, spec, expected, error, ...rest } of cases) {
      expect(name).toMatch(/\S \S/);
      expect(spec).toMatch(/^(Standard, grammar|Standard, interpreting|rule): /);
      expect(Object.keys(rest)).toEqual(['input']);
      if (error) expect(Object.keys(error).sort()).toEqual(['code', 'field']);
      expect(typeof expected).toBe(error ? 'undefined' : 'string');
    }
  });

  it.each(cases)('$name', async ({ input, expected, error }) => {
    if (error) {
      expect(refused(() => encode(input))).toMatchObject(error);
      expect(refused(() => encodeAsync(input))).toMatchObject(error);
      return;
    }
    expect(encode(input)).toBe(expected);
    const { data, ...init } = typeof input === 'string' ? { data: input } : input;
    expect([...new ServerEvent(data, init)].join('')).toBe(expected);
    let text = '';
    for await (const piece of encodeAsync(input)) text += piece;
    expect(text).toBe(expected);
  });
});
