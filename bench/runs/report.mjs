import { spread, table } from '../src/report/table.mjs';
import { quartiles } from '../src/statistics.mjs';

const NAMES = { memory: 'memory', sqlite: 'SQLite', redis: 'Redis' };

/** @param {import('./run.mjs').Result} result */
export function markdown({ date, machine, rounds, load, seconds, found, targets }) {
  /** @param {string} part @param {[title: string, figure: string, digits?: number, unit?: number][]} columns */
  const figures = (part, columns) =>
    table(
      ['', ...columns.map(([title]) => title)],
      Object.entries(NAMES).flatMap(([store, name]) => {
        const all = found[store]?.[part];
        if (!all) return [];
        const cell = (/** @type {string} */ figure, digits = 0, unit = 1) => {
          const values = all[figure] ?? [];
          return values.length === 0
            ? ''
            : show(
                values.map((value) => value / unit),
                digits,
              );
        };
        return [[name, ...columns.map(([, figure, digits, unit]) => cell(figure, digits, unit))]];
      }),
    );
  return `${[
    '# The speed of runs',
    'This page says what runs cost in each store.',
    table(
      ['Target', 'measured', 'wanted', 'reached'],
      targets.map(({ what, value, limit, reached }) => [
        ...[what, Number(value.toPrecision(3)).toLocaleString('en-US'), limit, reached ? 'yes' : 'no'],
      ]),
    ),
    '## How it was measured',
    `\`pnpm bench:runs\` measured this on ${date} in ${seconds} s and wrote this page.\n` +
      `Machine: ${machine}; load ${load.map((one) => one.toFixed(1)).join(' at the start, ')} at the end.\n` +
      `${rounds} rounds after one that warms up. Quartiles are in brackets.`,
    'Each store and part has a process of its own. All times are processor time of that process, user and\n' +
      'system; Redis is another process, whose own time is not in them. Clients take everything at once, without\n' +
      'sockets. All numbers are in [runs.json](runs.json).',
    '## To append',
    'The work of 1,000 tokens of 5 bytes sends one in each turn of the event loop. The figures are tokens for a\n' +
      'second of processor time, from the work to the end of the run. The last column is what a token of the 100\n' +
      'runs takes in the file, or in the memory of Redis.',
    figures('append', [
      ['one run', 'one'],
      ['100 runs at once', 'hundred'],
      ['bytes for a token', 'bytes', 1],
    ]),
    '## To follow',
    'The figures are microseconds for an event of a live run for one of 1,000 followers, and for an event of a\n' +
      'channel, with a log of the same kind, for one of 1,000 subscribers, in turns.',
    figures('follow', [
      ['follower of a run', 'run', 3],
      ['subscriber of a channel', 'channel', 3],
      ['ratio', 'ratio', 2],
    ]),
    '## To open',
    'The figures are milliseconds for a run that has ended, with 10,000 tokens, from the call of `follow` until\n' +
      'its stream is closed.',
    figures('open', [['10,000 events', 'ms', 1]]),
    '## To keep',
    'The figures are for each of 10,000 runs that have ended, with 10 tokens each, and for each of 1,000 followers\n' +
      'of a run in which nothing happens.',
    figures('memory', [
      ['kB of this process for an ended run', 'ended', 2, 1024],
      ['kB in the file or in Redis', 'stored', 2, 1024],
      ['kB for a quiet follower', 'quiet', 2, 1024],
    ]),
  ].join('\n\n')}\n`;
}

/** @param {number[]} values @param {number} digits */
function show(values, digits) {
  const found = quartiles(values);
  if (digits > 0) return values.length === 1 ? found.median.toFixed(digits) : spread(found, digits);
  const round = (/** @type {number} */ value) => (Math.round(value / 100) * 100).toLocaleString('en-US');
  return `${round(found.median)} [${round(found.q1)}, ${round(found.q3)}]`;
}
