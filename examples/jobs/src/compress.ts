import { createHash } from 'node:crypto';
import { constants as fsConstants } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createBrotliCompress, createGzip, constants as zlibConstants } from 'node:zlib';
import type { JobSettings } from './job';

export interface CompressedFile {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** hex */
  readonly sha256: string;
}

const compressor = ({ compression, level }: Pick<JobSettings, 'compression' | 'level'>) =>
  compression === 'gzip'
    ? createGzip({ level })
    : createBrotliCompress({ params: { [zlibConstants.BROTLI_PARAM_QUALITY]: level } });

/** Hashes and compresses one file as it is read; the compressed bytes are only counted. */
export async function compressFile(
  path: string,
  settings: Pick<JobSettings, 'compression' | 'level'>,
): Promise<CompressedFile> {
  const hash = createHash('sha256');
  let bytesIn = 0;
  let bytesOut = 0;
  // A symbolic link that took the file's place since it was listed is not followed (Windows has no such flag).
  const file = await open(path, fsConstants.O_RDONLY | (fsConstants.O_NOFOLLOW ?? 0));
  await pipeline(
    file.createReadStream(),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        hash.update(chunk);
        bytesIn += chunk.length;
        yield chunk;
      }
    },
    compressor(settings),
    async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) bytesOut += chunk.length;
    },
  );
  return { bytesIn, bytesOut, sha256: hash.digest('hex') };
}
