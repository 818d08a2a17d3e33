import { connect } from '@eventwire/client';
import { expect } from 'vitest';
import { within } from '../support/within';
import { hostileClient } from './hostile-client';
import { attackInRounds } from './rounds';
import { attackedPaths, type Figures } from './targets';

const AT_ONCE = 24;
/** MiB that a server may hold once all have gone, above what it held after its first rounds. */
const GROWTH = 4;
/** Paths of the channel, which needs requests that share what they hold. */
const channelPaths = ['/channel', '/late-channel'];

/**
 * Sends hostile clients at a server of the targets, in rounds, while a client beside them follows the channel;
 * where there is none, a generator. After each round that client has every event in order, and nothing is left
 * of the others.
 */
export async function attackServer(url: string, { hasChannel = true } = {}): Promise<void> {
  const ask = (path: string, init?: RequestInit) =>
    within(`the answer to ${path}`, fetch(`${url}${path}`, init));
  const figures = async () => within('the figures', (await ask('/figures')).json() as Promise<Figures>);
  const port = Number(new URL(url).port);
  const paths = attackedPaths.filter((path) => hasChannel || !channelPaths.includes(path));
  const besideAlone = {
    faults: [],
    streams: 1,
    subscribers: hasChannel ? 1 : 0,
    sources: hasChannel ? 0 : 1,
  };

  let published = 0;
  const got: string[] = [];
  const beside = connect(`${url}${hasChannel ? '/channel' : '/ticks'}`, {
    onEvent: ({ data }) => void got.push(data),
  });
  await expect.poll(figures).toMatchObject(besideAlone);

  const heaps: number[] = [];
  const rounds = await attackInRounds(async (random) => {
    let attacking = true;
    const clients = Array.from({ length: AT_ONCE }, () => hostileClient(port, paths, random));
    const attack = Promise.all(clients).finally(() => {
      attacking = false;
    });
    while (hasChannel && attacking) await ask('/publish', { method: 'POST', body: `tick ${published++}` });
    await within('the end of the hostile clients', attack);
    const before = got.length;
    if (hasChannel) await expect.poll(() => got.length, { timeout: 10_000 }).toBe(published);
    else await expect.poll(() => got.length, { timeout: 10_000 }).toBeGreaterThan(before);
    await expect.poll(figures, { timeout: 20_000, interval: 20 }).toMatchObject(besideAlone);
    heaps.push((await figures()).heap ?? 0);
  });
  beside.close();
  console.log(`${rounds} rounds of ${AT_ONCE} clients, ${got.length} events, heap ${heaps.at(-1)} MiB`);
  expect(got).toEqual(Array.from({ length: got.length }, (_, n) => `tick ${n}`));
  const nothing = { faults: [], streams: 0, subscribers: 0, sources: 0 };
  await expect.poll(figures, { timeout: 20_000 }).toMatchObject(nothing);
  expect(heaps.at(-1)).toBeLessThan(Math.max(...heaps.slice(0, 5)) + GROWTH);
}
