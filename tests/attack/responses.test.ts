import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { nodeProgram } from '../support/node-process';
import { webCallbacks } from '../support/web-attack';
import { bun, deno, honoOnNode } from '../support/web-runtimes';
import { attackInRounds, attackTimeout } from './rounds';

// As in tests/runtimes: what is not installed is fetched only if it is asked for.
const all = process.env.EVENTWIRE_RUNTIMES === 'all';
const nodes: [name: string, command: string[]][] = [
  [`Node ${process.versions.node.split('.')[0]}`, [process.execPath]],
  ...(all ? ['22', '24'] : []).map((major): [string, string[]] => [
    `Node ${major}`,
    ['npx', '-y', `node@${major}`],
  ]),
];
const webRuntimes = [
  { name: 'Hono on Node', start: honoOnNode },
  ...(all ? [{ name: 'Bun.serve', start: bun }] : []),
  ...(all ? [{ name: 'Deno.serve', start: deno }] : []),
];

const before = ['await', 'turn', 'answer', 'throw', 'destroy'];
const streams = [
  ...[
    'events',
    'nothing',
    'waits',
    'throws',
    'rejects',
    'answers',
    'answers later',
    'answers and gives events',
  ],
  ...[
    'answers and throws',
    'sends and ends the response',
    'subscribes',
    'has nothing to send',
    'flushes',
    'make',
  ],
];
const after = ['await', 'turn', 'answer', 'page', 'throw', 'destroy', ...streams];

type Random = () => number;
const oneOf = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const some = <T>(random: Random, list: readonly T[], most: number): T[] =>
  Array.from({ length: Math.floor(random() * (most + 1)) }, () => oneOf(random, list));

/** A request target that says what its route is to do, in which order. */
function target(random: Random, paths: string[], unfit: readonly string[] = []): string {
  const drawn = [...some(random, before, 1), oneOf(random, streams), ...some(random, after, 3)];
  const steps = drawn.filter((step) => !unfit.includes(step));
  const query = new URLSearchParams(steps.map((step) => ['do', step]));
  return `${oneOf(random, paths)}?${query}`;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Pipelines a few requests, and leaves some time later; what has come until then. */
async function overHttp1(random: Random, port: number): Promise<string> {
  const old = random() < 0.2;
  const requests = Array.from({ length: old ? 1 : 1 + Math.floor(random() * 4) }, () => {
    const method = oneOf(random, ['GET', 'GET', 'GET', 'HEAD', 'POST']);
    const length = method === 'POST' ? 'Content-Length: 2\r\n' : '';
    const body = method === 'POST' ? 'hi' : '';
    const path = target(random, ['/', '/express']);
    return `${method} ${path} HTTP/1.${old ? 0 : 1}\r\nHost: x\r\n${length}\r\n${body}`;
  });
  const stay = random() * 40;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  socket.write(requests.join(''));
  await sleep(stay);
  const how = random();
  if (how < 0.4) socket.destroy();
  else if (how < 0.8) socket.resetAndDestroy();
  else {
    socket.end();
    await sleep(20);
    socket.destroy();
  }
  return text;
}

async function overHttp2(random: Random, port: number): Promise<void> {
  const session: ClientHttp2Session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const requests = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
    const request = session.request({
      // Node tells nobody that a client has cancelled a stream that was ended with bytes under way: only
      // `writeTimeout` sees to it.
      ':path': target(random, ['/'], ['sends and ends the response']),
      ':method': oneOf(random, ['GET', 'GET', 'HEAD']),
    });
    request.on('error', () => {});
    if (random() < 0.7) request.resume();
    return request;
  });
  await sleep(random() * 40);
  for (const request of requests) {
    const how = random();
    if (how < 0.3) request.close(8);
    else if (how < 0.6) request.destroy();
  }
  await sleep(random() * 10);
  session.destroy();
}

/** No response is both, a stream and an answer. */
function expectNoMixture(text: string): void {
  for (const response of text.split(/^HTTP\/1\.1 /m)) {
    expect([response.includes('ANSWER'), response.includes('data: an event')], response).not.toEqual([
      true,
      true,
    ]);
  }
}

describe.each(nodes)('a response in the hands of others, on %s', (_name, node) => {
  it('never ends the process, and every stream is over once its client has gone', {
    timeout: attackTimeout * 2,
  }, async () => {
    await using program = await nodeProgram(new URL('./responses-server.ts', import.meta.url));
    const { port, said } = await program.start([], node);
    const ask = async () =>
      (await (await fetch(`http://127.0.0.1:${port}/faults`)).json()) as {
        faults: string[];
        open: string[];
        headersSent: number;
        other: string[];
      };
    await attackInRounds(async (random) => {
      const clients = Array.from({ length: 8 }, async () => {
        if (random() < 0.7) expectNoMixture(await overHttp1(random, port));
        else await overHttp2(random, said.http2Port as number);
      });
      await Promise.all(clients);
      const now = await ask();
      expect(now.faults).toEqual([]);
      expect(now.other).toEqual([]);
      const end = performance.now() + 15_000;
      while ((await ask()).open.length > 0) {
        if (performance.now() > end) throw new Error(`streams are left: ${JSON.stringify(await ask())}`);
        await sleep(5);
      }
    });
    expect((await ask()).headersSent).toBeGreaterThan(0);
  });
});

describe.each(webRuntimes)('streamEvents with callbacks of every kind, on $name', ({ start }) => {
  it('lets nothing go uncaught, and every stream is over once its client has gone', {
    timeout: attackTimeout * 2,
  }, async () => {
    // Where an async onError rejects, that is printed.
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const server = await start();
    const ask = async () =>
      (await (await fetch(`${server.url}/faults`)).json()) as { faults: string[]; open: number };
    try {
      await attackInRounds(async (random) => {
        const clients = Array.from({ length: 8 }, async () => {
          const query = new URLSearchParams({ callback: oneOf(random, Object.keys(webCallbacks)) });
          if (random() < 0.2) query.set('twice', '');
          if (random() < 0.2) query.set('broken', '');
          const leaving = new AbortController();
          const left = sleep(random() * 40).then(() => leaving.abort());
          try {
            const response = await fetch(`${server.url}/attack?${query}`, { signal: leaving.signal });
            if (random() < 0.8) await response.text();
          } catch {
            // Cut, or left.
          }
          await left;
        });
        await Promise.all(clients);
        expect((await ask()).faults).toEqual([]);
        const end = performance.now() + 15_000;
        while ((await ask()).open > 0) {
          if (performance.now() > end) throw new Error(`streams are left: ${JSON.stringify(await ask())}`);
          await sleep(5);
        }
      });
    } finally {
      await server.stop();
    }
  });
});
