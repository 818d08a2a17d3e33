import { defineConfig } from 'tsup';

interface PackageShape {
  /** Entry points beside `src/index.ts`, by their path under `dist` without extension. */
  entry?: Record<string, string>;
  /** Whether the package may use Node's types and modules. */
  node?: boolean;
}

/** The one build that every published package has: ESM, CJS and declarations from `src` into `dist`. */
export function packageConfig({ entry = {}, node = false }: PackageShape = {}) {
  return defineConfig({
    entry: { index: 'src/index.ts', ...entry },
    format: ['esm', 'cjs'],
    dts: { compilerOptions: { ignoreDeprecations: '6.0', types: node ? ['node'] : [] } },
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
  });
}
