import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const program = createRequire(import.meta.url).resolve('next/dist/bin/next');
const source = fileURLToPath(new URL('site', import.meta.url));

export interface NextSite extends AsyncDisposable {
  /** Runs `next build`. */
  build(): Promise<void>;
  /** Runs `next start` or `next dev` until it is disposed of; its URL. */
  serve(command: 'start' | 'dev'): Promise<AsyncDisposable & { url: string }>;
  /** Changes a file of the site, as an editor would. */
  edit(file: string): Promise<void>;
}

/** A copy of the site, since Next writes into its folder. It lies below `tests`, so that its imports resolve. */
export async function copySite(): Promise<NextSite> {
  const folder = fileURLToPath(new URL(`copy-${process.pid}`, import.meta.url));
  await cp(source, folder, { recursive: true });
  const start = (...args: string[]) => {
    // Next decides on NODE_ENV by its command.
    const { NODE_ENV: _, ...environment } = process.env;
    const env = { ...environment, NEXT_TELEMETRY_DISABLED: '1' };
    // A group of its own, since `next dev` starts more processes.
    const child: ChildProcess = spawn(process.execPath, [program, ...args], {
      ...{ cwd: folder, env, stdio: 'pipe', detached: true },
    });
    return { child, output: collect(child) };
  };
  return {
    async build() {
      const { child, output } = start('build');
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`next build ended with ${code}: ${output.text}`);
    },
    async serve(command) {
      const { child, output } = start(command, '--port', '0', '--hostname', '127.0.0.1');
      const url = await output.find(/http:\/\/127\.0\.0\.1:\d+/);
      return {
        url,
        async [Symbol.asyncDispose]() {
          const gone = once(child, 'close');
          // At once: on a milder signal Next waits for the open streams.
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
          await gone;
        },
      };
    },
    edit: (file) => appendFile(`${folder}/${file}`, '\n// edited\n'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** What a program says, and the wait for a text in it. */
function collect(child: ChildProcess) {
  const output = { text: '', find };
  let changed = () => {};
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output.text += chunk;
      changed();
    });
  child.on('close', () => changed());
  async function find(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(output.text)?.[0];
      if (found !== undefined) return found;
      if (child.exitCode !== null) throw new Error(`The program ended: ${output.text}`);
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    }
  }
  return output;
}
