import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import Anthropic from '@anthropic-ai/sdk';
import { createSseStream } from '@azure/core-sse';
import { DefaultChatTransport, streamText, type UIMessage } from 'ai';
import OpenAI from 'openai';
import * as answers from './answers';

export interface ModelClient {
  /** What the server answers with. */
  readonly format: answers.AnswerFormat;
  /** Reads one answer, each word as it comes into `words`; throws what the client reports as an error. */
  read(url: string, words: string[]): Promise<void>;
}

const openai = (baseURL: string) => new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'Say something' }];

async function readChatCompletion(url: string, words: string[]): Promise<void> {
  const stream = await openai(url).chat.completions.create({ model: 'm', messages, stream: true });
  // As every example of the API reads it: a chunk without choices would throw.
  for await (const { choices } of stream) addWord(words, choices[0]!.delta.content ?? undefined);
}

async function readChatHelper(url: string, words: string[]): Promise<void> {
  const stream = openai(url).chat.completions.stream({ model: 'm', messages });
  stream.on('content.delta', ({ delta }) => words.push(delta));
  await stream.finalChatCompletion();
}

type ResponseEvents = AsyncIterable<OpenAI.Responses.ResponseStreamEvent>;

async function readResponseEvents(events: ResponseEvents, words: string[]): Promise<void> {
  for await (const event of events) {
    if (event.type === 'response.output_text.delta') words.push(event.delta);
    else if (!event.type?.startsWith('response.')) throw new Error(`Alien event: ${JSON.stringify(event)}`);
  }
}

const anthropic = (baseURL: string) => new Anthropic({ apiKey: 'none', baseURL, maxRetries: 0 });

async function readUiMessage(method: 'GET' | 'POST', url: string, words: string[]): Promise<void> {
  const transport = new DefaultChatTransport<UIMessage>({ api: url });
  const chatId = 'chat-1';
  const stream =
    method === 'GET'
      ? await transport.reconnectToStream({ chatId })
      : await transport.sendMessages({
          ...{ chatId, trigger: 'submit-message', messageId: undefined, messages: [] },
          abortSignal: undefined,
        });
  if (stream === null) throw new Error('There is no stream');
  for await (const chunk of stream as unknown as AsyncIterable<{ type: string; delta?: string }>)
    if (chunk.type === 'text-delta') addWord(words, chunk.delta);
}

function addWord(words: string[], word: string | undefined): void {
  if (word !== undefined) words.push(word);
}

export const modelClients: Record<string, ModelClient> = {
  'streamText of the AI SDK over @ai-sdk/openai-compatible': {
    format: answers.chatCompletion,
    async read(url, words) {
      const errors: unknown[] = [];
      const model = createOpenAICompatible({ name: 'eventwire', baseURL: url, apiKey: 'none' })('m');
      const onError = ({ error }: { error: unknown }) => void errors.push(error);
      const { stream } = streamText({ model, prompt: 'Say something', maxRetries: 0, onError });
      for await (const part of stream) if (part.type === 'text-delta') words.push(part.text);
      if (errors.length > 0) throw errors[0];
    },
  },
  "the AI SDK's chat transport, by POST": {
    format: answers.uiMessage,
    read: (url, words) => readUiMessage('POST', url, words),
  },
  "the AI SDK's chat transport, which resumes by GET": {
    format: answers.uiMessage,
    read: (url, words) => readUiMessage('GET', url, words),
  },
  "openai's chat completions": { format: answers.chatCompletion, read: readChatCompletion },
  "openai's chat completions without [DONE]": {
    format: answers.chatCompletionWithoutDone,
    read: readChatCompletion,
  },
  "openai's helper for chat completions, without [DONE]": {
    format: answers.chatCompletionWithoutDone,
    read: readChatHelper,
  },
  "openai's responses": {
    format: answers.responses,
    read: async (url, words) =>
      readResponseEvents(await openai(url).responses.create({ model: 'm', input: 'x', stream: true }), words),
  },
  "openai's responses, which resume by GET": {
    format: answers.responses,
    read: async (url, words) =>
      readResponseEvents(await openai(url).responses.retrieve('resp-1', { stream: true }), words),
  },
  "Anthropic's messages": {
    format: answers.anthropicMessage,
    async read(url, words) {
      const stream = await anthropic(url).messages.create({
        ...{ model: 'm', max_tokens: 100, stream: true, messages },
      });
      for await (const event of stream)
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
          words.push(event.delta.text);
    },
  },
  "Anthropic's helper for messages": {
    format: answers.anthropicMessage,
    async read(url, words) {
      const stream = anthropic(url).messages.stream({ model: 'm', max_tokens: 100, messages });
      await stream.on('text', (delta) => words.push(delta)).finalMessage();
    },
  },
  '@azure/core-sse, by POST': { format: (words) => [...words], read: azure('POST') },
  '@azure/core-sse, by GET': { format: (words) => [...words], read: azure('GET') },
};

function azure(method: string): ModelClient['read'] {
  return async (url, words) => {
    const { body } = await fetch(url, { method });
    if (body === null) throw new Error('There is no body');
    for await (const { data } of createSseStream(body)) words.push(data);
  };
}
