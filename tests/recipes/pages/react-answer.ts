import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { useAnswer } from '../react-answer';
import { output } from './page';

function Answer() {
  const { text, state, ask } = useAnswer('/answer');
  Object.assign(globalThis, { ask });
  return createElement('p', { id: 'answer', 'data-state': state }, text);
}

createRoot(output('root')).render(createElement(Answer));
