import { cpSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: here,
  bundle: true,
  format: 'esm',
  sourcemap: true,
  logLevel: 'warning',
  // Not the repository's, whose paths lead to the packages' sources: an example uses what is published.
  tsconfigRaw: { compilerOptions: { target: 'es2022' } },
};

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
