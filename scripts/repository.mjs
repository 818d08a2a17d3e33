// Where this repository is, and who its author is: said once, in the root's package.json, and copied from
// there into each package, since a package's page on npm shows nothing but the package's own manifest and
// README.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from './published.mjs';
import { root } from './run.mjs';

const rootManifest = join(root, 'package.json');

/**
 * @typedef {object} Manifest what is used here of a package.json
 * @property {string} [author]
 * @property {string} [homepage]
 * @property {{ url: string }} [bugs]
 * @property {{ type: string, url: string, directory?: string }} [repository]
 */

/** @param {string} file @returns {Manifest} */
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** @param {string} file @param {string} text */
function writeIfChanged(file, text) {
  if (readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** The repository's address, such as `https://github.com/owner/eventwire`. @param {Manifest} [manifest] */
export function addressOf(manifest = read(rootManifest)) {
  return manifest.repository?.url.replace(/^git\+/, '').replace(/\.git$/, '');
}

/** Whether the owner has not been set yet. */
export const isPlaceholder = () => addressOf()?.includes('/OWNER/') ?? true;

/** Writes the address into the root's package.json. @param {string} address */
export function setAddress(address) {
  if (!/^https:\/\/[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(address)) {
    throw new Error(`An address such as https://github.com/owner/eventwire is needed, not ${address}`);
  }
  const manifest = read(rootManifest);
  manifest.repository = { type: 'git', url: `git+${address.replace(/\.git$/, '')}.git` };
  writeIfChanged(rootManifest, `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * The manifest and README of a package as they should be.
 * @param {string} name its folder in packages/
 */
function filesOf(name) {
  const { author, repository } = read(rootManifest);
  const address = addressOf();
  if (author === undefined || repository === undefined || address === undefined) {
    throw new Error('The package.json of the root needs an author and a repository.');
  }
  const folder = join(root, 'packages', name);
  const manifestFile = join(folder, 'package.json');
  const manifest = read(manifestFile);
  const before = addressOf(manifest) ?? address;
  const directory = `packages/${name}`;
  const said = {
    author,
    homepage: `${address}/tree/main/${directory}#readme`,
    bugs: { url: `${address}/issues` },
    repository: { ...repository, directory },
  };
  const readmeFile = join(folder, 'README.md');
  const readme = readFileSync(readmeFile, 'utf8');
  return {
    [manifestFile]: `${JSON.stringify(insertAfter(manifest, 'license', said), null, 2)}\n`,
    [readmeFile]: readme
      .replaceAll(`${before}/blob/main/`, `${address}/blob/main/`)
      // Links of both kinds: [text](target), and a line [text]: target
      .replace(/(\]\(|^\[[^\]]+\]: )\.\.\/\.\.\//gm, `$1${address}/blob/main/`)
      .replace(/(\]\(|^\[[^\]]+\]: )\.\.\//gm, `$1${address}/blob/main/packages/`),
  };
}

/** @param {object} object @param {string} key @param {object} added */
function insertAfter(object, key, added) {
  const entries = Object.entries(object).filter(([name]) => !(name in added));
  const at = entries.findIndex(([name]) => name === key) + 1;
  return Object.fromEntries([...entries.slice(0, at), ...Object.entries(added), ...entries.slice(at)]);
}

/** Every file of packages/ with what it should hold. */
const allFiles = () => publishedPackages.flatMap((name) => Object.entries(filesOf(name)));

/** Copies the root's data into all packages. */
export function copyToPackages() {
  for (const [file, text] of allFiles()) writeIfChanged(file, text);
}

/** The files that say something else than the root's package.json. */
export const disagreeing = () =>
  allFiles()
    .filter(([file, text]) => readFileSync(file, 'utf8') !== text)
    .map(([file]) => file.slice(root.length + 1));
