import { describe, expect, it } from 'vitest';
import { tarballProblems } from '../../scripts/tarball-problems.mjs';
import { writeFolder } from '../support/folder';

const sound = {
  LICENSE: 'MIT License',
  'README.md': '# A\n\nSee [b], [c](#c) and [d](https://example.com/d).\n\n[b]: https://example.com/b\n',
  'package.json': '{ "dependencies": { "@eventwire/parser": "0.1.0" } }',
  'index.cjs.map': '{ "file": "index.cjs", "sources": ["index.cjs", "../src/index.ts"] }',
};

async function problemsOf(changed: Record<string, string | undefined>): Promise<string[]> {
  const files = Object.entries({ ...sound, ...changed }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text]],
  );
  await using folder = await writeFolder(Object.fromEntries(files));
  return tarballProblems(folder.path, ['/home/builder/']);
}

describe('a packed package', () => {
  it('has no problems if it is sound', async () => {
    expect(await problemsOf({})).toEqual([]);
  });

  it.each([
    ['no LICENSE', { LICENSE: undefined }, 'LICENSE is missing'],
    ['no README', { 'README.md': undefined }, 'README.md is missing'],
    ['a relative link', { 'README.md': 'See [b](../b/README.md).' }, '../b/README.md, which npm does not'],
    ['a relative reference', { 'README.md': 'See [b].\n\n[b]: ../../b.md\n' }, '../../b.md, which npm'],
    ['a `workspace:` version', { 'package.json': '{ "a": "workspace:*" }' }, 'as `workspace:`'],
    ['a private package', { 'index.js': "import '@eventwire/options'" }, 'which is not published'],
    ['a folder of the builder', { 'index.js': '// /home/builder/x.ts' }, 'a path of this machine'],
    ['an absolute source', { 'index.cjs.map': '{ "sources": ["/x/y.ts"] }' }, 'source /x/y.ts'],
    ['a drive as source', { 'index.cjs.map': '{ "sources": ["C:\\\\y.ts"] }' }, 'source C:\\y.ts'],
    ['a map that names its file so', { 'index.cjs.map': '{ "file": "/x/y.cjs" }' }, 'source /x/y.cjs'],
  ])('is refused for %s', async (_, changed, problem) => {
    expect(await problemsOf(changed)).toEqual([expect.stringContaining(problem)]);
  });
});
