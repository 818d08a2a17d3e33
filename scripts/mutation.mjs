// `pnpm test:mutation`: changes the packages' code bit by bit, and sees whether their own tests notice.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { count, score, survivors } from './mutation/score.mjs';
import { fail, root } from './run.mjs';

const LEAST = 85;
const packages = readdirSync(join(root, 'packages'));

const usage = `pnpm test:mutation: changes the packages' code bit by bit, and sees whether their own tests notice.
It goes file by file, or with a sample all files at once. A second run goes on where the first was, and tries
only what has changed since.

  --package NAME    only this package (may be repeated): ${packages.join(', ')}
  --one-in N        only one mutant of N, the same ones each time: for a score within minutes (default: 1, all)
  --concurrency N   test runs at once (default: 1)
  --force           try all again
  --help            this

It fails where fewer than ${LEAST} of a hundred mutants are killed, or one survives without a reason in
scripts/mutation/survivors.json.`;

/** @param {string[]} args */
function readOptions(args) {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== '--'),
    options: {
      package: { type: 'string', multiple: true },
      'one-in': { type: 'string', default: '1' },
      concurrency: { type: 'string', default: '1' },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const names = values.package ?? packages;
  const unknown = names.find((name) => !packages.includes(name));
  if (unknown !== undefined)
    throw new Error(`--package must be one of ${packages.join(', ')}, not ${unknown}`);
  const { concurrency, 'one-in': oneIn, force, help } = values;
  for (const [name, value] of Object.entries({ concurrency, 'one-in': oneIn }))
    if (!/^[1-9][0-9]?$/.test(value))
      throw new Error(`--${name} must be a whole number from 1 to 99, not ${value}`);
  return { names, concurrency: Number(concurrency), oneIn: Number(oneIn), force, help };
}

/**
 * @param {string} name @param {readonly string[]} files in the package's src
 * @param {{ concurrency: number, oneIn: number, force: boolean }} options
 */
async function mutate(name, files, { concurrency, oneIn, force }) {
  // Only here, since it takes seconds, and help needs none of it.
  const { Stryker } = await import('@stryker-mutator/core');
  process.env.EVENTWIRE_MUTATED = name;
  process.env.EVENTWIRE_ONE_IN = String(oneIn);
  // Fewer random streams: each mutant meets them.
  process.env.EVENTWIRE_RUNS = '100';
  const what = oneIn > 1 ? `one-in-${oneIn}` : files.join().replace(/\W/g, '-');
  const stryker = new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner', join(root, 'scripts/mutation/sample.mjs')],
    checkers: oneIn > 1 ? ['sample'] : [],
    vitest: { configFile: 'scripts/mutation/vitest.config.mjs', related: false },
    coverageAnalysis: 'perTest',
    mutate: files.map((file) => `packages/${name}/src/${file}`),
    // What the suite does not need would be copied for nothing. Of tests, every suite needs its set-up file.
    ignorePatterns: [
      'bench',
      'examples',
      'tests/*',
      '!tests/support',
      '!tests/logs',
      '!tests/runs',
      'docs',
      'dist',
    ],
    tempDirName: '.mutation/sandbox',
    incremental: true,
    incrementalFile: `.mutation/${name}/${what}.json`,
    force,
    concurrency,
    timeoutMS: 20_000,
    warnings: false,
    reporters: [],
    logLevel: /** @type {NonNullable<ConstructorParameters<typeof Stryker>[0]['logLevel']>} */ ('error'),
  });
  const mutants = await stryker.runMutationTest();
  const { killed, alive } = count(mutants);
  const of = files.length === 1 ? `${name}/src/${files[0]}` : name;
  console.log(`${of}: ${killed} of ${killed + alive.length} killed`);
  return mutants;
}

/** Contracts that logs and stores are held to: tests, which nothing tests in turn. */
const CONTRACT = /^(?:event-log|run-store)\//;

/** The package's sources that can be changed at all. @param {string} name */
const sourcesOf = (name) =>
  readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('index.ts') && !CONTRACT.test(file))
    .sort();

/**
 * @param {string} name @param {import('./mutation/score.mjs').Mutant[]} mutants
 * @param {{ oneIn: number }} options
 * @returns {boolean} whether it is as it should be
 */
function report(name, mutants, { oneIn }) {
  const { killed, explained, unexplained, stale, percent } = score(mutants, survivors[name] ?? []);
  // A sample does not hold most of those that have a reason.
  const goneReasons = oneIn === 1 ? stale : [];
  const of = killed + unexplained.length;
  console.log(
    `\n${name}: ${killed} of ${of} mutants killed (${percent.toFixed(1)} %), ${explained} more survive for a reason`,
  );
  for (const survivor of unexplained) console.log(`  survives without a reason: ${JSON.stringify(survivor)}`);
  for (const survivor of goneReasons)
    console.log(`  does not survive, or is not there: ${JSON.stringify(survivor)}`);
  return percent >= LEAST && unexplained.length === 0 && goneReasons.length === 0;
}

/** @returns {ReturnType<typeof readOptions> | undefined} */
function optionsOrUsage() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

const options = optionsOrUsage();
if (options?.help) console.log(usage);
else if (options !== undefined) {
  try {
    for (const name of options.names) {
      /** @type {import('./mutation/score.mjs').Mutant[]} */
      const mutants = [];
      const files = sourcesOf(name);
      // File by file, since what a run has found is written down at its end only.
      const groups = options.oneIn > 1 ? [files] : files.map((file) => [file]);
      for (const group of groups) mutants.push(...(await mutate(name, group, options)));
      if (!report(name, mutants, options)) process.exitCode = 1;
    }
  } catch (error) {
    fail(error);
  }
}
