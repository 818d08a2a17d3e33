// `pnpm test:mutation`: changes the packages' code bit by bit, and sees whether their own tests notice.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { count, score, survivors } from './mutation/score.mjs';
import { fail, root } from './run.mjs';

const LEAST = 85;
const packages = readdirSync(join(root, 'packages'));

const usage = `pnpm test:mutation: changes the packages' code bit by bit, and sees whether their own tests notice.
It goes file by file. A second run goes on where the first was, and tries only what has changed since.

  --package NAME    only this package (may be repeated): ${packages.join(', ')}
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
      concurrency: { type: 'string', default: '1' },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const names = values.package ?? packages;
  const unknown = names.find((name) => !packages.includes(name));
  if (unknown !== undefined)
    throw new Error(`--package must be one of ${packages.join(', ')}, not ${unknown}`);
  if (!/^[1-9][0-9]?$/.test(values.concurrency))
    throw new Error(`--concurrency must be a whole number from 1 to 99, not ${values.concurrency}`);
  return { names, concurrency: Number(values.concurrency), force: values.force, help: values.help };
}

/**
 * By itself, since what a run has found is written down at its end only.
 * @param {string} name @param {string} file in the package's src
 * @param {{ concurrency: number, force: boolean }} options
 */
async function mutate(name, file, { concurrency, force }) {
  // Only here, since it takes seconds, and help needs none of it.
  const { Stryker } = await import('@stryker-mutator/core');
  process.env.EVENTWIRE_MUTATED = name;
  // Fewer random streams: each mutant meets them.
  process.env.EVENTWIRE_RUNS = '100';
  const stryker = new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'scripts/mutation/vitest.config.mjs', related: false },
    coverageAnalysis: 'perTest',
    mutate: [`packages/${name}/src/${file}`],
    // What the suite does not need would be copied for nothing. Of tests, every suite needs its set-up file.
    ignorePatterns: ['bench', 'examples', 'tests/*', '!tests/support', 'docs', 'dist'],
    tempDirName: '.mutation/sandbox',
    incremental: true,
    incrementalFile: `.mutation/${name}/${file.replace(/\W/g, '-')}.json`,
    force,
    concurrency,
    timeoutMS: 20_000,
    warnings: false,
    reporters: [],
    logLevel: /** @type {NonNullable<ConstructorParameters<typeof Stryker>[0]['logLevel']>} */ ('error'),
  });
  const mutants = await stryker.runMutationTest();
  const { killed, alive } = count(mutants);
  console.log(`${name}/src/${file}: ${killed} of ${killed + alive.length} killed`);
  return mutants;
}

/** The package's sources that can be changed at all. @param {string} name */
const sourcesOf = (name) =>
  readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('index.ts'))
    .sort();

/**
 * @param {string} name @param {import('./mutation/score.mjs').Mutant[]} mutants
 * @returns {boolean} whether it is as it should be
 */
function report(name, mutants) {
  const { killed, explained, unexplained, stale, percent } = score(mutants, survivors[name] ?? []);
  const of = killed + unexplained.length;
  console.log(
    `\n${name}: ${killed} of ${of} mutants killed (${percent.toFixed(1)} %), ${explained} more survive for a reason`,
  );
  for (const survivor of unexplained) console.log(`  survives without a reason: ${JSON.stringify(survivor)}`);
  for (const survivor of stale)
    console.log(`  does not survive, or is not there: ${JSON.stringify(survivor)}`);
  return percent >= LEAST && unexplained.length === 0 && stale.length === 0;
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
      for (const file of sourcesOf(name)) mutants.push(...(await mutate(name, file, options)));
      if (!report(name, mutants)) process.exitCode = 1;
    }
  } catch (error) {
    fail(error);
  }
}
