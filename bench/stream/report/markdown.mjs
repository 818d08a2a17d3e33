import { spread as spreadOf, table } from '../../src/report/table.mjs';
import { ratio } from '../measure.mjs';

/** @typedef {import('./result.mjs').Result} Result */
/** @typedef {import('../part.mjs').Part} Part */

/** @param {import('../../src/statistics.mjs').Quartiles | undefined} found @param {number} [digits] */
const spread = (found, digits) => (found === undefined ? '' : spreadOf(found, digits));

/** @param {Result} result @param {readonly Part[]} parts */
export function markdown(result, parts) {
  const { date, machine, nodes, seconds, load, rounds } = result;
  return `${[
    '# The speed of one stream',
    'This page compares what one stream takes, at either end: microseconds of processor time for one event.',
    '![Microseconds of processor time for one event](stream.svg)',
    ...parts.flatMap((part) => section(part, result)),
    '## How it was measured',
    `\`pnpm bench:stream\` measured this on ${date} in ${seconds} s and wrote this page.\n` +
      `Machine: ${machine}; Node ${nodes.join(' and ')}.\n` +
      `Load ${load.map((one) => one.toFixed(1)).join(' at the start, ')} at the end.\n` +
      `${rounds} rounds, in turns, each side in a process of its own. Quartiles are in brackets.`,
    'The method is in [bench/stream/README.md](../../bench/stream/README.md), and all numbers in\n[stream.json](stream.json).',
  ].join('\n\n')}\n`;
}

/** @param {Part} part @param {Result} result */
function section(part, { tables, versions }) {
  const ofPart = tables.filter(({ part: name }) => name === part.name);
  return [
    `## ${part.title}`,
    part.about,
    ...part.workloads.flatMap(({ name, title }) =>
      workload(
        part,
        title,
        ofPart.filter((one) => one.workload === name),
      ),
    ),
    `### Targets of this part`,
    targets(part, ofPart),
    `### Participants of this part`,
    table(
      ['', 'Version', 'How it is driven'],
      part.participants.map(({ name, note }) => [name, versions[name] ?? '', note]),
    ),
  ];
}

/** @param {Part} part @param {string} title @param {Result['tables']} tables */
function workload(part, title, tables) {
  const names = part.participants
    .map(({ name }) => name)
    .filter((name) => tables.some(({ cells }) => cells.some((cell) => cell.participant === name)));
  const hasDelay = tables.some(({ cells }) => cells.some(({ delay }) => delay !== undefined));
  const head = tables.flatMap(({ node }) => [
    ...[`us, Node ${node}`, `to ours`],
    ...(hasDelay ? ['ms to the socket'] : []),
  ]);
  const row = (/** @type {string} */ name) =>
    tables.flatMap(({ cells }) => {
      const cell = cells.find(({ participant }) => participant === name);
      return [
        ...[cell?.failure === undefined ? spread(cell?.cpu) : 'failed', spread(ratio(cell, cells[0]))],
        ...(hasDelay ? [spread(cell?.delay, 3)] : []),
      ];
    });
  return [
    `### ${title[0]?.toUpperCase()}${title.slice(1)}`,
    table(
      ['', ...head],
      names.map((name) => [name, ...row(name)]),
    ),
  ];
}

/** @param {Part} part @param {Result['tables']} tables */
function targets({ workloads }, tables) {
  const title = (/** @type {string} */ name) => workloads.find((one) => one.name === name)?.title ?? name;
  return table(
    ['', 'Node', 'at most', 'measured', ''],
    tables.flatMap(({ targets }) =>
      targets.map(({ workload, of, to, peer, node, most, measured, reached }) => [
        `${title(workload)}: ${of} to ${to === peer ? to : `${to} (${peer ?? 'none'})`}`,
        ...[node, String(most), spread(measured), reached ? 'reached' : 'not reached'],
      ]),
    ),
  );
}
