import { setImmediate as turn } from 'node:timers/promises';
import { createHub, HANDLE } from '@eventwire/hub';
import { createChannel, EventStreamWriter } from '@eventwire/server';
import { collectGarbage } from '../src/collect-garbage.mjs';
import { serverSink } from '../src/server-sink.mjs';
import { quartiles } from '../src/statistics.mjs';
import { HUB_URL, requestFor } from './requests.mjs';

/** @typedef {import('./report.mjs').Effort} Effort */

let deliveries = 0;
/** How many the event that is under way has, and when the last came. */
let [expected, arrived] = [0, 0];
const sink = () =>
  serverSink({
    onWrite() {
      if (++deliveries === expected) arrived = performance.now();
    },
  });

/** @typedef {{ publish(n: number): unknown, subscribe(n: number): Promise<unknown> }} Side */

/** @param {(n: number) => { topics: (string | { key: string, matches(topic: string): boolean })[], query: string }} chosenBy @param {(n: number) => string} topicOf @returns {Side[]} */
function sides(chosenBy, topicOf) {
  const channel = createChannel();
  const hub = createHub({ url: HUB_URL, anonymous: true, stream: { heartbeat: false } });
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
        const request = requestFor('GET', chosenBy(n).query);
        const response = await hub[HANDLE](request);
        if (!response?.stream) throw new Error(`refused: ${response?.plain?.body}`);
        return response.stream.begin(new EventStreamWriter(sink(), response.stream.init));
      },
    },
  ];
}

/**
 * @param {Side} side @param {number} events @param {number} subscribers that each event has
 * @returns {Promise<{ cpu: number, delivered: number, ms: number[] }>} of one round; ms to each event's last delivery
 */
async function round(side, events, subscribers) {
  deliveries = 0;
  const ms = [];
  const before = process.cpuUsage();
  for (let n = 0; n < events; n++) {
    expected = deliveries + subscribers;
    const published = performance.now();
    await side.publish(n);
    while (deliveries < expected) await turn();
    ms.push(arrived - published);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpu: user + system, delivered: deliveries, ms };
}

/**
 * @param {Effort} effort @param {string} name @param {number} count @param {Parameters<typeof sides>[0]} chosenBy
 * @param {Parameters<typeof sides>[1]} topicOf
 * @returns {Promise<import('./report.mjs').Sides>}
 */
async function compare({ rounds, events }, name, count, chosenBy, topicOf) {
  const pair = sides(chosenBy, topicOf);
  const kept = [];
  /** @type {number[]} */
  const bytes = [];
  for (const side of pair) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < count; n++) kept.push(await side.subscribe(n));
    await turn();
    collectGarbage();
    bytes.push((process.memoryUsage().heapUsed - before) / count);
  }
  const [channel, hub] = /** @type {[Side, Side]} */ (pair);
  for (const side of pair) await round(side, events, count);
  /** @type {import('./report.mjs').Sides} */
  const found = { name, count, channel: [], hub: [], ratio: [], channelMs: [], hubMs: [], bytes };
  for (let n = 0; n < rounds; n++) {
    const [one, other] = [await round(channel, events, count), await round(hub, events, count)];
    if (one.delivered !== other.delivered)
      throw new Error(`${name}: ${one.delivered} and ${other.delivered} deliveries`);
    found.channel.push(one.cpu / events);
    found.hub.push(other.cpu / events);
    found.ratio.push(other.cpu / one.cpu);
    found.channelMs.push(quartiles(one.ms).median);
    found.hubMs.push(quartiles(other.ms).median);
  }
  console.log(`${name}: ${kept.length} subscribers measured`);
  return found;
}

/** @param {Effort} effort @returns {Promise<import('./report.mjs').Sides[]>} */
export async function compareAll(effort) {
  const one = () => ({ topics: ['a'], query: 'match=a' });
  return [
    await compare(effort, '1,000 subscribers of one topic', 1000, one, () => 'a'),
    await compare(effort, '10,000 subscribers of one topic', 10_000, one, () => 'a'),
    await compare(
      effort,
      '1,000 subscribers in 1,000 selections',
      1000,
      (n) => ({ topics: ['a', `${n}`], query: `match=a&match=${n}` }),
      () => 'a',
    ),
    await compare(
      effort,
      '10,000 subscribers in 1,000 selections',
      10_000,
      (n) => ({ topics: ['a', `${n % 1000}`], query: `match=a&match=${n % 1000}` }),
      () => 'a',
    ),
    await compare(
      effort,
      '1,000 subscribers of 1,000 patterns',
      1000,
      (n) => ({
        topics: [{ key: `${n}`, matches: (topic) => topic.startsWith('https://x.example/') }],
        query: `match_urlpattern=${encodeURIComponent(`https://x.example/:id{/part${n}}?`)}`,
      }),
      (n) => `https://x.example/${n % 20}`,
    ),
  ];
}
