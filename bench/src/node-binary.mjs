import { execFileSync } from 'node:child_process';

/**
 * The Node of a version: this one where it is of that version, else the registry's, through npx.
 * @param {string} version such as `24`
 * @returns {{ path: string, version: string }}
 */
export function nodeBinary(version) {
  if (process.version === `v${version}` || process.version.startsWith(`v${version}.`)) {
    return { path: process.execPath, version: process.version };
  }
  // npx only finds it: to start every worker through it would take seconds each.
  const path = print('npx', ['-y', `node@${version}`, '-p', 'process.execPath']);
  return { path, version: print(path, ['-p', 'process.version']) };
}

/** @param {string} command @param {string[]} args */
function print(command, args) {
  const shell = process.platform === 'win32' && command === 'npx';
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], shell }).trim();
}
