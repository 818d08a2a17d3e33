import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Results } from '../../scripts/results-reporter.mjs';
import { runTests } from '../../scripts/run-tests.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = (name: string, ...errors: string[]) => ({ name: `${root}${name}`, errors });
const results = (failed: Results['failed'] = [], unhandled = 0): Results => ({
  ...{ passed: 100 - failed.length, skipped: 2 },
  ...{ failed, unhandled },
});

/** Runs that end so, one after the other. */
async function run(...ends: Results[]) {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  const calls: { args: readonly string[]; seed: unknown }[] = [];
  const found = await runTests({ without: ['next'], env: { OTHER: 'x' } }, async (args, { without, env }) => {
    expect([without, env.OTHER]).toEqual([['next'], 'x']);
    calls.push({ args, seed: env.EVENTWIRE_RUN_SEED });
    return ends[calls.length - 1] as Results;
  });
  return { found, calls };
}

it('Tests that pass run once', async () => {
  const { found, calls } = await run(results());
  expect(found).toEqual({ passed: 100, failed: 0, skipped: 2, unsteady: [] });
  expect(calls.map(({ args }) => args)).toEqual([[]]);
});

it('A file that fails runs once more by itself, with the same seed, and is named if it passes', async () => {
  const { found, calls } = await run(results([file('a.test.ts', 'too late')]), results());
  expect(found).toEqual({ passed: 100, failed: 0, skipped: 2, unsteady: ['a.test.ts'] });
  expect(calls[1]?.args).toEqual(['a.test.ts', '--no-file-parallelism']);
  expect(calls[1]?.seed).toBe(calls[0]?.seed);
  expect(Number(calls[0]?.seed)).toBeGreaterThan(0);
});

it('What fails again has failed, and so has what fails otherwise then', async () => {
  const first = results([file('a.test.ts', 'one', 'two'), file('b.test.ts')]);
  const again = await run(first, results([file('a.test.ts', 'two')]));
  expect(again.found).toEqual({ passed: 100, failed: 1, skipped: 2, unsteady: ['b.test.ts'] });
  expect((await run(first, results([], 1))).found.failed).toBe(1);
});

it.each([
  ['more files fail than chance would have', results(['a', 'b', 'c', 'd'].map((name) => file(name, 'late')))],
  ['a property fails, which would have other inputs', results([file('a', 'Property failed after 3 tests')])],
  ['an error is outside of all tests', results([file('a', 'late')], 1)],
  ['nothing else fails than outside of all tests', results([], 1)],
])('Nothing runs again if %s', async (_, first) => {
  const { found, calls } = await run(first);
  expect(calls.length).toBe(1);
  expect(found.failed).toBe(first.failed.length + first.unhandled);
  expect(found.unsteady).toEqual([]);
});

it('Projects that need what is missing are left out, however many', () => {
  const filesOf = (leftOut: string) =>
    execFileSync(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, 'list', '--filesOnly'], {
      cwd: root,
      env: { ...process.env, EVENTWIRE_LEFT_OUT: leftOut },
      encoding: 'utf8',
    });
  const left = filesOf('redis-log,browser');
  for (const project of ['redis-log', 'browser']) expect(left).not.toContain(`[${project}]`);
  expect(left).toContain('[browsers]');
  expect(filesOf('')).toContain('[redis-log]');
});
