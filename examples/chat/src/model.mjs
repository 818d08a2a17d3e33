import { parseEventStream } from '@eventwire/parser';

const WORDS =
  'a stream that is kept is a stream that can be read again so the answer goes on while nobody listens and every reader sees the same words once in the same order'.split(
    ' ',
  );

/**
 * The answer to a prompt, token by token. Behind the tokens that an earlier process has stored, a local
 * generator goes on. A real model cannot, and the answer fails.
 *
 * @param {string} prompt
 * @param {import('@eventwire/server-node').RunContext} run
 */
export async function* answer(prompt, { previous, signal, attempt }) {
  let done = 0;
  for await (const _ of previous()) done++;
  if (process.env.OPENAI_BASE_URL) {
    if (attempt > 1) throw new Error('The process that asked the model was killed: ask again');
    yield* completion(prompt, signal);
    return;
  }
  for (const token of localAnswer(prompt).slice(done)) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    if (signal.aborted) return;
    yield token;
  }
}

/**
 * Stands in for a model. Equal prompts have equal answers.
 *
 * @param {string} prompt
 */
export function localAnswer(prompt) {
  const tokens = `You asked: “${prompt}”. `.split(/(?<= )/);
  for (let n = 0; n < 120; n++) {
    const word = WORDS[(n * 7 + prompt.length) % WORDS.length] ?? '';
    tokens.push(n % 12 === 11 ? `${word}.\n` : `${word} `);
  }
  return tokens;
}

/**
 * Any server that speaks as OpenAI's does.
 *
 * @param {string} prompt
 * @param {AbortSignal} signal
 */
async function* completion(prompt, signal) {
  const { OPENAI_BASE_URL, OPENAI_API_KEY = '', OPENAI_MODEL = 'gpt-4o-mini' } = process.env;
  const response = await fetch(`${OPENAI_BASE_URL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPENAI_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: OPENAI_MODEL,
      stream: true,
      messages: [{ role: 'user', content: prompt }],
    }),
    signal,
  });
  if (!response.ok) throw new Error(`The model's server answered ${response.status}`);
  for await (const { data } of parseEventStream(response)) {
    if (data === '[DONE]') return;
    const token = JSON.parse(data).choices?.[0]?.delta?.content;
    if (token) yield token;
  }
}
