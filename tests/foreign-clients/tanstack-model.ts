import type { AnyTextAdapter, StreamChunk } from '@tanstack/ai';
import { EventType, toolDefinition } from '@tanstack/ai';
import { CHAT_WORDS } from './chat-words';

/** A tool that is called in the first turn, so that an answer has more than one end of a turn. */
export const clock = toolDefinition({ name: 'clock', description: 'The time' }).server(async () => 'noon');

export interface ModelCalls {
  turns: number;
  /** The reason of each abort. */
  readonly aborts: unknown[];
}

/** In place of a provider: asks for the time, and then speaks, a word each `pace` ms. */
export function modelOf(pace: number, calls: ModelCalls = { turns: 0, aborts: [] }): AnyTextAdapter {
  return {
    kind: 'text',
    name: 'words',
    model: 'words',
    '~types': {} as AnyTextAdapter['~types'],
    async *chatStream({ runId = '', threadId = '', request, messages }) {
      calls.turns++;
      const { signal } = request ?? {};
      signal?.addEventListener('abort', () => calls.aborts.push(signal.reason));
      yield { type: EventType.RUN_STARTED, runId, threadId };
      const end: StreamChunk = { type: EventType.RUN_FINISHED, runId, threadId };
      if (!messages.some(({ role }) => role === 'tool')) {
        const call = { toolCallId: 'call 1', toolCallName: 'clock' };
        yield { type: EventType.TOOL_CALL_START, ...call };
        yield { type: EventType.TOOL_CALL_ARGS, toolCallId: 'call 1', delta: '{}' };
        yield { type: EventType.TOOL_CALL_END, toolCallId: 'call 1' };
        yield { ...end, finishReason: 'tool_calls' };
        return;
      }
      yield { type: EventType.TEXT_MESSAGE_START, messageId: '1', role: 'assistant' };
      for (const delta of CHAT_WORDS) {
        if (signal?.aborted) return;
        yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId: '1', delta };
        await new Promise((resolve) => setTimeout(resolve, pace));
      }
      yield { type: EventType.TEXT_MESSAGE_END, messageId: '1' };
      yield { ...end, finishReason: 'stop' };
    },
    structuredOutput: () => Promise.reject(new Error('The model only speaks')),
  };
}
