import { spread as spreadOf, table } from '../../src/report/table.mjs';
import { quartiles } from '../../src/statistics.mjs';
import { OURS, servers } from '../servers.mjs';

/** @typedef {import('./result.mjs').Result} Result */

/** @param {import('../../src/statistics.mjs').Quartiles | undefined} found @param {number} [digits] */
const spread = (found, digits) => (found === undefined ? 'not measured' : spreadOf(found, digits));

const kilobytes = (/** @type {number} */ bytes) => (bytes / 1024).toFixed(1);
const count = (/** @type {number} */ number) => number.toLocaleString('en-US');

/** @param {Result} result */
export function markdown(result) {
  const { date, machine, seconds, load, rounds } = result;
  return `${[
    '# The speed of fan-out',
    'This page compares what servers need to publish one event to many clients: processor time, memory, and time.',
    ...main(result),
    '![What Eventwire takes, as a share of the peers](fan-out.svg)',
    '## How it was measured',
    `\`pnpm bench:fan-out\` measured this on ${date} in ${seconds} s and wrote this page.\n` +
      `Machine: ${machine}; load ${load.map((one) => one.toFixed(1)).join(' at the start, ')} at the end.\n` +
      `${rounds} rounds, in turns, each with new processes. Quartiles are in brackets.`,
    'The method and the targets are in [bench/fan-out/README.md](../../bench/fan-out/README.md), and all numbers in\n' +
      '[fan-out.json](fan-out.json).',
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

/** Ours to the peers that targets name. @param {Result} result */
function main({ targets, workloads, connections }) {
  const names = [...new Set(targets.map(({ peer }) => peer))];
  const ratios = (/** @type {string} */ what) =>
    names.map((peer) => {
      const found = targets.find((target) => target.what === what && target.peer === peer);
      return found === undefined ? '' : spread(found.ratio);
    });
  const rows = workloads.map(({ name, title }) => [`processor time, ${title}`, ...ratios(name)]);
  return [
    `The table shows what Eventwire needs as a share of what the peer needs, with ${count(connections)} connections. Below 1,\n` +
      'Eventwire needs less.',
    table(
      ['', ...names.map((peer) => `of ${peer}`)],
      [...rows, ['memory of an idle connection', ...ratios('memory')]],
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
    'The figures are microseconds of processor time of the server alone, user and system. Every client has counted\n' +
      'every event. Memory is resident memory in kB for an idle connection, after a forced collection.',
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
    'The figures are milliseconds, for one event of 100 bytes at a time. They include the work of the clients,\n' +
      'which run in one Node process on the same machine.',
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
    'Events are published one at a time, so that nothing is joined. On a straight line, a delivery costs the same\n' +
      'at every size. With few connections, a delivery bears more of the costs that an event has once. With many,\n' +
      'the sockets no longer fit into the caches of the processor. Growth that all servers share comes from the\n' +
      'machine.',
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
    '![Milliseconds of processor time for one event, by connections](fan-out-growth.svg)',
  ];
}

/** @param {Result} result */
function replay({ replay }) {
  return [
    `## Replay, ${OURS}`,
    'One client comes back. The figures are milliseconds until it has everything that it missed, connecting\n' +
      'included, by the clock and by processor time.',
    table(
      ['Events in the log', 'missed', 'ms', 'ms of processor time'],
      replay.map(({ held, missed, took, cpu }) => [
        ...[count(held), count(missed), took.toFixed(2), cpu.toFixed(2)],
      ]),
    ),
  ];
}
