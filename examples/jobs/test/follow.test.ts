import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { built, Child, postJson, startServer } from './support/server';
import { makeTree } from './support/tree';

const follow = (...args: string[]) => new Child(built('follow.js'), args, { PORT: '' });

describe('follow', () => {
  it('starts a job, tells its way in lines where there is no terminal, and leaves when it is over', async () => {
    using tree = makeTree();
    await using server = await startServer({ JOBS_ROOT: tree.path });
    await using child = follow(String(server.port), '--start', '--once');
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const name = '[0-9a-f]{8}  whole repository, gzip 6';
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${name}: running$`));
    expect(lines.slice(1, -2)).toHaveLength(3);
    for (const line of lines.slice(1, -2)) expect(line).toMatch(new RegExp(`^${name}: \\d+ %$`));
    expect(lines.at(-2)).toMatch(new RegExp(`^${name}: finished: 45 files, .* in \\d+\\.\\d s$`));
    expect(lines.at(-1)).toMatch(/^ +sha256 [0-9a-f]{64}$/);
    // Not one escape sequence goes into a file.
    expect(stdout).not.toContain('\u001b');
  });

  it('follows through a cut of the whole server, and says so', async () => {
    using tree = makeTree();
    const server = await startServer({ JOBS_ROOT: tree.path });
    await using child = follow(server.url);
    await postJson(`${server.url}/jobs`, { folder: 'numbers', pace: 0 });
    await child.prints(/finished/);
    await server.stop();
    await using _next = await startServer({ JOBS_ROOT: tree.path, PORT: String(server.port) });
    await child.prints(/trying again in[\s\S]*Connected again[\s\S]*no longer has what was missed/);
    const { code, took } = await child.stop('SIGINT');
    expect(code).toBe(0);
    expect(took).toBeLessThan(1000);
  });

  it('shows the control characters of a foreign server, and does not print them', async () => {
    const bad = '\u001b]0;owned\u0007\u001b[2J\u009b31m\r\n\u2028\u202eevil';
    const [job, failed] = [
      { id: bad, folder: bad, compression: bad, level: bad, pace: 0 },
      { id: bad, reason: bad },
    ];
    const foreign = createServer((request, response) => {
      if (request.method === 'POST') {
        const body = JSON.stringify({ error: { message: bad } });
        return void response.writeHead(400, { 'content-type': 'application/json' }).end(body);
      }
      response.writeHead(200, { 'content-type': 'text/event-stream; x=\u009b31m' });
      const block = (type: string, data: unknown) =>
        `event: ${type}\nid: \u001b[2J\ndata: ${JSON.stringify(data)}\n\n`;
      response.write(`retry: 1\n\n${block('job.queued', job)}${block('job.failed', failed)}`);
      setTimeout(() => response.end(), 100);
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const { port } = foreign.address() as AddressInfo;
    try {
      await using following = follow(`http://127.0.0.1:${port}/`);
      await following.prints(/failed[\s\S]*Connected again/);
      await following.stop('SIGINT');
      await using refused = follow(`http://127.0.0.1:${port}/`, '--start');
      const { code, stderr } = await refused.ended;
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^No job was started: \\x1b/)]);
      for (const text of [following.stdout, following.stderr, refused.stdout, stderr]) {
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\u202e]/u);
      }
      expect(following.stdout).toContain('\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\x0d\\x0a\\u2028\\u202eevil');
    } finally {
      foreign.close();
      foreign.closeAllConnections();
    }
  });

  it('leaves at once with --once where there are no jobs', async () => {
    await using server = await startServer();
    await using child = follow(server.url, '--once');
    const { code, stdout } = await child.ended;
    expect([code, stdout]).toEqual([0, 'There are no jobs. Start one with --start, or on the page.\n']);
  });

  it('says what to do where no server is', async () => {
    const server = await startServer();
    await server.stop();
    await using child = follow(String(server.port));
    const { code, stderr } = await child.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No server answers at .*`npm start`.*\n$/);
  });

  it.each([[['--bogus']], [['not a url']], [['ftp://example.org']], [['1', '2']], [['99999']], [['0']]])(
    'refuses %j with the usage',
    async (args) => {
      await using child = follow(...args);
      const { code, stderr } = await child.ended;
      expect(code).toBe(2);
      expect(stderr).toContain('npm run follow');
    },
  );
});
