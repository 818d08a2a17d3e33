import { followOverReloads } from '../resuming-store';
import { output } from './page';

const events = output('events');
followOverReloads<string[]>('/events?topic=a', {
  key: 'events',
  initial: [],
  reduce: (all, { data }) => [...all, data],
  show: (all) => {
    events.textContent = all.join(' ');
  },
});
