import { describe, expect, it } from 'vitest';
import { createCuttingProxy } from '../support/cutting-proxy';
import { runSeed, seededRandom } from '../support/random';
import { serveAnswer } from './answer-server';
import { chatCompletion } from './answers';
import { modelClients } from './model-clients';

const WORDS = Array.from({ length: 25 }, (_, n) => `word ${n} é 漢字 😀 `);
const ROUNDS = 8;
/** About the bytes of a response's head, behind which the cuts fall. */
const HEAD = 300;

describe.each(Object.entries(modelClients))('%s', (_name, { format, read }) => {
  it('reads an answer whole, without an error', async () => {
    await using server = await serveAnswer(format(WORDS));
    const words: string[] = [];
    await read(server.url, words);
    expect(words).toEqual(WORDS);
    expect(server.requests).toHaveLength(1);
  });

  it(`is told of every cut, and has read the beginning (seed ${runSeed})`, async () => {
    await using server = await serveAnswer(format(WORDS));
    const random = seededRandom(runSeed);
    let told = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const limit = HEAD + Math.floor(random() * 1500);
      await using proxy = await createCuttingProxy(server.port, () => limit);
      const words: string[] = [];
      const failed = await read(proxy.url, words).then(
        () => false,
        () => true,
      );
      if (failed) told++;
      expect(words).toEqual(failed ? WORDS.slice(0, words.length) : WORDS);
    }
    expect(told).toBeGreaterThan(0);
    expect(server.requests).toHaveLength(ROUNDS);
  });
});

it('the answers that these clients read have heartbeats between their events', async () => {
  await using server = await serveAnswer(chatCompletion(WORDS));
  const text = await (await fetch(server.url, { method: 'POST' })).text();
  const heartbeats = text.match(/^:/gm)?.length;
  expect(heartbeats).toBeGreaterThan(3);
});
