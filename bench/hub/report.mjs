import { spread, table } from '../src/report/table.mjs';
import { quartiles } from '../src/statistics.mjs';

/** @typedef {{ rounds: number, events: number, logged: number }} Effort events in a round, and in a log */
/**
 * @typedef {object} Sides a hub beside a channel
 * @property {string} name
 * @property {number} count of subscribers
 * @property {number[]} channel microseconds of an event
 * @property {number[]} hub the same
 * @property {number[]} ratio
 * @property {number[]} channelMs from publish to the last delivery: the median of each round
 * @property {number[]} hubMs
 * @property {number[]} bytes of a quiet subscriber, of the channel and of the hub
 */
/** @typedef {{ kind: string, place: string, ms: number[] }} Replay */
/** @typedef {{ sides: Sides[], replays: Replay[] }} Measured */
/** @typedef {{ date: string, machine: string, load: number[], seconds: number, effort: Effort } & Measured} Result */

const NAMES = /** @type {Record<string, string>} */ ({ memory: 'memory', sqlite: 'SQLite', redis: 'Redis' });

/** @param {Measured} measured */
export function targetsOf({ sides, replays }) {
  /** @param {string} what @param {number} value @param {number} limit */
  const target = (what, value, limit) => ({ what, value, limit, reached: value <= limit });
  const median = (/** @type {number[]} */ values) => quartiles(values).median;
  const memory = (/** @type {Sides} */ { bytes: [channel = 1, hub = 0] }) => hub / channel;
  return [
    ...sides
      .filter(({ name }) => name.endsWith('one topic'))
      .map(({ name, ratio }) => target(`${name}: CPU of an event, to the channel's`, median(ratio), 1.1)),
    ...sides
      .filter(({ name }) => name.endsWith('patterns'))
      .map(({ name, hub }) => target(`${name}: ms of CPU for an event`, median(hub) / 1000, 1)),
    ...sides.map((one) => target(`${one.name}: memory when quiet, to the channel's`, memory(one), 1.25)),
    ...replays.map(({ kind, place, ms }) => target(`${NAMES[kind]}, an id ${place}: ms`, median(ms), 5)),
  ];
}

/** @param {Result} result */
export function markdown(result) {
  const { date, machine, load, seconds, effort, sides, replays } = result;
  const bytes = (/** @type {number | undefined} */ value) => Math.round(value ?? 0).toLocaleString('en-US');
  return `${[
    '# The speed of the hub',
    'This page says what a hub costs beside a channel with the same subscribers.',
    table(
      ['Target', 'measured', 'wanted', 'reached'],
      targetsOf(result).map(({ what, value, limit, reached }) => [
        ...[what, value.toFixed(2), `at most ${limit}`, reached ? 'yes' : 'no'],
      ]),
    ),
    '## How it was measured',
    `\`pnpm bench:hub\` measured this on ${date} in ${seconds} s and wrote this page.\n` +
      `Machine: ${machine}; load ${load.map((one) => one.toFixed(1)).join(' at the start, ')} at the end.\n` +
      `${effort.rounds} rounds of ${effort.events} events, channel and hub in turns.\n` +
      'Brackets have the quartiles of rounds; of 20 requests for a replay.',
    'Everything is in one process, and clients take everything at once, without sockets, whose cost would be the\n' +
      'same for both. An event has 100 bytes, and each subscriber gets it. A channel knows its patterns as\n' +
      'functions of ours, which cost nothing. All numbers are in [hub.json](hub.json).',
    '## Deliveries',
    table(
      ['', 'us of CPU, channel', 'us of CPU, hub', 'ratio', 'ms to the last, channel', 'ms to the last, hub'],
      sides.map(({ name, channel, hub, ratio, channelMs, hubMs }) => [
        ...[name, spread(quartiles(channel), 0), spread(quartiles(hub), 0), spread(quartiles(ratio))],
        ...[spread(quartiles(channelMs)), spread(quartiles(hubMs))],
      ]),
    ),
    '## Memory of a quiet subscriber',
    table(
      ['', 'bytes, channel', 'bytes, hub', 'ratio'],
      sides.map(({ name, bytes: [channel = 1, hub = 0] }) => [
        ...[name, bytes(channel), bytes(hub), (hub / channel).toFixed(2)],
      ]),
    ),
    '## Replay',
    `The figures are milliseconds from a request with a publisher's id to the first event behind it, in a log of\n` +
      `${effort.logged.toLocaleString('en-US')} events. Each tenth has an id of its publisher's.`,
    table(
      ['The id stands', ...Object.values(NAMES)],
      [...new Set(replays.map(({ place }) => place))].map((place) => [
        place,
        ...Object.keys(NAMES).map((kind) => {
          const found = replays.find((one) => one.kind === kind && one.place === place);
          return found ? spread(quartiles(found.ms)) : '';
        }),
      ]),
    ),
  ].join('\n\n')}\n`;
}
