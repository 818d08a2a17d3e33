import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('SECURITY.md', root), 'utf8').replace(/\s+/g, ' ');
const references = [...text.matchAll(/`((?:tests|packages)\/[^`]+\.test\.ts)`: "([^"]+)"/g)].map(
  ([, file = '', title = '']) => ({ file, title }),
);

it('SECURITY.md names a test for each promise and limit', () => {
  const entries = text.split(' - **').length - 1;
  expect(references.length).toBeGreaterThanOrEqual(entries);
});

it.each(references)('SECURITY.md is right that $file has the test "$title"', ({ file, title }) => {
  const url = new URL(file, root);
  expect(existsSync(url)).toBe(true);
  expect(readFileSync(url, 'utf8')).toContain(title);
});
