import { createHash } from 'node:crypto';
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followEvents } from './support/follow-events';
import { postJson, type Server, startServer } from './support/server';
import { makeTree, type Tree } from './support/tree';

let tree: Tree;
let server: Server;

beforeAll(async () => {
  tree = makeTree();
  server = await startServer({ JOBS_ROOT: tree.path });
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  tree?.[Symbol.dispose]();
});

/** The same from the files' contents in memory: what `sha256sum` prints of each, hashed again. */
function expected(folder: string, compress: (content: Buffer) => Buffer) {
  const prefix = folder === '.' ? '' : `${folder}/`;
  const files = tree.files.filter(([path]) => path.startsWith(prefix));
  const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
  const lines = files.map(([path, content]) => `${sha256(content)}  ${path.slice(prefix.length)}\n`);
  const bytesIn = files.reduce((sum, [, content]) => sum + content.length, 0);
  const bytesOut = files.reduce((sum, [, content]) => sum + compress(content).length, 0);
  const ratio = bytesOut / bytesIn;
  return { files: files.length, skipped: 0, bytesIn, bytesOut, ratio, digest: sha256(lines.join('')) };
}

const brotli = (level: number) => (content: Buffer) =>
  brotliCompressSync(content, { params: { [zlib.BROTLI_PARAM_QUALITY]: level } });

describe('the result of a job', () => {
  it.each([
    ['.', 'gzip', 6, (content: Buffer) => gzipSync(content, { level: 6 })],
    ['numbers', 'gzip', 0, (content: Buffer) => gzipSync(content, { level: 0 })],
    ['.', 'brotli', 4, brotli(4)],
    ['.hidden/', 'gzip', 9, (content: Buffer) => gzipSync(content, { level: 9 })],
  ])('is right for %s with %s %d', async (folder, compression, level, compress) => {
    using follower = followEvents(`${server.url}/jobs`);
    const response = await postJson(`${server.url}/jobs`, { folder, compression, level, pace: 0 });
    const { id } = (await response.json()) as { id: string };
    await follower.when(
      ({ type, data }) => data.id === id && (type === 'job.finished' || data.result !== undefined),
    );

    const job = (await (await fetch(`${server.url}/jobs/${id}`)).json()) as { result: { duration: number } };
    const plain = folder.replace(/\/$/, '');
    expect(job).toMatchObject({ id, status: 'finished', folder: plain, result: expected(plain, compress) });
    expect(job.result.duration).toBeGreaterThanOrEqual(0);
  });
});
