import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Mutant, type Survivor, score, survivors } from '../../scripts/mutation/score.mjs';

const source = 'const a = 1;\n  if (a > 0 &&\n    b) call();\n';
const mutant = (status: string, replacement: string, from: number, to: number): Mutant => ({
  fileName: '/sandbox/packages/x/src/deep/file.ts',
  location: { start: { line: 2, column: from }, end: { line: 2, column: to } },
  replacement,
  status,
});
const known = { file: 'deep/file.ts', line: 'if (a > 0 &&', from: 'a > 0', to: 'a >= 0', reason: 'equal' };

describe('the score of a package', () => {
  it('leaves out what survives for a reason, and names what has none', () => {
    const mutants = [
      mutant('Killed', 'true', 7, 12),
      mutant('Timeout', 'false', 7, 12),
      mutant('CompileError', 'a', 7, 12),
      mutant('Survived', 'a >= 0', 7, 12),
      mutant('NoCoverage', '0', 7, 8),
    ];
    const { killed, explained, unexplained, stale, percent } = score(mutants, [known], () => source);
    expect({ killed, explained, stale }).toEqual({ killed: 2, explained: 1, stale: [] });
    expect(unexplained).toEqual([{ file: 'deep/file.ts', line: 'if (a > 0 &&', from: 'a', to: '0' }]);
    expect(percent).toBeCloseTo(66.67, 1);
  });

  it('names a reason for what is killed by now', () => {
    expect(score([mutant('Killed', 'a >= 0', 7, 12)], [known], () => source).stale).toEqual([known]);
  });

  it('knows a mutant of several lines by its first, whatever the spaces in it', () => {
    const wide = { ...mutant('Survived', 'a > 0 ||\n b', 7, 6) };
    wide.location.end.line = 3;
    const reason = { ...known, from: 'a > 0 && b', to: 'a > 0 || b' };
    expect(score([wide], [reason], () => source)).toMatchObject({ explained: 1, percent: 100 });
  });

  it('is excused by sentences only', () => {
    for (const each of Object.values(survivors).flat()) expect(each.reason).toMatch(/^[A-Z`].{20,}\.$/);
  });

  it('is excused only where the code still stands', () => {
    const gone = Object.entries(survivors).flatMap(([name, all]) => all.filter((one) => !stands(name, one)));
    expect(gone).toEqual([]);
  });
});

function stands(name: string, { file, line }: Survivor): boolean {
  const path = fileURLToPath(new URL(`../../packages/${name}/src/${file}`, import.meta.url));
  if (!existsSync(path)) return false;
  return readFileSync(path, 'utf8')
    .split('\n')
    .some((each) => each.trim() === line);
}

it('pnpm test:mutation says what it takes, and refuses what it does not', { timeout: 60_000 }, () => {
  const script = fileURLToPath(new URL('../../scripts/mutation.mjs', import.meta.url));
  const node = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect(node('--help')).toMatchObject({ status: 0, stderr: '' });
  for (const args of [['--package', 'none'], ['--one-in', '0'], ['--concurrency', '0'], ['--unknown']]) {
    const { status, stderr } = node(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(args[0]);
    expect(stderr).not.toMatch(/\n {4}at /);
  }
});
