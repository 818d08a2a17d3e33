import { useChat } from '@ai-sdk/react';
import { DefaultChatTransport } from 'ai';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const transport = new DefaultChatTransport({ api: '/chat' });
const root = document.createElement('div');
document.body.append(root);

/** A chat, as the AI SDK's guide has it. `ask` sends a message, `resume` asks for an answer under way. */
function Chat() {
  const { messages, sendMessage, resumeStream, status, error } = useChat({ id: 'chat-1', transport });
  Object.assign(globalThis, { ask: () => sendMessage({ text: 'Say something' }), resume: resumeStream });
  const answer = messages.findLast(({ role }) => role === 'assistant');
  const text = answer?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return createElement('p', { id: 'answer', 'data-status': status, 'data-error': String(error ?? '') }, text);
}

createRoot(root).render(createElement(Chat));
