import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Compiler,
  compile,
  compilers,
  createConsumer,
  type Surroundings,
  surroundings,
  versionOf,
} from './consumer';

const everything = (Object.keys(surroundings) as Surroundings[]).filter((name) => name !== 'nothing');
/** What `npm test` tries: the newest compiler, which is quick, and the oldest where most is missing. */
const short: Partial<Record<Compiler, Surroundings[]>> = {
  typescript57: ['Node'],
  typescript7: everything,
};
const all = process.env.EVENTWIRE_TYPES === 'all';
const pairs = compilers.flatMap((compiler) =>
  (all ? everything : (short[compiler] ?? [])).map(
    (around) => [versionOf(compiler), around, compiler] as const,
  ),
);

const folder = mkdtempSync(join(tmpdir(), 'eventwire-types-'));
beforeAll(() => createConsumer(folder));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two compilers run at a time: each takes a core, and some hundred megabytes. */
const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const [first, second] = lanes.splice(0);
  const result = Promise.resolve(first).then(work);
  lanes.push(
    second as Promise<unknown>,
    result.catch(() => {}),
  );
  return result;
}

describe('the packages as they are published', () => {
  it.concurrent.each(pairs)('compile with TypeScript %s and the types of %s', async (_, around, compiler) => {
    expect(await inTurn(() => compile(folder, compiler, around))).toBe('');
  });

  it.concurrent('do not compile without the types of any platform, so that silence above means something', async () => {
    expect(await inTurn(() => compile(folder, 'typescript7', 'nothing'))).toContain("name 'AbortSignal'");
  });
});
