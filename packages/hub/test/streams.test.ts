import { afterEach, describe, expect, it, vi } from 'vitest';
import { startHub, vias } from './helpers/hubs';
import { both, mint } from './helpers/tokens';

describe('check 9, the end of a stream:', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('comes with the exp of its token, and not later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    const { url, subscribe } = await startHub({ stream: { heartbeat: false } });
    const exp = Math.floor(Date.now() / 1000) + 100;
    const claims = { exp, authorization_details: both('*') };
    const reader = await subscribe('?match=a', { authorization: `Bearer ${await mint(url, { claims })}` });
    let ended = false;
    void reader.ended.then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(exp * 1000 - Date.now() - 10);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(10);
    vi.useRealTimers();
    // By a clean end: a client comes back after any.
    expect(await reader.ended).toBe('end');
  });

  it.each([
    [0, 600_000],
    [0.5, 540_000],
    [0.999, 481_875],
  ])('comes after maxDuration less up to a fifth (chance: %d)', async (chance, ms) => {
    vi.spyOn(Math, 'random').mockReturnValue(chance);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    const { subscribe } = await startHub({ stream: { heartbeat: false } });
    const reader = await subscribe('?match=a');
    let ended = false;
    void reader.ended.then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(ms - 1000);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1500);
    vi.useRealTimers();
    expect(await reader.ended).toBe('end');
  });

  it('comes at once for those that the operator disconnects', async () => {
    const { hub, subscribe, token } = await startHub();
    const authorization = `Bearer ${await token('mine')}`;
    const [a, b, c] = [
      await subscribe('?match=a', { authorization }),
      await subscribe('?match=b'),
      await subscribe('?match=a&match=c'),
    ];
    const seen: unknown[] = [];
    const count = hub.disconnect((subscriber) => {
      seen.push([
        subscriber.protocol,
        subscriber.matchers.map(({ type, match }) => `${type} ${match}`),
        subscriber.claims?.iss,
      ]);
      return subscriber.matchers.some(({ match }) => match === 'a');
    });
    expect(count).toBe(2);
    expect(seen).toEqual([
      ['1.0', ['exact a'], 'https://issuer.example'],
      ['1.0', ['exact b'], undefined],
      ['1.0', ['exact a', 'exact c'], undefined],
    ]);
    expect(await Promise.all([a?.ended, c?.ended])).toEqual(['end', 'end']);
    expect(hub.channel.size).toBe(1);
    b?.leave();
  });
});

describe.each(vias)('check 12, the quiet wire, by %s:', (via) => {
  it('a stream has nothing but comment lines and events with ids', async () => {
    const { hub, subscribe } = await startHub({ stream: { heartbeat: 20 } }, via);
    const reader = await subscribe('?match=a');
    await hub.publish({ topics: 'b', data: 'passed over' });
    const comments = () => reader.text.match(/^:\n/gm)?.length ?? 0;
    await expect.poll(comments).toBeGreaterThan(3);
    const id = await hub.publish({ topics: 'a', data: 'x' });
    await reader.until(1);
    const before = comments();
    await expect.poll(comments).toBeGreaterThan(before + 2);
    expect(reader.text.replace(/^:\n/gm, '')).toBe(`data: x\nid: ${id}\n\n`);
  });

  it('a client that asks for Eventwire’s conventions has its place told', async () => {
    const { hub, subscribe } = await startHub({ stream: { heartbeat: 20 } }, via);
    const readers = [
      await subscribe('?match=a&eventwire=1&last_event_id='),
      await subscribe('?match=a&eventwire=1'),
    ];
    const plain = [await subscribe('?match=a'), await subscribe('?match=a&eventwire=0')];
    const passed = await hub.publish({ topics: 'b', data: 'passed over' });
    const place = `event: eventwire:cursor\ndata: {}\nid: ${passed}\n\n`;
    for (const reader of readers) await expect.poll(() => reader.text).toContain(place);
    for (const reader of plain) expect(reader.text).not.toContain('eventwire');
  });
});
