import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { writeFolder } from '../support/folder';

const script = fileURLToPath(new URL('../../scripts/audit.mjs', import.meta.url));

interface Given {
  license?: unknown;
  scripts?: Record<string, string>;
  /** Whether a published package depends on it, through another package; else it is for development. */
  published?: boolean;
  allowBuilds?: Record<string, boolean>;
  integrity?: string | undefined;
  installed?: boolean;
}

/** The command on a repository that has one published package, and `subject` among its dependencies. */
async function auditOf(given: Given) {
  const { published = false, allowBuilds = {}, installed = true, scripts } = given;
  const resolution = { integrity: 'integrity' in given ? given.integrity : 'sha512-x' };
  const chosen = (name: string) => ({ [name]: { specifier: '1.0.0', version: '1.0.0(peer@2.0.0)' } });
  const lock = {
    importers: {
      '.': { devDependencies: chosen('subject') },
      'packages/ours': {
        dependencies: published ? chosen('between') : {},
        devDependencies: chosen('subject'),
      },
    },
    packages: { 'subject@1.0.0': { resolution }, 'between@1.0.0': { resolution: { integrity: 'sha512-y' } } },
    snapshots: {
      'subject@1.0.0(peer@2.0.0)': {},
      'between@1.0.0(peer@2.0.0)': { dependencies: { alias: 'subject@1.0.0(peer@2.0.0)' } },
    },
  };
  await using folder = await writeFolder({
    'pnpm-lock.yaml': stringify(lock),
    'pnpm-workspace.yaml': stringify({ packages: [], allowBuilds }),
  });
  const manifest = async (name: string, content: object) => {
    const file = join(
      folder.path,
      `node_modules/.pnpm/${name}@1.0.0_peer@2.0.0/node_modules/${name}/package.json`,
    );
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ name, version: '1.0.0', ...content }));
  };
  await manifest('between', { license: 'MIT' });
  if (installed) await manifest('subject', { license: 'license' in given ? given.license : 'MIT', scripts });
  const { status, stderr } = spawnSync(process.execPath, [script, '--root', folder.path], {
    encoding: 'utf8',
  });
  return { status, stderr: stderr.trim() };
}

it.each<[string, Given]>([
  ['a licence of the list', { license: 'ISC', published: true }],
  ['a choice of licences, one of which is allowed', { license: '(GPL-2.0 OR (MIT AND CC0-1.0))' }],
  ['licences in a list, as older packages have them', { license: [{ type: 'MIT' }] }],
  ['a licence that is allowed for development', { license: 'MPL-2.0' }],
  ['an install script that is listed', { scripts: { postinstall: 'x' }, allowBuilds: { subject: false } }],
  ['a script that does not run at the installation', { scripts: { test: 'x' } }],
])('the audit passes %s', async (_, given) => {
  expect(await auditOf(given)).toEqual({ status: 0, stderr: '' });
});

it.each<[string, Given, RegExp]>([
  [
    'a licence that is not in the list',
    { license: 'GPL-3.0-only' },
    /^subject@1.0.0, for development, .*GPL/,
  ],
  ['a licence of which one half is not allowed', { license: 'MIT AND SSPL-1.0' }, /SSPL/],
  ['a licence in a file of its own', { license: 'SEE LICENSE IN LICENSE.md' }, /SEE LICENSE/],
  ['a package without a licence', { license: undefined }, /\(none\)/],
  [
    'behind a published package a licence that is for development alone',
    { license: 'MPL-2.0', published: true },
    /^subject@1.0.0, a dependency of a published package, has the licence MPL-2.0/,
  ],
  [
    'an install script that is not listed',
    { scripts: { postinstall: 'x' } },
    /runs postinstall: allow or refuse it/,
  ],
  [
    'behind a published package any install script',
    { scripts: { install: 'x' }, allowBuilds: { subject: true }, published: true },
    /runs install when a user installs it/,
  ],
  ['a package that is locked without a hash', { integrity: undefined }, /without an integrity hash/],
  ['a package that is not installed', { installed: false }, /not installed: run pnpm install/],
])('the audit refuses %s', async (_, given, message) => {
  const { status, stderr } = await auditOf(given);
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
});
