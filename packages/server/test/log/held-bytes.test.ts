import { expect, it } from 'vitest';
import { createMemoryLog } from '../../src/index';
import { heldBytes } from '../../src/log/held-bytes';

it('The first attribute of an event takes more bytes than the second: the object too is counted', async () => {
  const log = createMemoryLog();
  const bytesWith = async (attributes: Record<string, string>) =>
    heldBytes(await log.append('x', { attributes }));
  const [none, one, two] = [
    await bytesWith({}),
    await bytesWith({ a: '1' }),
    await bytesWith({ a: '1', b: '2' }),
  ];
  expect(one - none).toBeGreaterThan(two - one);
  expect(two - one).toBeGreaterThan(0);
});
