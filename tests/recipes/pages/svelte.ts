import { eventStore } from '../svelte';
import { expose, output } from './page';

const events = output('events');
let leave = () => {};
// Two subscribers, as two components have that use `$store`: they have to share the connection.
expose({
  show: (topic) => {
    leave();
    leave = () => {};
    if (topic === undefined) return;
    const store = eventStore(`/events?topic=${topic}`, [] as string[], (all, { data }) => [...all, data]);
    const leaves = [
      store.subscribe((all) => {
        events.textContent = all.join(' ');
      }),
      store.subscribe(() => {}),
    ];
    leave = () => {
      for (const each of leaves) each();
    };
  },
});
