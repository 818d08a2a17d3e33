// Makes one stream in a process of its own, that can be killed, and says in Redis how many pieces it has made.
import { createClient } from 'redis';
import { streamOf } from '../../support/stream-of';
import { openContext, type Side } from './contexts';
import { piecesOf } from './pieces';

const [side = '', url = '', id = '', count = '0', lease = '0'] = process.argv.slice(2);
const progress = createClient({ url });
await progress.connect();
const { context } = await openContext(side as Side, {
  url,
  connectionName: 'producer',
  lease: Number(lease),
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
async function* paced() {
  let made = 0;
  for (const piece of piecesOf(Number(count))) {
    // The last piece waits until all readers are there.
    while (made === Number(count) - 1 && !(await progress.get(`joined ${id}`))) await sleep(20);
    yield piece;
    await sleep(2);
    if (++made % 10 === 0) await progress.set(`made ${id}`, made);
  }
}
const stream = await context.createNewResumableStream(id, () => streamOf(paced()));
console.log(JSON.stringify({ port: 0 }));
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
for await (const _ of stream ?? []);
