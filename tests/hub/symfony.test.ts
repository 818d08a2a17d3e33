import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type HubSubscribeOptions, subscribe } from '@eventwire/hub/client';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type NodeProcess, type NodeProgram, nodeProgram } from '../support/node-process';
import { findProgram } from '../support/program';
import { type RedisServer, startRedis } from '../support/redis-server';

const secret = 'a secret of at least thirty-two bytes';
const all = { publish: ['*'], subscribe: ['*'] };
const addressOf = ({ port }: NodeProcess) => `http://127.0.0.1:${port}/.well-known/mercure`;

let redis: RedisServer;
let program: NodeProgram;
beforeAll(async () => {
  redis = await startRedis();
  program = await nodeProgram(new URL('./hub-process.ts', import.meta.url));
});
afterAll(async () => {
  await program?.[Symbol.asyncDispose]();
  await redis?.[Symbol.asyncDispose]();
});

const mint = (mercure: object) =>
  new SignJWT({ mercure }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));

/** Symfony's publisher in a process of PHP: the id of each update that it is given, as the hub has told it. */
async function symfony() {
  const php = findProgram('php');
  const script = fileURLToPath(new URL('./publish.php', import.meta.url));
  const child: ChildProcess = spawn(php, [script, await mint(all)], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return async (update: object): Promise<string> => {
    child.stdin?.write(`${JSON.stringify(update)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('The publisher has ended');
    return JSON.parse(value);
  };
}

/** Follows one hub after the other: whenever it comes back, it comes to the next that lives. */
function follow(hubs: NodeProcess[], token: string, options: Partial<HubSubscribeOptions> = {}) {
  const events: { id: string; type: string; data: string }[] = [];
  let open = 0;
  let next = Math.floor(Math.random() * hubs.length);
  const stream = subscribe(addressOf(hubs[0] as NodeProcess), {
    topic: ['https://x.example/{id}'],
    token,
    // To whichever lives by then.
    fetch: (url, init) => {
      const target = new URL(url);
      target.port = String(hubs[next++ % hubs.length]?.port);
      return fetch(target, init);
    },
    reconnect: { initialDelay: 10, maxDelay: 50 },
    onEvent: ({ lastEventId, type, data }) => void events.push({ id: lastEventId, type, data }),
    onOpen: () => open++,
    ...options,
  } as HubSubscribeOptions);
  onTestFinished(() => stream.close());
  return { events, stream, opened: () => expect.poll(() => open, { timeout: 10_000 }).toBeGreaterThan(0) };
}

it('check 2: Symfony’s publisher reaches each subscriber of three processes once, in one order, though one is killed', async () => {
  const settings = JSON.stringify({ secret, redis: redis.url, key: 'symfony' });
  const hubs = await Promise.all([1, 2, 3].map(() => program.start([settings])));
  const publish = await symfony();
  const token = await mint(all);
  const followers = Array.from({ length: 6 }, () => follow(hubs, token));
  const stranger = follow(hubs, await mint({ subscribe: ['https://x.example/other'] }));
  await Promise.all([...followers, stranger].map(({ opened }) => opened()));
  const published: { id: string; type: string; data: string }[] = [];
  const count = 60;
  for (let n = 0; n < count; n++) {
    const hub = addressOf(hubs[n % hubs.length] as NodeProcess);
    const data = n % 3 === 0 ? `${n} é 漢 😀` : `${n}\nsecond line\n\nfourth`;
    const own = n % 2 === 0 ? { id: `urn:x:${n}`, type: `type ${n}`, retry: 20 } : {};
    const topics = ['https://x.example/1', `https://y.example/${n}`];
    const id = await publish({ hub, topics, data, private: n % 4 === 0, ...own });
    if (own.id !== undefined) expect(id).toBe(own.id);
    published.push({ id, type: own.type ?? '', data });
    if (n % 10 === 5) followers[n % followers.length]?.stream.reconnect();
    if (n === 30) await hubs.splice(1, 1)[0]?.kill();
  }
  for (const { events } of followers) {
    await expect.poll(() => events.length, { timeout: 20_000 }).toBe(count);
    expect(events.map(({ id, data }) => ({ id, data }))).toEqual(
      published.map(({ id, data }) => ({ id, data })),
    );
  }
  const open = published.filter((_, n) => n % 4 !== 0).map(({ id }) => id);
  await expect.poll(() => stranger.events.map(({ id }) => id), { timeout: 20_000 }).toEqual(open);
});

it('the subscriptions of a process that was killed are told to have ended, once, within its lease', async () => {
  const lease = 1500;
  const settings = JSON.stringify({ secret, redis: redis.url, key: 'presence', lease });
  const hubs = await Promise.all([1, 2, 3].map(() => program.start([settings])));
  const [first, second, third] = hubs as [NodeProcess, NodeProcess, NodeProcess];
  const token = await mint(all);
  const watcher = follow([first], token, {
    topic: ['/.well-known/mercure/subscriptions{/topic}{/subscriber}'],
  });
  await watcher.opened();
  // It fails with its process.
  const guest = follow([second], token, { topic: ['guest'], reconnect: false, onClose: () => {} });
  await guest.opened();
  const active = () =>
    watcher.events
      .map(({ data }) => JSON.parse(data))
      .filter(({ topic }) => topic === 'guest')
      .map(({ active }) => active);
  await expect.poll(active, { timeout: 10_000 }).toEqual([true]);
  const list = async (hub: NodeProcess) => {
    const response = await fetch(`${addressOf(hub)}/subscriptions`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { subscriptions } = (await response.json()) as { subscriptions: { topic: string }[] };
    return subscriptions.map(({ topic }) => topic).sort();
  };
  const everything = ['/.well-known/mercure/subscriptions{/topic}{/subscriber}', 'guest'];
  expect(await Promise.all(hubs.map(list))).toEqual([everything, everything, everything]);
  const killed = performance.now();
  await second.kill();
  await expect.poll(active, { timeout: 10_000 }).toEqual([true, false]);
  // A lease, and the time until one of the others looks.
  expect(performance.now() - killed).toBeLessThan(3 * lease);
  expect(await Promise.all([first, third].map(list))).toEqual([[everything[0]], [everything[0]]]);
  await expect.poll(active).toEqual([true, false]);
});
