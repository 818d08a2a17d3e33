import { type ConnectOptions, connect, type DecodedEvent } from '@eventwire/client';
import { scriptedServer } from '@eventwire/testing/server';
import { describe, expect, it } from 'vitest';

// The shapes that the providers document, in the order in which they come; the texts are ours.

const openAiChunk = (delta: object, finishReason: string | null = null) => {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }];
  const head = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_750_000_000,
    model: 'a-model',
  };
  return `data: ${JSON.stringify({ ...head, choices })}\n\n`;
};
const openAi = [
  openAiChunk({ role: 'assistant', content: '' }),
  openAiChunk({ content: 'Grüß' }),
  openAiChunk({ content: ' Gott 😀' }),
  openAiChunk({}, 'stop'),
  'data: [DONE]\n\n',
];

const typed = (event: { type: string; [name: string]: unknown }) =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const text = (text: string) =>
  typed({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
const anthropic = [
  typed({ type: 'message_start', message: { id: 'msg_1', role: 'assistant', content: [] } }),
  typed({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  typed({ type: 'ping' }),
  text('Grüß'),
  text(' Gott 😀'),
  typed({ type: 'content_block_stop', index: 0 }),
  typed({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }),
  typed({ type: 'message_stop' }),
];
const anthropicError = typed({
  type: 'error',
  error: { type: 'overloaded_error', message: 'Overloaded' },
});

/** A few bytes at a time, since a model's words come as they like. */
const inPieces = (blocks: string[]) => {
  const bytes = Buffer.from(blocks.join(''));
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, n) =>
    bytes.subarray(7 * n, 7 * n + 7),
  );
  return { pieces, gap: 0 };
};

interface OpenAiChunk {
  choices: { delta: { content?: string }; finish_reason: string | null }[];
}
interface AnthropicEvent {
  delta?: { type?: string; text?: string };
  error?: { type: string };
}

const prompt = {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
  body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Say hello' }] }),
  reconnect: { initialDelay: 1, minDelay: 1, maxDelay: 5, maxServerDelay: 20 },
} satisfies ConnectOptions;

/** Asked again while it is refused, but not once it has begun: the answer would begin anew. */
function onceBegun() {
  let begun = false;
  return {
    onOpen: () => {
      begun = true;
    },
    shouldReconnect: () => (begun ? false : undefined),
  };
}

async function readOpenAi(url: string) {
  let answer = '';
  const stream = connect(url, {
    ...prompt,
    ...onceBegun(),
    terminal: ({ data }) => data === '[DONE]',
    decode: (data): OpenAiChunk | undefined => (data === '[DONE]' ? undefined : JSON.parse(data)),
  });
  for await (const { data } of stream) answer += data?.choices[0]?.delta.content ?? '';
  return { answer, outcome: await stream.closed };
}

async function readAnthropic(url: string) {
  const events: DecodedEvent<AnthropicEvent>[] = [];
  const stream = connect(url, {
    ...prompt,
    ...onceBegun(),
    terminal: ({ type }) => type === 'message_stop' || type === 'error',
    decode: (data): AnthropicEvent => JSON.parse(data),
  });
  for await (const event of stream) events.push(event);
  const answer = events.map(({ data }) => data.delta?.text ?? '').join('');
  return { answer, events, outcome: await stream.closed };
}

describe("OpenAI's stream", () => {
  it('ends as complete by its [DONE], which is no JSON, though the connection stays open', async () => {
    await using server = await scriptedServer([inPieces(openAi), { stall: true }]);
    const { answer, outcome } = await readOpenAi(server.url);
    expect(answer).toBe('Grüß Gott 😀');
    expect(outcome.reason).toBe('terminal');
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', body: prompt.body });
    await request?.closed;
  });

  it('is asked for again while it is refused, with the body', async () => {
    await using server = await scriptedServer([
      [{ status: 429, headers: { 'retry-after': '1' }, body: '{"error":{"type":"rate_limit"}}' }],
      [{ status: 503, body: 'busy' }],
      openAi,
    ]);
    const { answer, outcome } = await readOpenAi(server.url);
    expect(answer).toBe('Grüß Gott 😀');
    expect(outcome.reason).toBe('terminal');
    expect(server.requests.map(({ body }) => body)).toEqual(Array(3).fill(prompt.body));
  });

  it('is not complete after an end before [DONE], and not asked for twice', async () => {
    await using server = await scriptedServer([openAi[0]!, openAi[1]!, { end: true }]);
    const { answer, outcome } = await readOpenAi(server.url);
    expect(answer).toBe('Grüß');
    expect(outcome.reason).toBe('ended');
    expect(server.requests).toHaveLength(1);
  });

  it('fails by a cut before [DONE], and is not asked for twice', async () => {
    await using server = await scriptedServer([openAi[0]!, openAi[1]!, { cut: 'fin' }]);
    await expect(readOpenAi(server.url)).rejects.toMatchObject({ code: 'NETWORK' });
    expect(server.requests).toHaveLength(1);
  });
});

describe("Anthropic's stream", () => {
  it('is read by the types of its events, and ends as complete by message_stop', async () => {
    await using server = await scriptedServer([inPieces(anthropic), { stall: true }]);
    const { answer, events, outcome } = await readAnthropic(server.url);
    expect(answer).toBe('Grüß Gott 😀');
    expect(events.map(({ type }) => type)).toEqual([
      ...['message_start', 'content_block_start', 'ping', 'content_block_delta', 'content_block_delta'],
      ...['content_block_stop', 'message_delta', 'message_stop'],
    ]);
    expect(outcome.reason).toBe('terminal');
  });

  it("has an event named error, which is the model's and not the connection's", async () => {
    await using server = await scriptedServer([...anthropic.slice(0, 4), anthropicError]);
    const { answer, events, outcome } = await readAnthropic(server.url);
    expect(answer).toBe('Grüß');
    expect(events.at(-1)).toMatchObject({ type: 'error', data: { error: { type: 'overloaded_error' } } });
    expect(outcome).toEqual({ reason: 'terminal' });
    expect(server.requests).toHaveLength(1);
  });

  it('tells what was wrong with a request that is refused for good', async () => {
    const body = '{"type":"error","error":{"type":"invalid_request_error"}}';
    await using server = await scriptedServer([{ status: 400, body }]);
    const stream = connect(server.url, { ...prompt });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 400, body });
    expect(await stream.closed).toMatchObject({ reason: 'failed' });
  });
});
