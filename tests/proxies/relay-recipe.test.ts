import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

it.each(['./relay-stream.ts', './relay-handler.ts'])(
  'docs/relay.md has the code of %s, which is tested here',
  (path) => {
    const code = read(path)
      .replace(/^import .*\n/gm, '')
      .trim();
    expect(read('../../docs/relay.md')).toContain(code);
  },
);
