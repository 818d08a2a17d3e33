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
  ['react.md', 'react-answer.ts'],
  ['../serving.md', 'redis-messages.ts'],
  ['../serving.md', 'ioredis-messages.ts'],
  ['../serving.md', 'emitter.ts'],
  ['server-next.md', '../next/site/lib/news.ts'],
  ['htmx.md', 'htmx.ts'],
  ['turbo.md', 'turbo.ts'],
  ['datastar.md', 'datastar.ts'],
])('docs/recipes/%s has the code of %s, which is tested here', (page, file) => {
  expect(read(`../../docs/recipes/${page}`)).toContain(`\`\`\`ts no-run\n${read(`./${file}`)}\n\`\`\``);
});

it.each(['app/news/route.ts', 'app/actions.ts', 'app/headlines.tsx'])(
  'docs/recipes/server-next.md has the code of %s, which tests/next builds',
  (file) => {
    const code = read(`../next/site/${file}`);
    expect(read('../../docs/recipes/server-next.md')).toContain(`\`\`\`tsx\n${code}\n\`\`\``);
  },
);
