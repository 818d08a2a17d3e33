import type { EventInput } from '@eventwire/server-node';

/** One model's answer, word by word, in the events of the API that a client expects. */
export type AnswerFormat = (words: readonly string[]) => EventInput[];

const json = (value: unknown): string => JSON.stringify(value);

const chatChunk = (delta: object, finish_reason: string | null = null) =>
  json({
    ...{ id: 'chat-1', object: 'chat.completion.chunk', created: 1, model: 'm' },
    choices: [{ index: 0, delta, finish_reason }],
  });

export const chatCompletionWithoutDone: AnswerFormat = (words) => [
  ...words.map((content) => chatChunk({ role: 'assistant', content })),
  chatChunk({}, 'stop'),
];

export const chatCompletion: AnswerFormat = (words) => [...chatCompletionWithoutDone(words), '[DONE]'];

/** The Responses API has no `[DONE]`. */
export const responses: AnswerFormat = (words) => {
  let sequence_number = 0;
  const event = (type: string, rest: object) => ({
    type,
    data: json({ type, sequence_number: sequence_number++, ...rest }),
  });
  const response = { id: 'resp-1', object: 'response', created_at: 1, model: 'm', output: [] };
  const place = { item_id: 'item-1', output_index: 0, content_index: 0 };
  return [
    event('response.created', { response: { ...response, status: 'in_progress' } }),
    ...words.map((delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] })),
    event('response.completed', { response: { ...response, status: 'completed' } }),
  ];
};

export const anthropicMessage: AnswerFormat = (words) => {
  const event = (type: string, rest: object = {}) => ({ type, data: json({ type, ...rest }) });
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = { id: 'msg-1', type: 'message', role: 'assistant', model: 'm', content: [], usage };
  return [
    event('message_start', { message: { ...message, stop_reason: null, stop_sequence: null } }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...words.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }),
    event('message_stop'),
  ];
};

/** The UI message stream of the AI SDK, as `useChat` reads it. */
export const uiMessage: AnswerFormat = (words) => [
  json({ type: 'start', messageId: 'message-1' }),
  json({ type: 'text-start', id: 'text-1' }),
  ...words.map((delta) => json({ type: 'text-delta', id: 'text-1', delta })),
  json({ type: 'text-end', id: 'text-1' }),
  json({ type: 'finish' }),
  '[DONE]',
];
