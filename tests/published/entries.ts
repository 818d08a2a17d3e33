import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publishedPackages } from '../../scripts/published.mjs';

/** The folder from which Node finds the packages as they are built. */
export const tests = fileURLToPath(new URL('..', import.meta.url));

/** Every entry point that is published, as a user names it. */
export const entries = publishedPackages.flatMap((name) => {
  const manifest = new URL(`../../packages/${name}/package.json`, import.meta.url);
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: Record<string, unknown> };
  return Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => `@eventwire/${name}${path.slice(1)}`);
});
