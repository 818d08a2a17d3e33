import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
// @ts-expect-error it comes without types
import workerd, { compatibilityDate } from 'workerd';
import { bundle } from '../support/bundle';
import { writeFolder } from '../support/folder';
import { runProgram } from '../support/program';
import type { SqliteReport } from './script/sqlite';

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

const storeConfig = `using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (services = [
    (name = "main", worker = .main),
    (name = "storage", disk = (path = "storage", writable = true)),
  ]);
  const main :Workerd.Worker = (
    modules = [(name = "program.mjs", esModule = embed "program.mjs")],
    compatibilityDate = "${compatibilityDate}",
    durableObjectNamespaces = [(className = "Store", uniqueKey = "store", enableSql = true)],
    durableObjectStorage = (localDisk = "storage"),
    bindings = [(name = "STORE", durableObjectNamespace = "Store")],
  );`;

/** By the report in the last line of what the runtime has printed. */
function expectAllPassed(name: string, said: string): void {
  const { passed, failures }: SqliteReport = JSON.parse(said.trim().split('\n').at(-1) ?? '');
  console.log(`${name}: ${passed} tests of logs and runs in SQLite`);
  expect(failures, name).toEqual([]);
  expect(passed).toBeGreaterThan(40);
}

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
        expectAllPassed(name, said);
      }
    },
  );

  it('keep them in the storage of a Durable Object, each test in one of its own', async () => {
    const script = await bundle(`
      import { runInStorage, testCount } from '../runtimes/script/sqlite';
      export class Store {
        constructor({ storage }) { this.storage = storage; }
        async fetch(request) {
          return Response.json(await runInStorage(this.storage, Number(new URL(request.url).searchParams.get('test'))));
        }
      }
      export default {
        async test(controller, { STORE }) {
          const total = { passed: 0, failures: [] };
          for (let test = 0; test < testCount; test++) {
            const object = STORE.get(STORE.idFromName(String(test)));
            const { passed, failures } = await (await object.fetch('http://store/?test=' + test)).json();
            total.passed += passed;
            total.failures.push(...failures);
          }
          console.log(JSON.stringify(total));
        },
      };`);
    await using folder = await writeFolder({ 'program.mjs': script, 'config.capnp': storeConfig });
    await mkdir(join(folder.path, 'storage'));
    const said = await runProgram(workerd, ['test', 'config.capnp'], { cwd: folder.path, timeout: 120_000 });
    expectAllPassed('workerd', said);
  }, 180_000);
});
