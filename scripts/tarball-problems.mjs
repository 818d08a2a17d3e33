// What a packed package must not be like, beside what publint and attw look at.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bundled into every package. */
const PRIVATE = '@eventwire/options';

/**
 * @param {string} folder a tarball's content
 * @param {readonly string[]} here absolute paths of this machine, which no file may name
 * @returns {string[]} sentences
 */
export function tarballProblems(folder, here) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const read = (/** @type {string} */ file) => readFileSync(join(folder, file), 'utf8');
  const problems = ['LICENSE', 'README.md', 'package.json']
    .filter((file) => !files.includes(file))
    .map((file) => `${file} is missing.`);

  for (const file of files) {
    const text = read(file);
    for (const path of here)
      if (text.includes(path)) problems.push(`${file} names ${path}, which is a path of this machine.`);
    if (file.endsWith('.map')) {
      for (const source of absoluteSources(text)) problems.push(`${file} has the absolute source ${source}.`);
    }
  }
  if (files.includes('package.json') && read('package.json').includes('"workspace:')) {
    problems.push(
      'package.json names a version as `workspace:`, which npm does not know: pack it with pnpm.',
    );
  }
  for (const file of files) {
    if (/\.(?:[cm]?[jt]s|json)$/.test(file) && read(file).includes(PRIVATE)) {
      problems.push(`${file} names ${PRIVATE}, which is not published: bundle it.`);
    }
  }
  if (files.includes('README.md')) {
    for (const link of relativeLinks(read('README.md'))) {
      problems.push(`README.md links to ${link}, which npm does not have: run \`pnpm set-repository\`.`);
    }
  }
  return problems;
}

/** @param {string} text of a source map @returns {string[]} */
function absoluteSources(text) {
  const { file = '', sources = [] } = JSON.parse(text);
  return [file, ...sources].filter((path) => /^(?:\/|file:|[A-Za-z]:[\\/])/.test(path));
}

/** Targets that are neither on the web nor in the README itself. @param {string} markdown */
function relativeLinks(markdown) {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)/g), ...prose.matchAll(/^\[[^\]]+\]: (\S+)/gm)];
  return targets
    .map(([, target]) => String(target))
    .filter((target) => !/^(?:https?:|mailto:|#)/.test(target));
}
