import { createElement, StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useEventStream } from '../react';
import { expose, output } from './page';

let mounts = 0;

function Events({ topic }: { topic: string }) {
  const [events, setEvents] = useState<string[]>([]);
  const state = useEventStream(`/events?topic=${topic}`, ({ data }) => setEvents((all) => [...all, data]));
  useEffect(() => {
    Object.assign(globalThis, { mounts: ++mounts });
  }, []);
  return createElement('p', { id: 'events', 'data-state': state }, events.join(' '));
}

const root = createRoot(output('root'));
expose({
  show: (topic) => root.render(createElement(StrictMode, null, topic && createElement(Events, { topic }))),
});
