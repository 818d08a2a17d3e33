import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8').trim();

it.each([
  ['react.md', 'react.ts'],
  ['vue.md', 'vue.ts'],
  ['svelte.md', 'svelte.ts'],
  ['page-reload.md', 'resuming-store.ts'],
  ['worker.md', 'shared-worker.ts'],
  ['worker.md', 'shared-worker-page.ts'],
  ['htmx.md', 'htmx.ts'],
  ['turbo.md', 'turbo.ts'],
  ['datastar.md', 'datastar.ts'],
])('docs/recipes/%s has the code of %s, which is tested here', (page, file) => {
  expect(read(`../../docs/recipes/${page}`)).toContain(`\`\`\`ts no-run\n${read(`./${file}`)}\n\`\`\``);
});
