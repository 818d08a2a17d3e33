import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { writeFolder } from '../support/folder';
import { runProgram } from '../support/program';

/** Those that bring an SQLite of their own; `pnpm test:runtimes` sets this, and has them from the registry. */
const runtimes: [name: string, command: string[]][] =
  process.env.EVENTWIRE_RUNTIMES === 'all'
    ? [
        ['Node 24', ['npx', '-y', 'node@24']],
        ['Bun', ['npx', '-y', 'bun@1.4.5']],
      ]
    : process.getBuiltinModule?.('node:sqlite' as never)
      ? [['this Node', [process.execPath]]]
      : [];

describe('logs and runs in SQLite', () => {
  it.skipIf(runtimes.length === 0)(
    'keep their contracts on every runtime that brings one',
    { timeout: 600_000 },
    async () => {
      const script = await bundle(`export { run } from '../runtimes/script/sqlite';`);
      for (const [name, [command = '', ...args]] of runtimes) {
        await using folder = await writeFolder({
          'run.mjs': script,
          'main.mjs': `import { run } from './run.mjs';\nconsole.log(JSON.stringify(await run(process.argv[2])));\n`,
        });
        const main = join(folder.path, 'main.mjs');
        const said = await runProgram(command, [...args, main, folder.path], {
          cwd: folder.path,
          timeout: 300_000,
        });
        const report = JSON.parse(said.trim().split('\n').at(-1) ?? '') as {
          passed: number;
          failures: string[];
        };
        console.log(`${name}: ${report.passed} tests of logs and runs in SQLite`);
        expect(report.failures, name).toEqual([]);
        expect(report.passed).toBeGreaterThan(40);
      }
    },
  );
});
