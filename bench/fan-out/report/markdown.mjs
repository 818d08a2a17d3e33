import { quartiles } from '../../src/statistics.mjs';
import { OURS, servers } from '../servers.mjs';

/** @typedef {import('./result.mjs').Result} Result */

const table = (/** @type {string[]} */ head, /** @type {string[][]} */ rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

/** @param {import('../../src/statistics.mjs').Quartiles | undefined} found @param {number} [digits] */
const spread = (found, digits = 2) =>
  found === undefined
    ? 'not measured'
    : `${found.median.toFixed(digits)} [${found.q1.toFixed(digits)}, ${found.q3.toFixed(digits)}]`;

const kilobytes = (/** @type {number} */ bytes) => (bytes / 1024).toFixed(1);
const count = (/** @type {number} */ number) => number.toLocaleString('en-US');

/** @param {Result} result */
export function markdown(result) {
  const { date, machine, seconds, load, rounds } = result;
  return `${[
    '# The speed of fan-out',
    `Measured on ${date} by \`pnpm bench:fan-out\` (${seconds} s), not written by hand. ${machine}; load ` +
      `${load.map((one) => one.toFixed(1)).join(' at the start, ')} at the end. ${rounds} rounds, in turns, each with new ` +
      'processes; in brackets the quartiles. How it is measured: [bench/fan-out/README.md](../../bench/fan-out/README.md). ' +
      'All numbers: [fan-out.json](fan-out.json).',
    '![What ours takes, as a share of the peers](fan-out.svg)',
    ...targets(result),
    ...costs(result),
    ...latency(result),
    ...growth(result),
    ...replay(result),
    '## Peers',
    table(
      ['', 'Version', 'How it is driven'],
      servers.map(({ name, note }) => [name, result.versions[name] ?? '', note]),
    ),
  ].join('\n\n')}\n`;
}

/** @param {Result} result */
function targets({ targets, workloads, connections }) {
  return [
    '## Targets',
    `Ours to the peer, by rounds, ${count(connections)} connections: below 1 is less than the peer's.`,
    table(
      ['', 'Peer', 'Ratio', 'At most', ''],
      targets.map(({ what, peer, ratio, most, reached }) => [
        workloads.find(({ name }) => name === what)?.title ?? 'memory of an idle connection',
        ...[peer, spread(ratio), String(most), reached ? 'reached' : '**not reached**'],
      ]),
    ),
  ];
}

/** @param {Result} result */
function costs({ costs, workloads, failures }) {
  const cell = (/** @type {string} */ what, /** @type {string} */ server, unit = 1) => {
    const found = costs[what]?.[server];
    return found === undefined
      ? ''
      : spread(quartiles(found.map((value) => value / unit)), unit === 1 ? 2 : 1);
  };
  return [
    '## One event to one client',
    'Microseconds of the processor, user and system, of the server alone; every client has counted every event. Memory: resident, ' +
      'kB for an idle connection, after forced collection.',
    table(
      ['', ...workloads.map(({ title }) => title), 'memory'],
      servers.map(({ name }) => [
        failures[name] === undefined ? name : `${name} (${failures[name]})`,
        ...workloads.map((workload) => cell(workload.name, name)),
        cell('memory', name, 1024),
      ]),
    ),
  ];
}

/** @param {Result} result */
function latency({ latency }) {
  return [
    '## From publication to the last delivery',
    'Milliseconds, one event of 100 bytes at a time. The clients, in one process of Node on the same machine, have their share in it.',
    table(
      ['', 'Connections', 'median', 'p99', 'kB for a connection'],
      latency.map(({ name, connections, median, p99, memory }) => [
        ...[name, count(connections), median.toFixed(1), p99.toFixed(1), kilobytes(memory)],
      ]),
    ),
  ];
}

/** @param {Result} result */
function growth({ growth }) {
  const names = [...new Set(growth.map(({ name }) => name))];
  const sizes = [...new Set(growth.map(({ connections }) => connections))];
  const cells = (/** @type {number} */ size, /** @type {(one: Result['growth'][number]) => string} */ show) =>
    names.map((name) => {
      const one = growth.find((other) => other.name === name && other.connections === size);
      return one === undefined ? '' : show(one);
    });
  return [
    '## Growth with connections',
    'One event at a time, so that nothing is joined. In a straight line, a delivery costs the same everywhere; but few share what an event takes once, ' +
      'and the sockets of many are more than the processor has at hand. What grows for all of them is the machine, and not the server.',
    table(
      [
        'Connections',
        ...names.map((name) => `${name}: us for a delivery`),
        ...names.map((name) => `${name}: kB for a connection`),
      ],
      sizes.map((size) => [
        count(size),
        ...cells(size, ({ cost }) => cost.toFixed(2)),
        ...cells(size, ({ memory }) => kilobytes(memory)),
      ]),
    ),
    '![Milliseconds of the processor for one event, by connections](fan-out-growth.svg)',
  ];
}

/** @param {Result} result */
function replay({ replay }) {
  return [
    `## Replay, ${OURS}`,
    'One client comes back: milliseconds until it has all that it missed, with connecting, by the clock and of the processor.',
    table(
      ['Events in the log', 'missed', 'ms', 'ms of the processor'],
      replay.map(({ held, missed, took, cpu }) => [
        ...[count(held), count(missed), took.toFixed(2), cpu.toFixed(2)],
      ]),
    ),
  ];
}
