import { describe, expect, it, vi } from 'vitest';
import { type Announcement, watchAnnouncement } from '../../src/response/announcement';

const encode = (text: string) => new TextEncoder().encode(text);

describe('the announcement', () => {
  it.each([
    [': eventwire\n', true, undefined],
    [': eventwire\r', true, undefined],
    [': eventwire heartbeat=15000\n\n', true, 15_000],
    [': eventwire heartbeat=15000\r\n', true, 15_000],
    ['\ufeff: eventwire heartbeat=2000\n', true, 2000],
    [': eventwire a=b heartbeat=2000 c\n', true, 2000],
    [': eventwire heartbeat=1\n', true, 1000],
    [': eventwire heartbeat=99999999999999999999\n', true, 600_000],
    [': eventwire heartbeat=\n', true, undefined],
    [': eventwire heartbeat=-5\n', true, undefined],
    [': eventwire heartbeat=15000', true, undefined], // more digits may follow
    [`: eventwire ${'x'.repeat(1000)} heartbeat=2000\n`, true, undefined],
    [': eventwire', false, undefined],
    [': eventwires\n', false, undefined],
    [':eventwire\n', false, undefined],
    [':  eventwire\n', false, undefined],
    ['\n: eventwire\n', false, undefined],
    ['data: x\n\n: eventwire\n', false, undefined],
    ['\ufeff\ufeff: eventwire\n', false, undefined],
    ['', false, undefined],
  ])('%j: announced %s, heartbeat %s', (text, announced, heartbeat) => {
    const bytes = encode(text);
    for (let size = 1; size <= Math.max(1, Math.min(bytes.length, 30)); size++) {
      let announcement: Announcement | undefined;
      const watch = watchAnnouncement((found) => {
        announcement = found;
      });
      let isWatching = watch(new Uint8Array());
      for (let i = 0; i < bytes.length && isWatching; i += size)
        isWatching = watch(bytes.subarray(i, i + size));
      expect([Boolean(announcement), announcement?.heartbeat]).toEqual([announced, heartbeat]);
    }
  });

  it('does not take a torn byte order mark', () => {
    const onAnnouncement = vi.fn();
    watchAnnouncement(onAnnouncement)(Uint8Array.of(0xef, 0xbb, ...encode(': eventwire\n')));
    expect(onAnnouncement).not.toBeCalled();
  });

  it('needs no more than the first line, and no more of it than 240 bytes', () => {
    const watch = watchAnnouncement(() => {});
    expect(watch(encode('a'))).toBe(true);
    expect(watch(encode('\n'))).toBe(false);
    const watchLong = watchAnnouncement(() => {});
    expect(watchLong(encode('a'.repeat(239)))).toBe(true);
    expect(watchLong(encode('a'))).toBe(false);
  });
});
