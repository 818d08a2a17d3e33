import { setImmediate as turn } from 'node:timers/promises';
import { createHub, HANDLE } from '@eventwire/hub';
import { createChannel, createMemoryLog, EventStreamWriter } from '@eventwire/server';
import { collectGarbage } from '../src/collect-garbage.mjs';
import { serverSink } from '../src/server-sink.mjs';
import { quartiles } from '../src/statistics.mjs';

const url = 'https://hub.example/.well-known/mercure';

/** @typedef {{ rounds: number, events: number }} Effort events in a round */

let deliveries = 0;
const sink = () => serverSink({ onWrite: () => void deliveries++ });

/** @typedef {{ publish(n: number): unknown, subscribe(n: number): Promise<unknown> }} Side */

/** @param {(n: number) => { topics: (string | { key: string, matches(topic: string): boolean })[], query: string }} chosenBy @param {(n: number) => string} topicOf @returns {Side[]} */
function sides(chosenBy, topicOf) {
  const channel = createChannel();
  const hub = createHub({ url, anonymous: true, stream: { heartbeat: false } });
  return [
    {
      publish: (n) => channel.publish('x'.repeat(100), { topic: topicOf(n) }),
      subscribe: async (n) =>
        channel.subscribe(new EventStreamWriter(sink(), { heartbeat: false }), {
          topics: chosenBy(n).topics,
        }),
    },
    {
      publish: (n) => hub.publish({ topics: topicOf(n), data: 'x'.repeat(100) }),
      subscribe: async (n) => {
        const request = {
          method: 'GET',
          target: `/.well-known/mercure?${chosenBy(n).query}`,
          host: 'hub.example',
          header: () => undefined,
          body: async () => undefined,
        };
        const response = await hub[HANDLE](request);
        if (!response?.stream) throw new Error(`refused: ${response?.plain?.body}`);
        return response.stream.begin(new EventStreamWriter(sink(), response.stream.init));
      },
    },
  ];
}

/** @param {Side} side @param {number} events @returns {Promise<{ cpu: number, delivered: number }>} microseconds of one round */
async function round(side, events) {
  deliveries = 0;
  const before = process.cpuUsage();
  for (let n = 0; n < events; n++) {
    await side.publish(n);
    await turn();
    await turn();
  }
  const { user, system } = process.cpuUsage(before);
  return { cpu: user + system, delivered: deliveries };
}

/** @param {Effort} effort @param {string} name @param {number} count @param {Parameters<typeof sides>[0]} chosenBy @param {Parameters<typeof sides>[1]} topicOf */
async function compare({ rounds, events }, name, count, chosenBy, topicOf) {
  const pair = sides(chosenBy, topicOf);
  const kept = [];
  /** @type {number[]} */
  const memory = [];
  for (const side of pair) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < count; n++) kept.push(await side.subscribe(n));
    await turn();
    collectGarbage();
    memory.push((process.memoryUsage().heapUsed - before) / count);
  }
  for (const side of pair) await round(side, events);
  /** @type {number[][]} */
  const costs = [[], []];
  /** @type {number[]} */
  const ratios = [];
  let delivered = 0;
  for (let n = 0; n < rounds; n++) {
    const [channel, hub] = [
      await round(/** @type {Side} */ (pair[0]), events),
      await round(/** @type {Side} */ (pair[1]), events),
    ];
    if (channel.delivered !== hub.delivered)
      throw new Error(`${name}: ${channel.delivered} and ${hub.delivered} deliveries`);
    delivered = hub.delivered / events;
    costs[0]?.push(channel.cpu / events);
    costs[1]?.push(hub.cpu / events);
    ratios.push(hub.cpu / channel.cpu);
  }
  const row = {
    name,
    delivered,
    channel: quartiles(costs[0] ?? []).median,
    hub: quartiles(costs[1] ?? []).median,
    ratio: quartiles(ratios).median,
    channelBytes: memory[0] ?? 0,
    hubBytes: memory[1] ?? 0,
  };
  console.log(
    `${name.padEnd(44)} ${delivered.toFixed(0).padStart(6)} deliveries an event; CPU us an event: channel ${row.channel.toFixed(0)}, hub ${row.hub.toFixed(0)}, ratio ${row.ratio.toFixed(2)}; ` +
      `bytes a quiet subscriber: ${row.channelBytes.toFixed(0)}, ${row.hubBytes.toFixed(0)} (${(row.hubBytes / row.channelBytes).toFixed(2)})`,
  );
  return kept.length;
}

async function replay() {
  const log = createMemoryLog({ maxEvents: 1_000_000, maxBytes: 4 * 1024 ** 3, idPrefix: 'urn:eventwire:' });
  for (let n = 0; n < 1_000_000; n++)
    log.append('x', { topic: 'a', wireId: n % 10 === 0 ? `id-${n}` : undefined });
  const hub = createHub({ url, log, anonymous: true });
  for (const id of ['id-999990', 'id-500000']) {
    /** @type {number[]} */
    const times = [];
    for (let n = 0; n < 20; n++) {
      const request = {
        method: 'HEAD',
        target: `/.well-known/mercure?match=a&last_event_id=${id}`,
        host: 'hub.example',
        header: () => undefined,
        body: async () => undefined,
      };
      const before = process.cpuUsage();
      await hub[HANDLE](request);
      times.push(process.cpuUsage(before).user / 1000);
    }
    console.log(`the place of ${id} among 1,000,000 in memory: ${quartiles(times).median.toFixed(2)} ms CPU`);
  }
}

/** @param {Effort} effort */
export async function measure(effort) {
  const one = () => ({ topics: ['a'], query: 'match=a' });
  await compare(effort, '1,000 subscribers of one topic', 1000, one, () => 'a');
  await compare(effort, '10,000 subscribers of one topic', 10_000, one, () => 'a');
  await compare(
    effort,
    '10,000 in 1,000 selections',
    10_000,
    (n) => ({ topics: ['a', `${n % 1000}`], query: `match=a&match=${n % 1000}` }),
    () => 'a',
  );
  await compare(
    effort,
    '1,000 subscribers of 1,000 patterns',
    1000,
    (n) => ({
      topics: [{ key: `${n}`, matches: (topic) => topic.startsWith('https://x.example/') }],
      query: `match_urlpattern=${encodeURIComponent(`https://x.example/:p${n}`)}`,
    }),
    (n) => `https://x.example/${n % 20}`,
  );
  await replay();
}
