import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type NodeProgram, nodeProgram } from '../../support/node-process';
import { type RedisServer, startRedis } from '../../support/redis-server';
import { openContext, SIDES, type Side } from './contexts';
import { piecesOf } from './pieces';
import { type Reading, read, readInTwoParts } from './reading';

/** `pnpm test:runs-peer` asks for more. */
const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const count = number('EVENTWIRE_PIECES', 200);
const readers = number('EVENTWIRE_READERS', 3);
const lease = number('EVENTWIRE_LEASE', 500);
const patience = number('EVENTWIRE_PATIENCE', 10) * 1000;
const text = piecesOf(count).join('');
const CUTS = 5;

/** How many readers came to what; in the order of the table's columns. */
interface Found {
  whole: number;
  /** The stream ended as streams do, and the text is another. */
  other: number;
  error: number;
  null: number;
  waiting: number;
  /** Until the last of those that ended had: from the kill, or the last piece, or since the late readers came. */
  seconds: string;
}

let redis: RedisServer;
let producer: NodeProgram;
const control = () => createClient({ url: redis.url });
let client: ReturnType<typeof control>;
const lines = ['| | | whole | another text | error | null | no end | seconds |', `|${' --- |'.repeat(8)}`];

beforeAll(async () => {
  redis = await startRedis();
  client = control();
  await client.connect();
  producer = await nodeProgram(new URL('./producer-server.ts', import.meta.url));
});
afterAll(async () => {
  const [, version] = /redis_version:(\S+)/.exec(await client.info('server')) ?? [];
  const manifest = createRequire(import.meta.url)
    .resolve('resumable-stream')
    .replace(/dist.*/, 'package.json');
  const theirs = JSON.parse(readFileSync(manifest, 'utf8')).version;
  const head = `Node ${process.versions.node}, Redis ${version}, resumable-stream ${theirs}, ${count} pieces, `;
  console.log([`${head}${readers} readers, a lease of ${lease} ms`, ...lines].join('\n'));
  await producer?.[Symbol.asyncDispose]();
  client?.destroy();
  await redis?.[Symbol.asyncDispose]();
});

let streams = 0;
/** A stream under way, and what readers need. */
async function begin(side: Side) {
  const id = `stream ${++streams}`;
  const maker = await producer.start([side, redis.url, id, String(count), String(lease)]);
  const connectionName = `readers-${streams}`;
  const opened = await openContext(side, { url: redis.url, connectionName, lease });
  /** Waits until the producer has made this part of all pieces. */
  const made = (part: number) =>
    vi.waitUntil(async () => Number(await client.get(`made ${id}`)) >= count * part, {
      timeout: 120_000,
      interval: 20,
    });
  const joined = (readings: Reading[]) =>
    vi.waitUntil(() => readings.every((one) => one.joined || one.end !== 'none'), {
      timeout: 120_000,
      interval: 20,
    });
  /** Lets the producer come to its end, once all have joined. */
  async function finish(readings: Reading[] = []) {
    await joined(readings);
    await client.set(`joined ${id}`, 'all');
    await made(1);
  }
  const each = (open: (n: number) => Reading) => Array.from({ length: readers }, (_, n) => open(n));
  const all = () => each(() => read(() => opened.context.resumeExistingStream(id)));
  const dispose = async () => {
    await maker.kill();
    await opened[Symbol.asyncDispose]();
  };
  return {
    ...opened,
    id,
    connectionName,
    maker,
    made,
    joined,
    finish,
    each,
    all,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Waits until all have ended, or as long as the patience is from now. */
async function settle(fault: string, side: Side, readings: Reading[]): Promise<Found> {
  const since = performance.now();
  await vi
    .waitUntil(() => readings.every(({ end }) => end !== 'none'), { timeout: patience, interval: 20 })
    .catch(() => {});
  const of = (end: Reading['end']) => readings.filter((one) => one.end === end);
  const whole = of('end').filter((one) => one.text === text).length;
  const last = Math.max(since, ...readings.map(({ at }) => at));
  const found = {
    ...{ whole, other: of('end').length - whole, error: of('error').length, null: of('null').length },
    ...{ waiting: of('none').length, seconds: ((last - since) / 1000).toFixed(1) },
  };
  lines.push(`| ${[fault, side, ...Object.values(found)].join(' | ')} |`);
  return found;
}

const all = (what: keyof Found) => ({
  ...{ whole: 0, other: 0, error: 0, null: 0, waiting: 0 },
  [what]: readers,
});

describe.each(SIDES)('readers of %s', (side) => {
  const isOurs = side !== 'resumable-stream';
  /** The other's results are printed, and are no test of it. */
  const expectOurs = (found: Found, what: keyof Found) => {
    if (isOurs) expect(found).toMatchObject(all(what));
  };

  it('have the whole text if nothing happens', async () => {
    await using stream = await begin(side);
    const readings = stream.all();
    await stream.finish(readings);
    expect(await settle('no fault', side, readings)).toMatchObject(all('whole'));
  });

  it(`are counted if their connections to Redis are all cut ${CUTS} times`, async () => {
    await using stream = await begin(side);
    const readings = stream.all();
    await stream.joined(readings);
    let cut = 0;
    for (let turn = 1; turn <= CUTS; turn++) {
      await stream.made(turn / (CUTS + 1));
      const list = String(await client.sendCommand(['CLIENT', 'LIST']));
      const ids = list.split('\n').filter((line) => line.includes(`name=${stream.connectionName} `));
      for (const line of ids)
        await client.sendCommand(['CLIENT', 'KILL', 'ID', /^id=(\d+)/.exec(line)?.[1] ?? '']);
      cut += ids.length;
    }
    expect(cut).toBeGreaterThan(CUTS);
    await stream.finish(readings);
    expectOurs(await settle('connections cut', side, readings), 'whole');
  });

  it('are counted if the producer is killed in the middle', async () => {
    await using stream = await begin(side);
    const readings = stream.all();
    await stream.joined(readings);
    await stream.made(0.5);
    await stream.maker.kill();
    expectOurs(await settle('producer killed', side, readings), 'error');
    for (const reading of readings) expect(text.startsWith(reading.text) && reading.text !== '').toBe(true);
  });

  it('are counted if they come after the end', async () => {
    await using stream = await begin(side);
    await stream.finish();
    await vi.waitUntil(async () => (await stream.context.hasExistingStream(stream.id)) === 'DONE');
    expectOurs(await settle('late', side, stream.all()), 'null');
    const { readKept } = stream;
    if (!readKept) return;
    const kept = stream.each(() => read(async () => readKept(stream.id)));
    expectOurs(await settle('late, by runs.read()', side, kept), 'whole');
  });

  it('are counted if they come in the middle', async () => {
    await using stream = await begin(side);
    await stream.made(0.5);
    const readings = stream.all();
    await stream.finish(readings);
    expectOurs(await settle('come in the middle', side, readings), 'whole');
  });

  it('are counted if they leave in the middle and come back with skipCharacters', async () => {
    await using stream = await begin(side);
    const readings = stream.each(() => readInTwoParts(stream.context, stream.id, text.length / 2));
    await stream.finish(readings);
    expectOurs(await settle('skipCharacters', side, readings), 'whole');
  });
});
