import { connect } from '@eventwire/client';
import { createChannel, createMemoryLog, eventStreamHandler } from '@eventwire/server-node';
import { describe, expect, it } from 'vitest';
import { createCuttingProxy } from '../support/cutting-proxy';
import { serve } from '../support/listen';
import { runSeed, seededRandom } from '../support/random';

const COUNT = 1000;
/** Delays that a test can wait for; the policy's own are proved in the client's tests. */
const soon = { initialDelay: 1, minDelay: 1, maxDelay: 5 };
/** Every UTF-8 length, so that a cut falls inside characters too, and lines enough to cut between. */
const payload = (n: number) => `${n} é 漢字 😀\n${'·'.repeat(n % 97)}\nlast line of ${n}`;

describe(`a thousand events over connections cut at random bytes (seed ${runSeed})`, () => {
  it('all arrive once and in order from a channel, published while the connections break', async () => {
    const random = seededRandom(runSeed);
    const channel = createChannel({ log: createMemoryLog({ maxEvents: COUNT }) });
    await using origin = await serve(eventStreamHandler((stream) => channel.subscribe(stream)));
    await using proxy = await createCuttingProxy(origin.port, () => 200 + Math.floor(random() * 6000));
    const first = await channel.publish('first');

    const received: string[] = [];
    const ids: string[] = [];
    const gaps: unknown[] = [];
    const publishing = (async () => {
      for (let n = 0; n < COUNT; n++) {
        await channel.publish({ type: 'numbered', data: payload(n) });
        if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    const stream = connect(proxy.url, {
      lastEventId: first,
      reconnect: soon,
      onGap: (gap) => void gaps.push(gap),
    });
    for await (const event of stream) {
      received.push(event.data);
      ids.push(event.lastEventId);
      if (received.length === COUNT) break;
    }
    await publishing;
    await channel.close();

    expect(received).toEqual(Array.from({ length: COUNT }, (_, n) => payload(n)));
    expect(new Set(ids).size).toBe(COUNT);
    expect(gaps).toEqual([]);
    expect(proxy.cuts.length).toBeGreaterThan(10);
  });

  it('all arrive once and in order from a generator that goes on after the last event ID', async () => {
    const random = seededRandom(runSeed + 1);
    await using origin = await serve(
      eventStreamHandler(async function* (stream) {
        for (let n = Number(stream.lastEventId || -1) + 1; n < COUNT; n++) {
          yield { id: String(n), data: payload(n) };
        }
      }),
    );
    await using proxy = await createCuttingProxy(origin.port, () => 150 + Math.floor(random() * 9000));

    const received: string[] = [];
    const stream = connect(proxy.url, { reconnect: soon });
    for await (const event of stream) received.push(event.data);

    expect(received).toEqual(Array.from({ length: COUNT }, (_, n) => payload(n)));
    // The server's own word that it is finished ended the stream, not a count.
    expect(await stream.closed).toMatchObject({ reason: 'ended' });
    expect(proxy.cuts.length).toBeGreaterThan(10);
  });
});
