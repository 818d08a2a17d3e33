import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const tests = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(new URL('../../packages', import.meta.url)).map((name) => `@eventwire/${name}`);

/** What a Node without any loader or alias prints for this program. */
const inNode = (kind: 'module' | 'commonjs', program: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [`--input-type=${kind}`, '-e', program], { cwd: tests, encoding: 'utf8' }),
  );

describe.each(packages)('%s as it is built', (name) => {
  const resolved = createRequire(`${tests}package.json`).resolve(name);

  it('comes from dist', () => {
    expect(resolved).toMatch(/dist\/index\.cjs$/);
  });

  it('exports the same names as ESM and as CJS', () => {
    const asModule = inNode(
      'module',
      `import * as all from '${name}'; console.log(JSON.stringify(Object.keys(all).sort()))`,
    );
    const asCommonJs = inNode(
      'commonjs',
      `console.log(JSON.stringify(Object.keys(require('${name}')).sort()))`,
    );
    expect(asModule).not.toEqual([]);
    expect(asCommonJs).toEqual(asModule);
  });

  it('exports what its export list says', async () => {
    const exported = inNode(
      'module',
      `import * as all from '${name}'; console.log(JSON.stringify(Object.keys(all).sort()))`,
    );
    await expect(`${JSON.stringify(exported, null, 2)}\n`).toMatchFileSnapshot(
      `exports/${name.replace('@eventwire/', '')}.json`,
    );
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
    expect(read).toBe('id: 1\ndata: a\ndata: b\n\n');
  });
});
