// The packages as they would be published.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { publishedFilter, publishedPackages } from './published.mjs';
import { pnpm } from './run.mjs';

/**
 * Packs every package by pnpm, as `pnpm publish` does: with versions in place of `workspace:`, and with the
 * repository's LICENSE. Needs a build.
 * @param {string} folder where the tarballs go
 * @returns {Promise<{ name: string, tarball: string }[]>} by the names of their folders in packages/
 */
export async function packPackages(folder) {
  const pack = ['--recursive', ...publishedFilter, 'pack', '--pack-destination', folder];
  await pnpm(pack, { quiet: true });
  const tarballs = readdirSync(folder);
  return publishedPackages.map((name) => {
    const tarball = tarballs.find((file) => new RegExp(`^eventwire-${name}-\\d.*\\.tgz$`).test(file));
    if (tarball === undefined) throw new Error(`${name} was not packed.`);
    return { name, tarball: join(folder, tarball) };
  });
}

/**
 * Puts packed packages where an import of them finds them.
 * @param {{ name: string, tarball: string }[]} packed
 * @param {string} folder a project's folder
 */
export function unpackInto(packed, folder) {
  for (const { name, tarball } of packed) {
    const target = join(folder, 'node_modules/@eventwire', name);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  }
}
