import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TransformOptions, transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedPackages } from '../../scripts/published.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Below tests/, so that imports resolve to the built packages as they do for a user.
const folder = join(root, 'tests/published/snippets');

interface Snippet {
  /** Where it stands, as `packages/encoder/README.md:12`. */
  place: string;
  code: string;
  /** Whether it can run by itself; one that cannot is still compiled. */
  runs: boolean;
  file: string;
}

/** Nest's decorators are of the older kind. */
const compilerOptions = { experimentalDecorators: true };

const documents = ['README.md', ...['packages', 'examples', 'docs'].flatMap((name) => markdownFiles(name))];

function markdownFiles(name: string): string[] {
  return readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => join(name, file));
}

const snippets: Snippet[] = documents.flatMap((document) => {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```(?:ts|js)( no-run)?\n(.*?)^```$/gms)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    const file = join(folder, `${document.replaceAll(/[/.]/g, '-')}-${line}`);
    return { place: `${document}:${line}`, code: match[2] ?? '', runs: match[1] === undefined, file };
  });
});

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options: TransformOptions = {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    tsconfigRaw: { compilerOptions },
  };
  for (const { code, file } of snippets) {
    // A module even where it imports nothing, so that its names are its own.
    writeFileSync(`${file}.ts`, `${code}\nexport {};\n`);
    writeFileSync(`${file}.mjs`, transformSync(code, options).code);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the snippets of the READMEs and of docs', () => {
  it('are there for every package', () => {
    const having = new Set(snippets.map(({ place }) => place.split(':')[0]));
    for (const name of publishedPackages) expect(having).toContain(`packages/${name}/README.md`);
    expect(having).toContain('README.md');
  });

  it('compile against the built declarations', () => {
    // Its types are a package of their own, which its users may have or not.
    writeFileSync(join(folder, 'untyped.d.ts'), "declare module 'better-sqlite3';\n");
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: relative(folder, join(root, 'tsconfig.base.json')),
        compilerOptions: {
          ...{ paths: {}, types: ['node'], noUnusedLocals: false, noUnusedParameters: false },
          ...compilerOptions,
        },
        include: ['*.ts'],
      }),
    );
    const tsc = join(root, 'node_modules/typescript7/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  }, 180_000);

  it.each(snippets.filter((snippet) => snippet.runs))('$place runs to its end', ({ file }) => {
    execFileSync(process.execPath, [`${file}.mjs`], { timeout: 20_000, stdio: 'pipe' });
  });
});
