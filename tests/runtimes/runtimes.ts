import { join } from 'node:path';
// @ts-expect-error it comes without types: the program's path, and the newest compatibility date that it knows
import workerd, { compatibilityDate } from 'workerd';
import { type BrowserName, openPage } from '../support/browser-page';
import { writeFolder } from '../support/folder';
import { serve } from '../support/listen';
import { runProgram } from '../support/program';
import type { Report } from './script/report';

export interface Result<T = Report> {
  version: string;
  report: T;
}

export interface Runtime {
  name: string;
  /** Takes the bundled script, an ES module that exports `run`, and says what that gives. */
  run<T = Report>(script: string): Promise<Result<T>>;
}

const timeout = 300_000;

/** What `npm test` runs: nothing of it is fetched but by the installation. */
export const installedRuntimes: Runtime[] = [
  program(`Node ${process.versions.node.split('.')[0]}`, [process.execPath]),
  { name: 'workerd', run: runInWorkerd },
];

/** What `pnpm test:runtimes` runs: these versions of Node and the others from the registry, by npx. */
export const allRuntimes: Runtime[] = [
  ...[20, 22, 24, 26].map((major) => program(`Node ${major}`, ['npx', '-y', `node@${major}`])),
  program('Bun', ['npx', '-y', 'bun@1.4.5']),
  program('Deno', ['npx', '-y', 'deno@2.9.6'], ['run', '--allow-net']),
  { name: 'workerd', run: runInWorkerd },
  { name: 'Chromium', run: (script) => runInBrowser('chromium', script) },
  { name: 'Firefox', run: (script) => runInBrowser('firefox', script) },
];

/** One that runs an ES module from a file, which it is given after `how`. */
function program(name: string, [command = '', ...before]: string[], how: string[] = []): Runtime {
  return {
    name,
    async run(script) {
      await using folder = await writeFolder({
        'run.mjs': script,
        'main.mjs': `import { run } from './run.mjs';\nconsole.log(JSON.stringify(await run()));\n`,
      });
      const options = { cwd: folder.path, timeout };
      const said = await runProgram(command, [...before, '--version'], options).catch((error: Error) => {
        throw new Error(`${name} could not be had, so nothing is known of it. ${error.message}`);
      });
      const [version = said.trim()] = /[0-9]+\.[0-9]+\.[0-9]+/.exec(said) ?? [];
      const report = await runProgram(command, [...before, ...how, join(folder.path, 'main.mjs')], options);
      return { version, report: JSON.parse(report) };
    },
  };
}

/** As a test of workerd's own, which needs no socket. */
async function runInWorkerd<T>(script: string): Promise<Result<T>> {
  const main = `import { run } from 'run.mjs';
    export default { async test() { console.log(JSON.stringify(await run())); } };`;
  const config = `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (services = [(name = "main", worker = .main)]);
    const main :Workerd.Worker = (
      modules = [
        (name = "main.mjs", esModule = embed "main.mjs"),
        (name = "run.mjs", esModule = embed "run.mjs"),
      ],
      compatibilityDate = "${compatibilityDate}",
    );`;
  await using folder = await writeFolder({ 'run.mjs': script, 'main.mjs': main, 'config.capnp': config });
  const options = { cwd: folder.path, timeout };
  const version = (await runProgram(workerd, ['--version'], options)).replace('workerd', '').trim();
  return { version, report: JSON.parse(await runProgram(workerd, ['test', 'config.capnp'], options)) };
}

async function runInBrowser<T>(name: BrowserName, script: string): Promise<Result<T>> {
  await using origin = await serve(({ url }, response) => {
    const [type, body] =
      url === '/run.mjs'
        ? ['text/javascript', script]
        : ['text/html', '<!doctype html><meta charset="utf-8">'];
    response.writeHead(200, { 'content-type': `${type};charset=utf-8` }).end(body);
  });
  await using page = await openPage(name, origin.url);
  const report = await page.evaluate(`import('/run.mjs').then(({ run }) => run()).then(JSON.stringify)`);
  return { version: page.version, report: JSON.parse(report) };
}
