import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

interface PackageShape {
  /** Entry points beside `src/index.ts`, by their path under `dist` without extension. */
  entry?: Record<string, string>;
  /**
   * Sources whose classes bundlers cannot drop (they have a computed method): each gets a file of its own, so that
   * a program that imports something else does not carry them along.
   */
  apart?: string[];
  /**
   * Whether members whose names end in `_`, which only the package itself uses, are shortened: minifiers leave every
   * name of a member as it is.
   */
  shortened?: boolean;
  /** Whether the package may use Node's types and modules. */
  node?: boolean;
}

/** The one build that every published package has: ESM, CJS and declarations from `src` into `dist`. */
export function packageConfig({
  entry = {},
  apart = [],
  shortened = false,
  node = false,
}: PackageShape = {}) {
  const entries = { index: 'src/index.ts', ...entry };
  emitDeclarations(node);
  return defineConfig({
    entry: { ...entries, ...Object.fromEntries(apart.map((name) => [name, `src/${name}.ts`])) },
    format: ['esm', 'cjs'],
    dts: {
      entry: Object.fromEntries(
        Object.entries(entries).map(([name, path]) => [
          name,
          path.replace(/^src(.*)\.ts$/, `${SINGLE}$1.d.ts`),
        ]),
      ),
      // For AsyncDisposable, which neither ES2022 nor the DOM's types have.
      banner: '/// <reference lib="esnext.disposable" />',
      compilerOptions: { ignoreDeprecations: '6.0', types: node ? ['node'] : [] },
    },
    tsconfig: '../../tsconfig.build.json',
    platform: node ? 'node' : 'neutral',
    target: 'es2022',
    sourcemap: true,
    // Two processes may build at once; a cleared folder would take the other's files away.
    clean: false,
    splitting: true,
    // Deno and Workers know Node's modules by this prefix only.
    removeNodeProtocol: false,
    silent: true,
    plugins: [namesNoFolder],
    esbuildOptions(options) {
      if (shortened) options.mangleProps = /[^_]_$/;
    },
  });
}

/** Where the declarations of each source are, of which tsup bundles those of each entry point. */
const SINGLE = '.declarations';

/** By the native compiler, which takes a tenth of the time that the one in tsup's bundler would. */
function emitDeclarations(node: boolean): void {
  const config = {
    extends: '../../../tsconfig.build.json',
    compilerOptions: {
      ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: '../src', outDir: '.' },
      types: node ? ['node'] : [],
    },
    include: ['../src'],
  };
  mkdirSync(SINGLE, { recursive: true });
  writeFileSync(`${SINGLE}/tsconfig.json`, JSON.stringify(config));
  const tsc = fileURLToPath(new URL('../node_modules/typescript7/bin/tsc', import.meta.url));
  execFileSync(process.execPath, [tsc, '-p', SINGLE], { stdio: 'inherit' });
}

/**
 * tsup turns ESM chunks into CJS by sucrase, which writes the chunk's own absolute path into the source map: a folder of
 * whoever built the package.
 */
const namesNoFolder: Plugin = {
  name: 'names-no-folder',
  async buildEnd({ writtenFiles }) {
    const maps = writtenFiles.filter(({ name }) => name.endsWith('.cjs.map'));
    for (const { name } of maps) {
      const map = JSON.parse(await readFile(name, 'utf8')) as { file: string; sources: string[] };
      const itself = basename(name, '.map');
      map.file = itself;
      map.sources = map.sources.map((source) => (basename(source) === itself ? itself : source));
      await writeFile(name, JSON.stringify(map));
    }
  },
};
