// `pnpm audit:offline`: looks at the licence and the install scripts of every package in the lockfile, by its
// installed manifest and without a network. An audit for known vulnerabilities needs the registry: `pnpm audit`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { root as ours } from './run.mjs';

/** Licences that a published package may depend on. */
const PUBLISHED = [
  ...['MIT', 'ISC', 'Apache-2.0', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause'],
  ...['BlueOak-1.0.0', 'CC0-1.0', 'Python-2.0', 'Unlicense'],
];
/** Development may use these too: code whose changes have to be shared, and data. None of it is published. */
const DEVELOPMENT = [...PUBLISHED, 'MIT-0', 'MPL-2.0', 'CC-BY-4.0'];
/** Licences of manifests that name none, or not by its usual name: what the file of that version was read to be. */
const READ_BY_HAND = new Map([
  ['spawndamnit@3.0.1', 'MIT'],
  ['htmx-ext-sse@2.2.4', '0BSD'],
  ['htmx.org@4.0.1', '0BSD'],
]);
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/**
 * @typedef {{ name: string, version: string, scripts?: Record<string, string> }} Named
 * @typedef {Named & { license?: unknown, licenses?: unknown }} Manifest
 * @typedef {{ folder: string, manifest: Manifest }} Installed
 * @typedef {Record<string, string>} Links names of dependencies, and the versions that were chosen
 * @typedef {Record<string, { version: string }>} Chosen
 * @typedef {{ dependencies?: Chosen, optionalDependencies?: Chosen }} Importer
 * @typedef {{ resolution: { integrity?: string } }} Locked
 * @typedef {{ dependencies?: Links, optionalDependencies?: Links, optional?: boolean }} Snapshot
 * @typedef {object} Lock
 * @property {Record<string, Importer>} importers
 * @property {Record<string, Locked>} packages
 * @property {Record<string, Snapshot>} snapshots
 */

/** Without the peers that pnpm puts behind it in parentheses. @param {string} key */
const withoutPeers = (key) => key.replace(/\(.*$/, '');

/** What the published packages pull in, as `name@version`. @param {Lock} lock @returns {Set<string>} */
function publishedDependencies({ importers, snapshots }) {
  const found = new Set();
  /** @type {string[]} */
  const ahead = [];
  /** @param {Links} links */
  const follow = (links) => {
    // `link:` is a package of this repository, an importer itself; an alias has its name in its version.
    for (const [name, version] of Object.entries(links))
      if (!version.startsWith('link:'))
        ahead.push(/.@/.test(withoutPeers(version)) ? version : `${name}@${version}`);
  };
  for (const [path, { dependencies, optionalDependencies }] of Object.entries(importers)) {
    if (!path.startsWith('packages/')) continue;
    const chosen = Object.entries({ ...dependencies, ...optionalDependencies });
    follow(Object.fromEntries(chosen.map(([name, { version }]) => [name, version])));
  }
  for (let key = ahead.pop(); key !== undefined; key = ahead.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    follow({ ...snapshots[key]?.dependencies, ...snapshots[key]?.optionalDependencies });
  }
  return new Set([...found].map(withoutPeers));
}

/**
 * Every package in pnpm's store of this repository, by `name@version`.
 * @param {string} root @returns {Map<string, Installed>}
 */
function installedPackages(root) {
  const store = join(root, 'node_modules/.pnpm');
  const found = new Map();
  for (const entry of existsSync(store) ? readdirSync(store) : []) {
    const modules = join(store, entry, 'node_modules');
    if (entry === 'node_modules' || !existsSync(modules)) continue;
    // Beside the package itself, a real folder, lie links to what it depends on.
    for (const file of readdirSync(modules, { withFileTypes: true }).flatMap((each) => {
      if (!each.name.startsWith('@')) return [each];
      return readdirSync(join(modules, each.name), { withFileTypes: true });
    })) {
      const folder = join(file.parentPath ?? file.path, file.name);
      if (!file.isDirectory() || !existsSync(join(folder, 'package.json'))) continue;
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      found.set(`${manifest.name}@${manifest.version}`, { folder, manifest });
    }
  }
  return found;
}

/**
 * As an SPDX expression; older packages have lists and objects.
 * @param {Manifest} manifest @returns {string | undefined}
 */
function licenceOf({ license, licenses }) {
  const one = (/** @type {any} */ given) => (typeof given === 'string' ? given : given?.type);
  const given = license ?? licenses;
  return Array.isArray(given) ? given.map(one).join(' OR ') : one(given);
}

/**
 * Whether an SPDX expression of identifiers, AND, OR and parentheses can be met; anything else cannot.
 * (The usual packages that read such expressions bring data under CC-BY-3.0.)
 * @param {string} licence @param {string[]} allowed
 */
function isAllowed(licence, allowed) {
  const isMet = (/** @type {string} */ flat) =>
    flat.split(' OR ').some((all) => all.split(' AND ').every((id) => allowed.includes(id.trim())));
  let flat = licence;
  const innermost = /\(([^()]*)\)/;
  while (innermost.test(flat)) flat = flat.replace(innermost, (_, inner) => (isMet(inner) ? 'MIT' : 'none'));
  return isMet(flat);
}

/** What runs when it is installed. @param {Installed} installed @returns {string[]} */
function installScripts({ folder, manifest }) {
  const named = INSTALL_SCRIPTS.filter((name) => manifest.scripts?.[name] !== undefined);
  // npm and pnpm build it without being asked.
  return named.length === 0 && existsSync(join(folder, 'binding.gyp')) ? ['binding.gyp'] : named;
}

/** @param {string} root @returns {{ summary: string, problems: string[] }} */
function audit(root) {
  /** @type {Lock} */
  const lock = parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'));
  const workspace = parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')) ?? {};
  const decided = new Set([
    ...Object.keys(workspace.allowBuilds ?? {}),
    ...(workspace.onlyBuiltDependencies ?? []),
  ]);
  const published = publishedDependencies(lock);
  const installed = installedPackages(root);
  // pnpm installs these only if they fit the platform.
  const snapshots = Object.entries(lock.snapshots ?? {});
  const optional = new Set(
    snapshots.filter(([, { optional }]) => optional).map(([key]) => withoutPeers(key)),
  );
  /** @type {string[]} */
  const problems = [];
  let otherPlatforms = 0;

  for (const [key, { resolution }] of Object.entries(lock.packages ?? {})) {
    const isPublished = published.has(key);
    const what = isPublished ? `${key}, a dependency of a published package,` : `${key}, for development,`;
    if (resolution.integrity === undefined) problems.push(`${what} is locked without an integrity hash`);
    const found = installed.get(key);
    if (found === undefined) {
      if (optional.has(key)) otherPlatforms++;
      else problems.push(`${what} is not installed: run pnpm install`);
      continue;
    }
    const licence = READ_BY_HAND.get(key) ?? licenceOf(found.manifest) ?? '(none)';
    if (!isAllowed(licence, isPublished ? PUBLISHED : DEVELOPMENT))
      problems.push(`${what} has the licence ${licence}, which is not allowed`);
    const scripts = installScripts(found);
    if (scripts.length === 0) continue;
    if (isPublished) problems.push(`${what} runs ${scripts.join(', ')} when a user installs it`);
    else if (!decided.has(found.manifest.name))
      problems.push(
        `${what} runs ${scripts.join(', ')}: allow or refuse it in allowBuilds of pnpm-workspace.yaml`,
      );
  }
  const count = Object.keys(lock.packages ?? {}).length;
  const summary =
    `${count} packages, ${published.size} of them behind published ones; ` +
    `${otherPlatforms} for other platforms are not installed, and not looked at`;
  return { summary, problems };
}

const { values } = parseArgs({ options: { root: { type: 'string', default: ours } } });
const { summary, problems } = audit(resolve(values.root));
for (const problem of problems) console.error(problem);
console.log(summary);
if (problems.length > 0) process.exitCode = 1;
