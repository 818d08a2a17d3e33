import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, installFrozen, root } from './run.mjs';

// What `npm start` and `npm run follow` need before they can run, and no more: the example's own dependencies (20 MB;
// all tools of the repository are 270 MB), and the packages without declarations, built by esbuild in 0.1 s.

const example = join(root, 'examples/jobs');
const stampFile = join(root, 'node_modules/.eventwire-start');

/** Installs and builds the jobs example where that is not done yet. */
export async function prepare() {
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'));
  const stamp = createHash('sha256').update(lock).digest('hex');
  if (!isInstalled(lock, stamp)) await step('Installing what the example needs', () => install(stamp));

  const stale = workspacePackages(example).filter((folder) => !isFresh(outputs(folder), inputs(folder)));
  if (stale.length > 0 || !isFresh([join(example, 'dist/server.js')], exampleInputs())) {
    await step('Building', () => build(stale));
  }
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

/**
 * Whether the dependencies are those of the lockfile: by an earlier start, or by an install of the whole repository, of
 * which pnpm keeps the lockfile that it installed.
 * @param {Buffer} lock
 * @param {string} stamp
 */
function isInstalled(lock, stamp) {
  const present = [example, ...workspacePackages(example)].every((folder) =>
    Object.keys(manifest(folder).dependencies ?? {}).every((name) =>
      existsSync(join(folder, 'node_modules', name)),
    ),
  );
  if (!present) return false;
  const whole = join(root, 'node_modules/.pnpm/lock.yaml');
  return (
    (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) ||
    (existsSync(whole) && readFileSync(whole).equals(lock))
  );
}

/** @param {string} stamp */
async function install(stamp) {
  // pnpm takes the root's development tools along in every filtered install, except with --prod; and with --prod it
  // would remove them where somebody has installed them.
  const tools = Object.keys(manifest(root).devDependencies ?? {});
  const hasTools = tools.some((name) => existsSync(join(root, 'node_modules', name)));
  const { name } = manifest(example);
  try {
    const scope = hasTools ? [] : ['--prod'];
    await installFrozen(['--prefer-offline', ...scope, '--filter', `${name}...`], { quiet: true });
  } catch (error) {
    if (error instanceof CommandError) {
      error.message +=
        '\nThe first start needs the npm registry: check the network (or proxy), then run it again.';
    }
    throw error;
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** @param {readonly string[]} stale folders of packages whose dist is missing or older than their source */
async function build(stale) {
  // Only now: it imports esbuild, which may have been installed a moment ago.
  const { buildExample, buildPackage, stop } = await import('../examples/jobs/build.mjs');
  await Promise.all(
    stale.map((folder) =>
      buildPackage(
        folder,
        entries(folder).map(({ name, source }) => ({ in: source, out: name })),
      ),
    ),
  );
  await buildExample();
  // This process becomes the server.
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
/** @param {string} folder */
const inputs = (folder) => [...filesIn(join(folder, 'src')), join(folder, 'package.json')];

const exampleInputs = () => [
  ...filesIn(join(example, 'src')),
  join(example, 'build.mjs'),
  ...workspacePackages(example).flatMap(outputs),
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
