import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/reconnect/clock';
import { createTimer } from '../../src/reconnect/timer';

const left = (ms: number) => ms;

describe('a watch that is touched', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('begins anew, and asks for the time at the first touch of a turn and at its end alone', async () => {
    const due = vi.fn();
    const timer = createTimer(systemClock);
    timer.watch(1000, due, left);
    vi.advanceTimersByTime(900);
    const now = vi.spyOn(Date, 'now');
    for (let n = 0; n < 100; n++) expect(timer.touch(1000)).toBe(true);
    expect(now).toHaveBeenCalledTimes(1);
    await nextTurn();
    expect(now).toHaveBeenCalledTimes(2);
    timer.touch(1000);
    await nextTurn();
    expect(now).toHaveBeenCalledTimes(3);
    vi.advanceTimersByTime(999);
    expect(due).not.toBeCalled();
    vi.advanceTimersByTime(1);
    expect(due).toBeCalledTimes(1);
  });

  it('begins anew at once, where it comes due before the turn ends', () => {
    const due = vi.fn();
    const timer = createTimer(systemClock);
    timer.watch(1000, due, left);
    vi.advanceTimersByTime(999);
    timer.touch(1000);
    vi.advanceTimersByTime(1);
    expect(due).not.toBeCalled();
  });

  it('begins anew at the end of a turn that took long after its first touch', async () => {
    const due = vi.fn();
    const timer = createTimer(systemClock);
    timer.watch(1000, due, left);
    timer.touch(1000);
    vi.setSystemTime(Date.now() + 900); // a listener that computes
    timer.touch(1000);
    await nextTurn();
    vi.advanceTimersByTime(1000 - 1);
    expect(due).not.toBeCalled();
    vi.advanceTimersByTime(1);
    expect(due).toBeCalledTimes(1);
  });

  it('is not brought back by the end of a turn in which it was stopped', async () => {
    const due = vi.fn();
    const timer = createTimer(systemClock);
    timer.watch(1000, due, left);
    timer.touch(1000);
    timer.touch(1000);
    timer.stop();
    expect(timer.touch(1000)).toBe(false);
    await nextTurn();
    timer.watch(500, due, left);
    vi.advanceTimersByTime(499);
    expect(due).not.toBeCalled();
    vi.advanceTimersByTime(1);
    expect(due).toBeCalledTimes(1);
  });

  it.each([
    ['a clock of the user', { ...systemClock }, globalThis.setImmediate],
    ['a runtime that does not tell of the end of a turn', systemClock, undefined],
  ])('asks each time with %s', (_what, clock, setImmediate) => {
    vi.stubGlobal('setImmediate', setImmediate);
    const timer = createTimer(clock);
    timer.watch(1000, () => {}, left);
    const now = vi.spyOn(Date, 'now');
    timer.touch(1000);
    timer.touch(1000);
    vi.unstubAllGlobals();
    expect(now).toHaveBeenCalledTimes(2);
  });
});
