import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import type { Scenario } from './parser-heap';

const run = promisify(execFile);
const KIB = 1024;
const LIMIT = 2 * KIB * KIB;
let program: string;

beforeAll(async () => {
  program = await bundle("import '../memory/parser-heap'");
});

/** Bytes. */
async function measured(scenario: Scenario, form: string): Promise<number> {
  const flags = ['--expose-gc', '--input-type=module', '-e', program];
  const { stdout } = await run(process.execPath, [...flags, scenario, form, String(LIMIT)]);
  console.log(`${scenario}, ${form}: ${(Number(stdout) / KIB / KIB).toFixed(2)} MiB`);
  return Number(stdout);
}

describe.each(['text', 'bytes'])('a parser that is fed %s', (form) => {
  it.each<Scenario>([
    'empty data lines',
    'empty data lines with a colon',
    'data lines of a character',
    'data lines of 80 characters',
    'a line in small pieces',
  ])('holds a few bytes for each character that its limit allows: %s', async (scenario) => {
    expect(await measured(scenario, form)).toBeLessThan(6 * LIMIT);
  });

  it('holds none of the comments between data lines', async () => {
    expect(await measured('data lines behind comments', form)).toBeLessThan(2 * KIB * KIB);
  });

  it.each<Scenario>(['a thousand streams in the midst of a block', 'a thousand streams between two blocks'])(
    'holds a chunk of 30 kB for none of %s',
    async (scenario) => {
      expect(await measured(scenario, form)).toBeLessThan(1000 * 8 * KIB);
    },
  );
});

it('a small event that is kept keeps a small part of a large chunk of bytes', async () => {
  expect(await measured('a small event of a chunk of a megabyte', 'bytes')).toBeLessThan(100 * 256 * KIB);
});
