import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeFolder } from './folder';

/** A bundle is in a folder from where it is not found. Undefined where it could not be compiled. */
function betterSqlite(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('better-sqlite3');
  } catch {
    return undefined;
  }
}
const root = fileURLToPath(new URL('../..', import.meta.url));

export interface NodeProgram extends AsyncDisposable {
  /**
   * Starts it; resolves with the port in the line of JSON that it prints once it serves.
   *
   * @param node the command that runs it; by default this process's own Node
   */
  start(args: string[], node?: readonly string[]): Promise<NodeProcess>;
}

export interface NodeProcess {
  readonly port: number;
  /** The whole line. */
  readonly said: Readonly<Record<string, unknown>>;
  /** SIGKILL, and settles once it is gone. */
  kill(): Promise<void>;
}

/** A program of these tests, bundled with our packages from source. Its processes end with the program. */
export async function nodeProgram(file: URL): Promise<NodeProgram> {
  const built = await build({
    entryPoints: [fileURLToPath(file)],
    tsconfig: `${root}tsconfig.base.json`,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // What is CommonJS in it wants to require Node's modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const folder = await writeFolder({ 'program.mjs': built.outputFiles[0]?.text ?? '' });
  const running = new Set<ChildProcess>();
  const kill = async (child: ChildProcess): Promise<void> => {
    if (!running.delete(child) || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    async start(args, [command = process.execPath, ...before] = []) {
      const child = spawn(command, [...before, 'program.mjs', ...args], {
        cwd: folder.path,
        env: { ...process.env, EVENTWIRE_BETTER_SQLITE3: betterSqlite() },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      running.add(child);
      for await (const line of createInterface(child.stdout)) {
        if (!line.startsWith('{')) continue;
        child.stdout.resume();
        const said = JSON.parse(line) as { port: number };
        return { port: said.port, said, kill: () => kill(child) };
      }
      throw new Error('The program ended before it served');
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map(kill));
      await folder[Symbol.asyncDispose]();
    },
  };
}
