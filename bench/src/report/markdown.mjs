import { encodeWorkloads } from '../encode-workloads.mjs';
import { parseWorkloads } from '../parse-workloads.mjs';
import { OURS, peers } from '../peers.mjs';
import { suites } from '../suites.mjs';

/** @typedef {import('./result.mjs').Result} Result */

const table = (/** @type {string[]} */ head, /** @type {string[][]} */ rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

const count = (/** @type {number} */ number) => number.toLocaleString('en-US');

/** @param {Result} result */
export function markdown(result) {
  return `${[
    '# The speed of the wire',
    `Measured on ${result.date} by \`pnpm bench\` (${result.seconds} s), not written by hand. ${result.cpu}; load ` +
      `${result.load.map((load) => load.toFixed(1)).join(' at the start, ')} at the end. ` +
      `Node ${result.nodes.join(' and ')}. Seed ${result.seed}.`,
    'A ratio is the median, over paired rounds, of throughput by CPU time: above 1, ours is that many times as fast; in brackets the ' +
      'quartiles. How it is measured: [bench/README.md](../../bench/README.md). All numbers: [wire.json](wire.json).',
    '![Throughput as a ratio to the main peer, by workload](wire.svg)',
    '## Targets',
    targetTable(result),
    ...result.nodes.flatMap((node) => suites.flatMap((suite) => suiteSection(result, node, suite))),
    '## Peers',
    table(
      ['Peer', 'Version', 'How it is driven'],
      peers.map(({ name, note }) => [name, result.versions[name] ?? '', note]),
    ),
    'Where a peer is missing from a table, it has no such entrance: fetch-event-stream, event-stream-parser, @azure/core-sse, ' +
      '@microsoft/fetch-event-source, undici and openai take bytes only, hono writes bytes only.',
    '## Workloads',
    table(
      ['Parsing and iterating', ''],
      parseWorkloads.map(({ name, description }) => [name, description]),
    ),
    table(
      ['Encoding', ''],
      encodeWorkloads.map(({ name, description }) => [name, description]),
    ),
  ].join('\n\n')}\n`;
}

/** @param {Result} result */
function targetTable({ targets }) {
  return table(
    ['Suite', 'Node', 'Workload', 'Ours to the peer', 'Target', ''],
    targets.map(({ mode, node, workload, ours, peer, ratio, measured, reached }) => [
      ours === OURS ? mode : `${mode}, ${ours.slice(OURS.length + 1)}`,
      String(node),
      workload,
      measured === undefined
        ? 'not measured'
        : `${measured.median.toFixed(2)} [${measured.q1.toFixed(2)}, ${measured.q3.toFixed(2)}]`,
      `${ratio} (${peer})`,
      reached ? 'reached' : '**not reached**',
    ]),
  );
}

/** @param {Result} result @param {string} node @param {import('../suites.mjs').Suite} suite */
function suiteSection({ measured, judged }, node, { mode, title }) {
  const found = measured.filter((one) => one.node === node && one.mode === mode);
  const [first] = found;
  if (first === undefined) return [];
  const rows = first.cells.map(({ peer }) => {
    const verdict = judged.find(
      (one) => one.node === node && one.mode === mode && one.peer === peer,
    )?.verdict;
    const cells = found.map((one) => {
      const cell = one.cells.find((candidate) => candidate.peer === peer);
      return cell === undefined ? '' : cellText(cell, peer === one.reference);
    });
    return [peer, verdict === undefined ? '' : `${verdict.wrong} of ${verdict.of}`, ...cells];
  });
  return [
    `## ${title}, Node ${node}`,
    `${first.reference}: MB/s of CPU time. The others: how many times as fast it is as they are; for a floor, below 1 is the ` +
      'share of its speed that is reached. Second column: inputs of the conformance data that come out differently; in a cell, events of that workload.',
    table(['', 'differ', ...found.map(({ workload }) => workload)], rows),
  ];
}

/** @param {import('../measure.mjs').Cell} cell @param {boolean} isReference */
function cellText({ failure, verdict, ratio, bytesPerSecond = 0 }, isReference) {
  if (failure !== undefined || ratio === undefined) return failure ?? '';
  const text = isReference ? `${count(Math.round(bytesPerSecond / 1e6))} MB/s` : times(ratio.median);
  return verdict !== undefined && verdict.wrong > 0
    ? `${text} (${count(verdict.wrong)} differ of ${count(verdict.of)})`
    : text;
}

const times = (/** @type {number} */ ratio) =>
  ratio >= 100 ? count(Math.round(ratio)) : ratio.toPrecision(3);
