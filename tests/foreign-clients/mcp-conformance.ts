import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeFolder } from '../support/folder';

const require = createRequire(import.meta.url);

interface Check {
  id: string;
  status: 'SUCCESS' | 'WARNING' | 'FAILURE' | 'INFO';
  errorMessage?: string;
}

export interface ConformanceTool extends AsyncDisposable {
  /** Runs one scenario; what it has checked, without what it merely noted. */
  check(role: 'client' | 'server', scenario: string, ...target: string[]): Promise<Check[]>;
  /** A program of these tests, bundled, that the tool can start: its path. */
  bundle(file: URL): Promise<string>;
}

/**
 * The conformance tool of the Model Context Protocol. Its package is a module that names a function of
 * `node:fs` that Node 20 lacks, and calls it for a command that is not used here: as CommonJS it loads.
 */
export async function conformanceTool(packageName: string): Promise<ConformanceTool> {
  const folder = await writeFolder({});
  const tool = await bundleInto(folder.path, require.resolve(`${packageName}/dist/index.js`));
  return {
    async check(role, scenario, ...target) {
      const output = join(folder.path, `${role}-${scenario}`);
      const child = spawn(
        process.execPath,
        [tool, role, '--scenario', scenario, '--output-dir', output, ...target],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          said += chunk;
        });
      await once(child, 'close');
      const files = await readdir(output, { recursive: true }).catch(() => []);
      const file = files.find((name) => name.endsWith('checks.json'));
      if (file === undefined) throw new Error(`The tool has checked nothing: ${said}`);
      const checks: Check[] = JSON.parse(await readFile(join(output, file), 'utf8'));
      return checks.filter(({ status }) => status !== 'INFO');
    },
    bundle: (file) => bundleInto(folder.path, fileURLToPath(file)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function bundleInto(folder: string, entry: string): Promise<string> {
  const isOurs = entry.endsWith('.ts');
  const outfile = join(folder, isOurs ? 'program.mjs' : 'tool.cjs');
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true, platform: 'node', logLevel: 'error' },
    ...(isOurs
      ? { format: 'esm', tsconfig: fileURLToPath(new URL('../../tsconfig.base.json', import.meta.url)) }
      : {
          format: 'cjs',
          define: { 'import.meta.url': 'moduleUrl' },
          banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
        }),
  });
  return outfile;
}
