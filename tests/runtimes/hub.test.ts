import { expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { allRuntimes, installedRuntimes } from './runtimes';

// Browsers serve nobody.
const runtimes = (process.env.EVENTWIRE_RUNTIMES === 'all' ? allRuntimes : installedRuntimes).filter(
  ({ name }) => /^(Node|Bun|Deno|workerd)/.test(name),
);

it.each(runtimes)('the hub does the same on $name', { timeout: 300_000 }, async ({ run }) => {
  const { report } = await run<unknown>(
    await bundle(`export { hubByFetch as run } from '../runtimes/script/hub';`),
  );
  expect(report).toEqual({
    published: [200, 'urn:eventwire:…'],
    nobody: ['message: one é 漢 😀', 'note: last\nline'],
    reader: ['message: one é 漢 😀', 'message: secret', 'note: last\nline'],
    resumed: ['message: elsewhere', 'note: last\nline'],
    resumedAt: true,
    subscriptions: ['urlpattern', 'urlpattern'],
    refused: 401,
    unknownMethod: 405,
  });
});
