import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/free-port.mjs';

/** A redis-server of the test's own, that can be killed and started again on the same port. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** `SIGKILL`: what was not saved is lost, and nothing is saved by itself. */
  kill(): Promise<void>;
  /** With the data of its last save, if there was one. */
  start(): Promise<void>;
  /** Its connections stay, and nothing is answered. */
  pause(): void;
  resume(): void;
}

export async function startRedis(...args: string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'eventwire-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const program = process.env.REDIS_SERVER_PATH ?? 'redis-server';
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    const started = spawn(program, [...options, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        if (/Ready to accept connections/.test(output)) resolve();
      };
      started.stdout.on('data', read);
      started.stderr.on('data', read);
      started.on('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
      started.on('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${output}`)));
    });
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
