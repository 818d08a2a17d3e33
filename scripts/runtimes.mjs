// `pnpm test:runtimes`: all conformance cases and a thousand round trips on every runtime, and the table of the README; and streamEvents
// on all runtimes that serve.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { fail, root, run } from './run.mjs';
import { ensureAll } from './system.mjs';

const folder = mkdtempSync(join(tmpdir(), 'eventwire-runtimes-'));
const file = join(folder, 'report.json');
const readme = join(root, 'docs/conformance.md');
const [start, end] = ['<!-- runtimes -->', '<!-- /runtimes -->'];

/**
 * @typedef {{ passed: number, total: number }} Tally
 * @param {{ name: string, version: string, report: { cases: Tally, roundTrips: Tally } }[]} results
 */
function table(results) {
  const rows = results.map(({ name, version, report: { cases, roundTrips } }) =>
    [name, version, ...[cases, roundTrips].map(({ passed, total }) => `${passed} of ${total}`)].join(' | '),
  );
  return [
    'Runtime | Version | Conformance cases passed | Round trips passed',
    '--- | --- | --- | ---',
    ...rows,
    '',
    `By \`pnpm test:runtimes\` on ${new Date().toISOString().slice(0, 10)}. [What is proved how](docs/conformance.md).`,
  ]
    .map((line) => (line.includes(' | ') ? `| ${line} |` : line))
    .join('\n');
}

/** @param {string} content */
function writeTable(content) {
  const text = readFileSync(readme, 'utf8');
  const [before, after] = [text.indexOf(start), text.indexOf(end)];
  if (before < 0 || after < before)
    throw new Error(`docs/conformance.md has no ${start} and ${end} to write the table between.`);
  writeFileSync(readme, `${text.slice(0, before + start.length)}\n\n${content}\n\n${text.slice(after)}`);
}

try {
  const env = {
    ...ensureAll(['chromium', 'firefox']),
    EVENTWIRE_RUNTIMES: 'all',
    EVENTWIRE_RUNTIMES_REPORT: file,
  };
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run'];
  await run(process.execPath, [...vitest, '--project', 'runtimes'], { env });
  await run(process.execPath, [...vitest, '--project', 'end-to-end', 'end-to-end/server-web.test.ts'], {
    env,
  });
  await prepare();
  await run(process.execPath, [...vitest, '--project', 'jobs', 'test/restart.test.ts'], { env });
  // Only where everything has passed: the README does not tell of a broken state.
  writeTable(table(JSON.parse(readFileSync(file, 'utf8'))));
  console.log('The table is in docs/conformance.md.');
} catch (error) {
  fail(error);
} finally {
  rmSync(folder, { recursive: true });
}
