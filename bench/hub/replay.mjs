import { createHub, HANDLE } from '@eventwire/hub';
import { EventStreamWriter } from '@eventwire/server';
import { serverSink } from '../src/server-sink.mjs';
import { stores } from '../src/stores.mjs';
import { HUB_URL, requestFor } from './requests.mjs';

/** Appends that are under way at a time. */
const TOGETHER = 1000;

/**
 * Ms from a request with a last event ID to the first event behind it, in a log of each kind.
 *
 * @param {import('./report.mjs').Effort} effort
 * @returns {Promise<import('./report.mjs').Replay[]>}
 */
export async function replayAll({ logged }) {
  const found = [];
  for (const [kind, open] of Object.entries(stores)) {
    const { log: openLog, close } = await open();
    const log = openLog({ idPrefix: 'urn:eventwire:' });
    for (let n = 0; n < logged; n += TOGETHER) {
      await Promise.all(
        Array.from({ length: TOGETHER }, (_, k) => {
          const wireId = (n + k) % 10 === 0 ? `id-${n + k}` : undefined;
          return log.append('x'.repeat(100), { topic: 'a', wireId });
        }),
      );
    }
    const hub = createHub({ url: HUB_URL, log, anonymous: true });
    for (const [place, id] of /** @type {const} */ ([
      ['10 events before the newest', `id-${logged - 10}`],
      ['in the middle', `id-${logged / 2}`],
    ])) {
      const ms = [];
      for (let n = 0; n < 21; n++) ms.push(await firstReplayed(hub, id));
      found.push({ kind, place, ms: ms.slice(1) });
    }
    console.log(`${kind}: ${logged} events logged, and replayed`);
    close();
  }
  return found;
}

/** @param {import('@eventwire/hub').Hub} hub @param {string} id */
async function firstReplayed(hub, id) {
  const since = performance.now();
  const response = await hub[HANDLE](requestFor('GET', `match=a&last_event_id=${id}`));
  if (!response?.stream) throw new Error(`refused: ${response?.plain?.body}`);
  const { begin, init } = response.stream;
  /** @type {EventStreamWriter | undefined} */
  let stream;
  await new Promise((resolve) => {
    stream = new EventStreamWriter(serverSink({ onWrite: () => resolve(undefined) }), init);
    begin(stream);
  });
  const ms = performance.now() - since;
  stream?.close();
  return ms;
}
