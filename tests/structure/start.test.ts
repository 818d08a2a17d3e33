import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '@eventwire/client';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files of this repository as they are now, with nothing installed or built. */
function freshClone(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'eventwire-start-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0')) {
    if (file !== '' && existsSync(join(root, file))) cpSync(join(root, file), join(path, file));
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

it('npm start installs, builds and serves a job, from a clone in which nothing is installed', async () => {
  using clone = freshClone();
  const child = spawn('npm', ['start'], {
    cwd: clone.path,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null }));
  try {
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      ended.then(({ code }) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
    });

    const stream = connect(`${url}/jobs`);
    const headers = { 'content-type': 'application/json' };
    expect(await fetch(`${url}/jobs`, { method: 'POST', headers, body: '{}' })).toMatchObject({
      status: 201,
    });
    const seen = new Set<string>();
    for await (const { type } of stream) {
      seen.add(type);
      if (type === 'job.progress') break;
    }
    expect(seen).toContain('job.started');
    expect(await (await fetch(url)).text()).toContain('<title>');
  } finally {
    // npm and what it has started, as Ctrl-C in a terminal reaches them.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
    await ended;
  }
});
