import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { followEvents } from './support/follow-events';
import { built, Child, postJson, startServer } from './support/server';

describe('the server as a process', () => {
  it('prints the URL, the curl line and how to follow', async () => {
    await using server = await startServer();
    await server.prints(/Ctrl-C/);
    expect(server.stdout).toContain(`${server.url}/`);
    expect(server.stdout).toContain(`curl -N ${server.url}/jobs`);
    expect(server.stdout).toContain(`npm run follow -- ${server.port}`);
  });

  it('says in one line what to do about a busy port', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => blocker.once('listening', resolve));
      const address = blocker.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      await using child = new Child(built('server.js'), [], { PORT: String(port) });
      const { code, stdout, stderr } = await child.ended;
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(new RegExp(`^Cannot start: port ${port} is in use.*PORT=3001 npm start\\n$`));
    } finally {
      blocker.close();
    }
  });

  it.each(['abc', '-1', '65536', '80.5', '0x50', '1e3', ' '])('refuses PORT=%j', async (port) => {
    await using child = new Child(built('server.js'), [], { PORT: port });
    const { code, stderr } = await child.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Cannot start: PORT must be a whole number from 0 to 65535, not ".*".*\n$/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends streams and jobs on %s, silently and at once',
    async (signal) => {
      await using server = await startServer();
      using follower = followEvents(`${server.url}/jobs`);
      await follower.until(() => follower.opened === 1);
      await postJson(`${server.url}/jobs`, {});
      await follower.when(({ type }) => type === 'job.progress');
      // A stream of somebody who reads nothing must not hold the exit up either.
      const idle = await fetch(`${server.url}/jobs`);
      const before = server.stdout;

      const { code, stdout, stderr, took } = await server.stop(signal);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: before, stderr: '' });
      expect(took).toBeLessThan(1000);
      // Cleanly: the response came to its end, and the reader was not told to stay away.
      expect(follower.stream.state).not.toBe('closed');
      // Each is told when to come back.
      await expect(idle.text()).resolves.toMatch(/^: eventwire[\s\S]*\nretry: [123]\d{3}\n\n$/);
    },
  );
});
