import { readFileSync } from 'node:fs';

/** The version of one of this package's dependencies that is installed. @param {string} name @returns {string} */
export function packageVersion(name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8'))
    .version;
}
