import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What packages share: a private package that every other bundles, so its manifest has it for development only. */
const BUNDLED = '@eventwire/options';

/** What each package's source may import beside that; a package that is not listed here fails, so that the map stays whole. */
const allowed: Record<string, string[]> = {
  options: [],
  encoder: [],
  parser: [],
  client: ['@eventwire/parser'],
  server: ['@eventwire/encoder', '@eventwire/options'],
  'server-node': ['@eventwire/server', '@eventwire/encoder', '@eventwire/options'],
  'server-web': ['@eventwire/server', '@eventwire/encoder', '@eventwire/options'],
  redis: ['@eventwire/server', '@eventwire/encoder'],
  hub: [
    ...['@eventwire/client', '@eventwire/server', '@eventwire/server-node', '@eventwire/server-web'],
    ...['jose', 're2js', 'urlpattern-polyfill'],
  ],
  sqlite: ['@eventwire/server', '@eventwire/encoder'],
  testing: ['@eventwire/encoder', '@eventwire/server', 'fast-check', 'msw'],
};
/** Whose source, or which folder of it, may import node: modules. */
const nodeAllowed = ['packages/server-node/src/', 'packages/testing/src/server/', 'packages/hub/src/node/'];

const importsOf = (file: string) =>
  ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles.map((each) => each.fileName);

/** Of a path within a package, the package. */
const packageOf = (specifier: string) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules') && !file.includes('dist'))
    .map((file) => `${folder}/${file}`);
}

describe.each(readdirSync(`${root}packages`))('packages/%s', (name) => {
  const files = sourceFiles(`${root}packages/${name}/src`);
  const isPackage = (specifier: string) => !specifier.startsWith('.') && !specifier.startsWith('node:');
  const imported = files.flatMap(importsOf).filter(isPackage).map(packageOf);

  it('imports only what the map allows', () => {
    expect(files).not.toEqual([]);
    expect(allowed[name], `add packages/${name} to the map`).toBeDefined();
    expect(
      imported.filter((specifier) => specifier !== BUNDLED && !allowed[name]?.includes(specifier)),
    ).toEqual([]);
  });

  it('declares exactly what it imports', () => {
    const manifest = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8'));
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const bundled = imported.includes(BUNDLED) ? 'workspace:*' : undefined;
    expect(manifest.devDependencies?.[BUNDLED]).toBe(bundled);
    expect(declared.sort()).toEqual([...new Set(imported)].filter((each) => each !== BUNDLED).sort());
  });

  const isomorphic = files.filter((file) => !nodeAllowed.some((folder) => file.startsWith(root + folder)));

  if (isomorphic.length > 0) {
    it('imports no node: module, and compiles without Node types', () => {
      expect(isomorphic.flatMap(importsOf).filter((specifier) => specifier.startsWith('node:'))).toEqual([]);
      const config = ts.readConfigFile(`${root}packages/${name}/tsconfig.json`, ts.sys.readFile);
      const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, `${root}packages/${name}`);
      expect(options.types).toEqual([]);
    });
  }

  it('has tests that use no package testing', () => {
    expect(sourceFiles(`${root}packages/${name}/test`).flatMap(importsOf)).not.toContain(
      '@eventwire/testing',
    );
  });

  it('has no import cycle', () => {
    const graph = new Map(files.map((file) => [file, relativeImports(file)]));
    expect([...graph.keys()].filter((file) => reaches(graph, file, file))).toEqual([]);
  });
});

it('examples import published entry points only', () => {
  const files = readdirSync(`${root}examples`).flatMap((name) => sourceFiles(`${root}examples/${name}/src`));
  const reaching = files
    .flatMap(importsOf)
    .filter((specifier) => /packages\/|@eventwire\/[^/]+\/(src|dist)/.test(specifier));
  expect(reaching).toEqual([]);
});

function relativeImports(file: string): string[] {
  return importsOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => fileURLToPath(new URL(`${specifier.replace(/\.js$/, '')}.ts`, `file://${file}`)))
    .filter((target) => existsSync(target));
}

function reaches(graph: Map<string, string[]>, from: string, goal: string): boolean {
  const seen = new Set<string>();
  const rest = [...(graph.get(from) ?? [])];
  for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
    if (file === goal) return true;
    if (seen.has(file)) continue;
    seen.add(file);
    rest.push(...(graph.get(file) ?? []));
  }
  return false;
}
