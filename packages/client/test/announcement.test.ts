import { describe, expect, it } from 'vitest';
import { Announcement } from '../src/announcement';

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
      const announcement = new Announcement();
      for (let i = 0; i < bytes.length; i += size) announcement.feed(bytes.subarray(i, i + size));
      expect([announcement.announced, announcement.heartbeat]).toEqual([announced, heartbeat]);
    }
  });

  it('does not take a torn byte order mark', () => {
    const announcement = new Announcement();
    announcement.feed(Uint8Array.of(0xef, 0xbb, ...encode(': eventwire\n')));
    expect(announcement.announced).toBe(false);
  });
});
