import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { entries, tests } from './entries';

/** What a Node without any loader or alias prints for this program. */
const inNode = (kind: 'module' | 'commonjs', program: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [`--input-type=${kind}`, '-e', program], { cwd: tests, encoding: 'utf8' }),
  );

describe.each(entries)('%s as it is built', (entry) => {
  const list = 'console.log(JSON.stringify(Object.keys(all).sort()))';
  const asModule = inNode('module', `import * as all from '${entry}'; ${list}`);

  it('comes from dist', () => {
    expect(createRequire(`${tests}package.json`).resolve(entry)).toMatch(/\/dist\/[a-z-]+\.cjs$/);
  });

  it('exports the same names as ESM and as CJS', () => {
    expect(asModule).not.toEqual([]);
    expect(inNode('commonjs', `const all = require('${entry}'); ${list}`)).toEqual(asModule);
  });

  it('exports what its export list says', async () => {
    const file = `exports/${entry.replace('@eventwire/', '').replaceAll('/', '-')}.json`;
    await expect(`${JSON.stringify(asModule, null, 2)}\n`).toMatchFileSnapshot(file);
  });
});

describe('ESM and CJS copies side by side', () => {
  it('an event of one copy is an event for the other', () => {
    const read = inNode(
      'module',
      `import { createRequire } from 'node:module';
       import { encode } from '@eventwire/encoder';
       const require = createRequire(import.meta.url.startsWith('file:') ? import.meta.url : '${tests}index.js');
       const { ServerEvent } = require('@eventwire/encoder');
       console.log(JSON.stringify(encode(new ServerEvent(['a', 'b'], { id: '1' }))));`,
    );
    expect(read).toBe('data: a\ndata: b\nid: 1\n\n');
  });
});
