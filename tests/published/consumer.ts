import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packPackages, unpackInto } from '../../scripts/pack.mjs';

const require = createRequire(import.meta.url);
const testing = createRequire(new URL('../../packages/testing/package.json', import.meta.url));
const sources = fileURLToPath(new URL('consumers', import.meta.url));

/**
 * What a compiler has types of, beside the language: each as a tsconfig says it, and the programs that can
 * be written with it.
 */
export const surroundings = {
  'the DOM': { lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [], programs: ['web'] },
  Node: { lib: ['ES2022'], types: ['node'], programs: ['web', 'node'] },
  'the DOM and Node': {
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    types: ['node'],
    programs: ['web', 'node', 'msw'],
  },
  'the DOM and Node, and msw 3': {
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    types: ['node'],
    programs: ['msw'],
    paths: { msw: ['./node_modules/msw3/lib/core/index.d.ts'] },
  },
  'Cloudflare Workers': { lib: ['ES2022'], types: ['@cloudflare/workers-types'], programs: ['web'] },
  nothing: { lib: ['ES2022'], types: [], programs: ['web'] },
} as const;
export type Surroundings = keyof typeof surroundings;

/**
 * The versions of TypeScript, by their names in the dependencies of these tests: the oldest that is
 * supported comes first.
 */
export const compilers = ['typescript57', 'typescript59', 'typescript', 'typescript7'] as const;
export type Compiler = (typeof compilers)[number];

export const versionOf = (compiler: Compiler): string =>
  JSON.parse(readFileSync(require.resolve(`${compiler}/package.json`), 'utf8')).version;

/** A user's project in this folder, with the packages as they are published and all that they depend on. */
export async function createConsumer(folder: string): Promise<void> {
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  unpackInto(await packPackages(tarballs), folder);
  link(folder, '@types/node', require);
  link(folder, '@cloudflare/workers-types', require);
  link(folder, 'fast-check', testing);
  link(folder, 'msw', testing);
  link(folder, 'msw3', testing);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  // The same program twice: compilers read the declarations of an ESM package, and those of a CJS one.
  for (const program of ['web', 'node', 'msw'])
    for (const kind of ['mts', 'cts'])
      cpSync(join(sources, `${program}.ts`), join(folder, `${program}.${kind}`));
}

function link(folder: string, name: string, from: NodeJS.Require): void {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(dirname(from.resolve(`${name}/package.json`)), path);
}

/**
 * What the compiler prints of the user's programs and of all declarations that they reach: nothing, if all
 * is well.
 */
export function compile(folder: string, compiler: Compiler, around: Surroundings): Promise<string> {
  const { programs, ...platform } = surroundings[around];
  const file = join(folder, `tsconfig-${compiler}-${around.replaceAll(' ', '-')}.json`);
  const compilerOptions = {
    ...{ target: 'ES2022', module: 'NodeNext', strict: true, exactOptionalPropertyTypes: true, noEmit: true },
    ...{ skipLibCheck: false, skipDefaultLibCheck: true, ...platform },
  };
  // msw's own declarations for CJS need a newer compiler than 5.7.
  const kinds = (program: string) => (program === 'msw' ? ['mts'] : ['mts', 'cts']);
  const files = programs.flatMap((program) => kinds(program).map((kind) => `${program}.${kind}`));
  writeFileSync(file, JSON.stringify({ compilerOptions, files }));
  const tsc = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin/tsc');
  return new Promise((resolve) => {
    const args = [tsc, '-p', file, '--pretty', 'false'];
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve(stdout + stderr || (error?.message ?? '')),
    );
  });
}
