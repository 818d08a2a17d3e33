import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CommandError, installFrozen, root } from './run.mjs';

// What `npm start` and the other examples' commands need before they can run, and no more: the example's own
// dependencies (20 MB; all tools of the repository are 270 MB), and the packages without declarations, built by
// esbuild in 0.1 s.

const jobs = join(root, 'examples/jobs');

/** Installs and builds the jobs example where that is not done yet. */
export async function prepare() {
  await prepareExample('jobs', async () => {
    if (!isFresh([join(jobs, 'dist/server.js')], jobsInputs())) await step('Building the example', buildJobs);
  });
}

/**
 * Installs an example, and builds the packages that it uses, where that is not done yet or they have changed.
 * @param {string} name its folder in examples/
 * @param {() => Promise<void>} [buildOwn] what else is to be built
 */
export async function prepareExample(name, buildOwn = async () => {}) {
  const example = join(root, 'examples', name);
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'));
  const stamp = createHash('sha256').update(lock).digest('hex');
  // The jobs example has esbuild.
  const folders = [...new Set([example, jobs])];
  if (!folders.every((folder) => isInstalled(folder, lock, stamp)))
    await step('Installing what the example needs', () => install(folders, stamp));

  const stale = workspacePackages(example).filter((folder) => !isFresh(outputs(folder), inputs(folder)));
  if (stale.length > 0) await step('Building the packages', () => buildPackages(stale));
  await buildOwn();
}

/**
 * @param {string} what
 * @param {() => Promise<void>} work
 */
async function step(what, work) {
  const began = performance.now();
  process.stdout.write(`${what} ... `);
  try {
    await work();
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
  process.stdout.write(`done in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
}

/** By which lockfile an example was installed. @param {string} example */
const stampFile = (example) => join(root, `node_modules/.eventwire-${basename(example)}`);

/**
 * Whether the dependencies are those of the lockfile: by an earlier start, or by an install of the whole repository, of
 * which pnpm keeps the lockfile that it installed.
 * @param {string} example
 * @param {Buffer} lock
 * @param {string} stamp
 */
function isInstalled(example, lock, stamp) {
  const present = [example, ...workspacePackages(example)].every((folder) =>
    Object.keys(manifest(folder).dependencies ?? {}).every((name) =>
      existsSync(join(folder, 'node_modules', name)),
    ),
  );
  if (!present) return false;
  const whole = join(root, 'node_modules/.pnpm/lock.yaml');
  return (
    (existsSync(stampFile(example)) && readFileSync(stampFile(example), 'utf8') === stamp) ||
    (existsSync(whole) && readFileSync(whole).equals(lock))
  );
}

/** @param {readonly string[]} examples @param {string} stamp */
async function install(examples, stamp) {
  // pnpm takes the root's development tools along in every filtered install, except with --prod; and with --prod it
  // would remove them where somebody has installed them.
  const tools = Object.keys(manifest(root).devDependencies ?? {});
  const hasTools = tools.some((name) => existsSync(join(root, 'node_modules', name)));
  const filters = examples.flatMap((example) => ['--filter', `${manifest(example).name}...`]);
  try {
    const scope = hasTools ? [] : ['--prod'];
    await installFrozen(['--prefer-offline', ...scope, ...filters], { quiet: true });
  } catch (error) {
    if (error instanceof CommandError) {
      error.message +=
        '\nThe first start needs the npm registry: check the network (or proxy), then run it again.';
    }
    throw error;
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  for (const example of examples) writeFileSync(stampFile(example), stamp);
}

/** @param {readonly string[]} folders of packages whose dist is missing or older than their source */
async function buildPackages(folders) {
  // Only now: it imports esbuild, which may have been installed a moment ago.
  const { buildPackage, stop } = await import('../examples/jobs/build.mjs');
  await Promise.all(
    folders.map((folder) =>
      buildPackage(
        folder,
        entries(folder).map(({ name, source }) => ({ in: source, out: name })),
      ),
    ),
  );
  // This process becomes the server.
  await stop();
}

async function buildJobs() {
  const { buildExample, stop } = await import('../examples/jobs/build.mjs');
  await buildExample();
  await stop();
}

/**
 * The workspace packages that one depends on, directly or through others, each after those that it needs.
 * @param {string} folder
 * @param {Set<string>} [found]
 * @returns {string[]}
 */
function workspacePackages(folder, found = new Set()) {
  for (const [name, version] of Object.entries(manifest(folder).dependencies ?? {})) {
    if (!version.startsWith('workspace:')) continue;
    const dependency = join(root, 'packages', name.replace('@eventwire/', ''));
    workspacePackages(dependency, found);
    found.add(dependency);
  }
  return [...found];
}

/**
 * @param {string} folder
 * @returns {{ name: string, dependencies?: Record<string, string>, devDependencies?: Record<string, string>,
 *   exports?: Record<string, string | { import: { default: string } }> }}
 */
function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/**
 * A package's entry points: what it exports as `./x/y` is built from `src/x/y/index.ts`.
 * @param {string} folder
 */
function entries(folder) {
  return Object.entries(manifest(folder).exports ?? {}).flatMap(([path, target]) => {
    if (typeof target === 'string') return [];
    const output = target.import.default;
    const name = output.replace(/^\.\/dist\/(.+)\.js$/, '$1');
    return [{ name, source: join(folder, 'src', path, 'index.ts'), output: join(folder, output) }];
  });
}

/** @param {string} folder */
const outputs = (folder) => entries(folder).map(({ output }) => output);
/** Its own sources, and those that every package has within. @param {string} folder */
const inputs = (folder) => [
  ...filesIn(join(folder, 'src')),
  ...filesIn(join(root, 'packages/options/src')),
  join(folder, 'package.json'),
];

const jobsInputs = () => [
  ...filesIn(join(jobs, 'src')),
  join(jobs, 'build.mjs'),
  ...workspacePackages(jobs).flatMap(outputs),
];

/** @param {string} folder */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

/**
 * @param {readonly string[]} made
 * @param {readonly string[]} from
 */
function isFresh(made, from) {
  const time = (/** @type {string} */ file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  const oldest = Math.min(...made.map((file) => time(file) ?? Number.NEGATIVE_INFINITY));
  return from.every((file) => (time(file) ?? Number.POSITIVE_INFINITY) <= oldest);
}
