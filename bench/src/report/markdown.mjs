import { encodeWorkloads } from '../encode-workloads.mjs';
import { parseWorkloads } from '../parse-workloads.mjs';
import { OURS, peers } from '../peers.mjs';
import { suites } from '../suites.mjs';
import { table } from './table.mjs';

/** @typedef {import('./result.mjs').Result} Result */

const count = (/** @type {number} */ number) => number.toLocaleString('en-US');

/** @param {Result} result */
export function markdown(result) {
  return `${[
    '# The speed of the wire',
    'This page compares the throughput of Eventwire with that of other libraries. Above 1, Eventwire is that many\n' +
      'times as fast; below 1, the other library is faster.',
    ...summary(result),
    '![Throughput of Eventwire as a multiple of the main peer, by workload](wire.svg)',
    '## How it was measured',
    `\`pnpm bench\` measured this on ${result.date} in ${result.seconds} s and wrote this page.\n` +
      `Machine: ${result.cpu}; load ${result.load.map((load) => load.toFixed(1)).join(' at the start, ')} at the end.\n` +
      `Node ${result.nodes.join(' and ')}. Seed ${result.seed}.`,
    'A ratio is the median, over paired rounds, of throughput by CPU time. Quartiles are in brackets. The method\n' +
      'and the targets are in [bench/README.md](../../bench/README.md), and all numbers in [wire.json](wire.json).',
    '## Beside the main peer',
    ...mainPeerTables(result),
    ...result.nodes.flatMap((node) => suites.flatMap((suite) => suiteSection(result, node, suite))),
    '## Peers',
    table(
      ['Peer', 'Version', 'How it is driven'],
      peers.map(({ name, note }) => [name, result.versions[name] ?? '', note]),
    ),
    'A peer is missing from a table if it has no such entry point. fetch-event-stream, event-stream-parser,\n' +
      '@azure/core-sse, @microsoft/fetch-event-source, undici and openai take bytes only. hono writes bytes only.',
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

/**
 * The ratios that have a target, by what is compared: the main peer of each suite.
 * @param {Result} result
 * @returns {{ title: string, peer: string, node: number, ratios: { workload: string, measured: import('../statistics.mjs').Quartiles | undefined }[] }[]}
 */
function comparisons({ targets }) {
  const found = new Map();
  for (const { mode, node, workload, ours, peer, measured } of targets) {
    const suite = suites.find((one) => one.mode === mode)?.title ?? mode;
    const title = ours === OURS ? suite : `${suite}, \`${ours.slice(OURS.length + 1)}\``;
    const key = `${title}, Node ${node}`;
    if (!found.has(key)) found.set(key, { title, peer, node, ratios: [] });
    found.get(key).ratios.push({ workload, measured });
  }
  return [...found.values()];
}

/** A list for each main peer, with the best and the worst workload of each comparison. @param {Result} result */
function summary(result) {
  const all = comparisons(result);
  return [...new Set(all.map(({ peer }) => peer))].flatMap((name) => {
    const lines = all.filter(({ peer }) => peer === name).flatMap(bestAndWorst);
    return lines.length === 0 ? [] : [`Beside ${name}:`, lines.join('\n')];
  });
}

/** @param {ReturnType<typeof comparisons>[number]} comparison */
function bestAndWorst({ title, node, ratios }) {
  const sorted = ratios
    .flatMap(({ workload, measured }) => (measured === undefined ? [] : [{ workload, ...measured }]))
    .sort((a, b) => a.median - b.median);
  const [worst, best] = [sorted[0], sorted.at(-1)];
  if (worst === undefined || best === undefined) return [];
  const show = (/** @type {typeof worst} */ one) => `${one.median.toFixed(2)} on \`${one.workload}\``;
  return [`- ${title}, Node ${node}: ${show(worst)} to ${show(best)}`];
}

/** A table for parsing, one for iterating and one for encoding. @param {Result} result */
function mainPeerTables(result) {
  const all = comparisons(result);
  const peersOf = [...new Set(all.map(({ title, peer }) => `${title.split(' ')[0]}|${peer}`))];
  return peersOf.flatMap((key) => {
    const [kind = '', peer = ''] = key.split('|');
    const columns = all.filter((one) => one.title.startsWith(kind) && one.peer === peer);
    const workloads = [...new Set(columns.flatMap(({ ratios }) => ratios.map(({ workload }) => workload)))];
    const cell = (/** @type {typeof columns[number]} */ column, /** @type {string} */ workload) => {
      const one = column.ratios.find((ratio) => ratio.workload === workload);
      if (one === undefined) return '';
      const { measured } = one;
      return measured === undefined
        ? 'not measured'
        : `${measured.median.toFixed(2)} [${measured.q1.toFixed(2)}, ${measured.q3.toFixed(2)}]`;
    };
    return [
      `${kind}, beside ${peer}:`,
      table(
        ['', ...columns.map(({ title, node }) => `${title}, Node ${node}`)],
        workloads.map((workload) => [workload, ...columns.map((column) => cell(column, workload))]),
      ),
    ];
  });
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
    `The first row is the throughput of ${first.reference}, by CPU time. The other rows say how many times as fast it is\n` +
      'as the peer. For a floor, a number below 1 is the share of its speed that is reached. The second column\n' +
      'counts inputs of the conformance data that are read or written differently. A cell counts such events of its\n' +
      'workload.',
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
