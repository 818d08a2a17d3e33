import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const dist = new URL('../../dist/', import.meta.url);

/** A built script of the example. These tests judge what is built, as a user runs it. */
export function built(name: string): string {
  const path = fileURLToPath(new URL(name, dist));
  if (!existsSync(path)) {
    throw new Error(
      `${path} is missing: run \`npx -y pnpm@12.21.0 --filter "@eventwire/example-jobs..." run build\``,
    );
  }
  return path;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the signal, or the start where there was none, in ms. */
  readonly took: number;
}

/** A script as a child process; what it prints is kept. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  #since = performance.now();
  readonly ended: Promise<Ended>;

  /** @param node with its own arguments */
  constructor(
    script: string,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    [node = '', ...nodeArgs]: readonly string[] = [process.execPath],
  ) {
    this.process = spawn(node, [...nodeArgs, script, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.ended = once(this.process, 'close').then(([code, signal]) => ({
      code,
      signal,
      stdout: this.stdout,
      stderr: this.stderr,
      took: performance.now() - this.#since,
    }));
  }

  /** The first match in what it prints; fails if it ends before. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      const { stdout } = this.process;
      if (stdout === null) throw new Error('no stdout');
      const ended = await Promise.race([once(stdout, 'data').then(() => undefined), this.ended]);
      if (ended !== undefined && !pattern.test(this.stdout)) {
        throw new Error(
          `ended with ${ended.code} before it printed ${pattern}: ${this.stdout}${this.stderr}`,
        );
      }
    }
  }

  stop(signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> {
    this.#since = performance.now();
    this.process.kill(signal);
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.stop('SIGKILL');
  }
}

export interface Server extends Child {
  readonly url: string;
  readonly port: number;
}

/** The built server on a port that the system chooses. */
export async function startServer(env: NodeJS.ProcessEnv = {}, node?: readonly string[]): Promise<Server> {
  const child = new Child(built('server.js'), [], { PORT: '0', ...env }, node);
  const [url, port] = await child.prints(/http:\/\/127\.0\.0\.1:(\d+)/);
  return Object.assign(child, { url, port: Number(port) });
}

export function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
