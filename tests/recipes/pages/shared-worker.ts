import { joinSharedStream } from '../shared-worker-page';
import { output } from './page';

const events = output('events');
joinSharedStream(new SharedWorker('/worker.js', { type: 'module' }), ({ data }) => {
  events.textContent += `${data} `;
});
