import { quartiles } from '../src/statistics.mjs';

/** @typedef {{ what: string, value: number, limit: string, reached: boolean }} Checked */

/** @type {{ what: string, store: string, part: string, figure: string, least?: number, most?: number, unit: string }[]} */
const TARGETS = [
  {
    ...{ what: 'SQLite, tokens a second over 100 runs', store: 'sqlite', part: 'append', figure: 'hundred' },
    ...{ least: 50_000, unit: '' },
  },
  {
    ...{ what: 'SQLite, bytes on disk for a token', store: 'sqlite', part: 'append', figure: 'bytes' },
    ...{ most: 40, unit: ' bytes' },
  },
  ...['memory', 'sqlite', 'redis'].map((store) => ({
    ...{ what: `${store}, a run of 10,000 events from the first to the end`, store, part: 'open' },
    ...{ figure: 'ms', most: 15, unit: ' ms' },
  })),
  ...['memory', 'sqlite', 'redis'].map((store) => ({
    ...{ what: `${store}, an event for a follower, to a channel's subscriber`, store, part: 'follow' },
    ...{ figure: 'ratio', most: 1.2, unit: ' times' },
  })),
];

/** @param {import('./run.mjs').Found} found @returns {Checked[]} of what was measured */
export function checkTargets(found) {
  return TARGETS.flatMap(({ what, store, part, figure, least, most, unit }) => {
    const values = found[store]?.[part]?.[figure];
    if (values === undefined || values.length === 0) return [];
    const value = quartiles(values).median;
    if (least !== undefined)
      return [{ what, value, limit: `at least ${least}${unit}`, reached: value >= least }];
    return [{ what, value, limit: `at most ${most}${unit}`, reached: value <= (most ?? 0) }];
  });
}
