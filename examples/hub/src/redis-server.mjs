import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../scripts/free-port.mjs';

/** A Redis for this run, of which nothing is left behind. */
export async function startRedis() {
  const program = process.env.REDIS_SERVER_PATH ?? 'redis-server';
  const folder = mkdtempSync(join(tmpdir(), 'eventwire-hub-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`it ended with code ${code}`)));
      child.stdout.on('data', (chunk) => {
        if (String(chunk).includes('Ready to accept connections')) resolve(undefined);
      });
    });
  } catch (error) {
    stop();
    throw new Error(
      `Several nodes share a Redis, but ${program} could not be started (${/** @type {Error} */ (error).message}). ` +
        'Install it (Debian: sudo apt-get install redis-server), or name a Redis that runs in REDIS_URL.',
    );
  }
  return { url: `redis://127.0.0.1:${port}`, stop };
}
