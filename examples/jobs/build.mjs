import { cpSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

// Not the repository's, whose paths lead to the packages' sources: an example uses what is published.
const tsconfigRaw = { compilerOptions: { target: 'es2022' } };

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: here,
  bundle: true,
  format: 'esm',
  sourcemap: true,
  logLevel: 'warning',
  tsconfigRaw,
};

/** The server, its worker, the terminal's view, and the page, into `dist`. */
export async function buildExample() {
  await Promise.all([
    build({
      ...common,
      entryPoints: ['src/server.ts', 'src/worker.ts', 'src/follow.ts'],
      outdir: 'dist',
      platform: 'node',
      target: 'node20',
      packages: 'external',
    }),
    build({
      ...common,
      entryPoints: ['src/page/app.ts'],
      outdir: 'dist/page',
      platform: 'browser',
      target: 'es2022',
      // Inline: the page's policy lets nothing else be fetched, and the server serves no other file.
      sourcemap: 'inline',
    }),
  ]);

  mkdirSync(`${here}dist/page`, { recursive: true });
  for (const file of ['index.html', 'style.css', 'icon.svg']) {
    cpSync(`${here}src/page/${file}`, `${here}dist/page/${file}`);
  }
}

/**
 * A package of this repository as `npm start` needs it, in 0.1 s: an ES module without declarations. What is published is
 * built by tsup. As there, other packages are imported, and the one that is not published is within.
 * @param {string} folder
 * @param {{ in: string, out: string }[]} entryPoints
 */
export async function buildPackage(folder, entryPoints) {
  await build({
    entryPoints,
    outdir: `${folder}/dist`,
    bundle: true,
    splitting: true,
    format: 'esm',
    packages: 'external',
    alias: {
      '@eventwire/options': fileURLToPath(new URL('../../packages/options/src/index.ts', import.meta.url)),
    },
    target: 'es2022',
    sourcemap: true,
    logLevel: 'warning',
    tsconfigRaw,
  });
}

/** Ends esbuild's service process, which would live as long as this one. */
export { stop };

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildExample();
