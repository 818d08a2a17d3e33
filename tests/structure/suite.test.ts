import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { environmentOf, type Suite, seed } from '../../scripts/suite.mjs';

const suite: Suite = {
  command: 'pnpm test:storm',
  about: 'a storm.',
  project: 'storm',
  options: {
    events: { about: 'events', variable: 'EVENTWIRE_EVENTS', standard: 500 },
    tens: { about: 'tens', variable: 'EVENTWIRE_TENS', standard: 20, least: 10, multipleOf: 10 },
    seed: { ...seed, standard: 7 },
  },
};

describe('the options of a suite', () => {
  it.each<[string[], object | undefined]>([
    [[], { EVENTWIRE_EVENTS: '500', EVENTWIRE_TENS: '20', EVENTWIRE_SEED: '7' }],
    [
      ['--', '--events', '1', '--seed=0', '--tens', '30'],
      { EVENTWIRE_EVENTS: '1', EVENTWIRE_TENS: '30', EVENTWIRE_SEED: '0' },
    ],
    [['--events', 'x', '--help'], undefined],
  ])('%j', (args, expected) => {
    expect(environmentOf(suite, args)).toEqual(expected);
  });

  it.each([
    [['--events', '0'], '--events must be a whole number from 1 to 9999999999, not 0'],
    [['--events', '1.5'], '--events must be a whole number from 1 to 9999999999, not 1.5'],
    [['--events='], '--events must be a whole number from 1 to 9999999999, not '],
    [['--tens', '15'], '--tens must be a whole number from 10 to 9999999999, a multiple of 10, not 15'],
    [['--seed', '10000000000'], '--seed must be a whole number from 0 to 9999999999, not 10000000000'],
    [['--evens', '1'], "Unknown option '--evens'"],
    [['7'], "Unexpected argument '7'"],
  ])('%j is refused', (args, message) => {
    expect(() => environmentOf(suite, args)).toThrow(message);
  });
});

describe('each command', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const files = readdirSync(`${root}scripts`)
    .filter((file) => file.endsWith('.mjs'))
    .filter((file) => readFileSync(`${root}scripts/${file}`, 'utf8').includes('await runSuite('));
  const node = (file: string, ...args: string[]) =>
    spawnSync(process.execPath, [`${root}scripts/${file}`, ...args], { encoding: 'utf8' });

  it('is one of package.json, says what it takes, and refuses with it what it does not', {
    timeout: 60_000,
  }, () => {
    expect(files.length).toBeGreaterThan(5);
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    for (const file of files) {
      const help = node(file, '--help');
      expect(help, file).toMatchObject({ status: 0, stderr: '' });
      const [, name = ''] = /^pnpm ([a-z:-]+): /.exec(help.stdout) ?? [];
      expect(scripts[name], file).toBe(`node scripts/${file}`);
      const refused = node(file, '--nonsense');
      expect(refused, file).toMatchObject({ status: 2, stdout: '' });
      expect(refused.stderr, file).toContain(`Unknown option '--nonsense'`);
      expect(refused.stderr, file).toContain(help.stdout);
    }
  });

  it('of the hub’s suite does so too, where pnpm puts -- before its options', { timeout: 60_000 }, () => {
    expect(node('hub-suite.mjs', '--', '--help')).toMatchObject({ status: 0, stderr: '' });
    for (const [args, reason] of [
      [['--nonsense'], `Unknown option '--nonsense'`],
      [['--'], '--suite and --url-patterns are missing'],
      [['--url-patterns', '/nowhere'], '/nowhere does not exist'],
      [['--suite', '/nowhere'], '/nowhere has no @playwright/test'],
    ] as const) {
      const { status, stdout, stderr } = node('hub-suite.mjs', ...args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain(`${reason}`);
      expect(stderr).toContain('pnpm test:hub-suite [--suite <folder>] [--url-patterns <file>]');
      expect(stderr).not.toMatch(/\n {4}at /);
    }
  });
});
