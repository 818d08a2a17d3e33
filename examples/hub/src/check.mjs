import { setTimeout as wait } from 'node:timers/promises';
import { createPublisher, subscribe } from '@eventwire/hub/client';
import { mint } from './tokens.mjs';

const TOPIC = 'https://example.org/numbers';

/**
 * Publishes numbers through whichever node is up, and follows them: each has to come once, in order, whatever
 * is killed.
 *
 * @param {string} address @param {string} secret
 * @returns {Promise<() => string>} what has come so far, in a sentence
 */
export async function check(address, secret) {
  const url = `${address}/.well-known/mercure`;
  const token = () => mint({ audience: url, secret, role: 'publisher', name: 'the numbers' });
  const run = crypto.randomUUID();
  let received = 0;
  let wrong = 0;
  await new Promise((resolve) => {
    subscribe(url, {
      match: [TOPIC],
      token,
      reconnect: { initialDelay: 50, maxDelay: 500 },
      onOpen: resolve,
      onEvent: ({ data }) => {
        const [from, number] = data.split(' ');
        // Those of another run on the same Redis are not ours.
        if (from !== run) return;
        if (Number(number) !== received) wrong++;
        received++;
      },
    });
  });
  void publishNumbers(createPublisher({ url, token }), run);
  return () =>
    wrong === 0
      ? `${received} updates so far, each once and in order.`
      : `${wrong} of ${received} updates came twice or in another order.`;
}

/** @param {import('@eventwire/hub/client').Publisher} publisher @param {string} run */
async function publishNumbers(publisher, run) {
  for (let number = 0; ; ) {
    try {
      const update = { topics: TOPIC, data: `${run} ${number}` };
      // Published again under the same key, it is added once, whether or not the first time was heard.
      await publisher.publish(update, {
        idempotencyKey: `${run} ${number}`,
        signal: AbortSignal.timeout(5000),
      });
      number++;
    } catch {
      // The node was killed: the next one is asked.
    }
    await wait(20);
  }
}
