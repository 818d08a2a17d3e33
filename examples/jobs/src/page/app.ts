import { connect, type EventStream } from '@eventwire/client';
import { seconds } from '../format';
import { JobBoard } from '../job-board';
import { ConnectionPanel } from './connection-panel';
import { byId, setText } from './dom';
import { JobList } from './job-list';
import { RawView } from './raw-view';
import { StartForm } from './start-form';

// The server knows this page's connection by this name, so that it can cut this one and no other.
const client = crypto.randomUUID();

const board = new JobBoard();
const jobs = new JobList();
// Not at events: the place in the stream also moves without one.
const raw = new RawView(() => panel.id(stream.lastEventId));
const panel = new ConnectionPanel(client, () => stream.reconnect());
new StartForm();
setText(byId('curl', HTMLElement), `curl -N ${location.origin}/jobs`);

const stream: EventStream = connect(new URL(`/jobs?client=${client}`, location.href), {
  fetch: raw.fetch,
  // A server that is restarted in a terminal is back within seconds.
  reconnect: { maxDelay: 5000 },

  onEvent(event) {
    const change = board.applyUnknown(event.type, parse(event.data));
    if (change !== undefined) jobs.show(change.job, board);
    panel.event(change);
  },

  onGap(gap) {
    // What follows is the present state of every job; what was shown may be of another server.
    board.clear();
    jobs.tidy(board);
    panel.gap(gap.after);
    raw.note(`Gap: the server no longer has what came after ${gap.after}`, 'warn');
  },

  onTrace(record) {
    switch (record.type) {
      case 'connecting':
        return panel.connecting();
      case 'open': {
        const id = stream.lastEventId;
        raw.note(id === '' ? 'Connected' : `Connected again, Last-Event-ID: ${id}`, 'good');
        return panel.open(record.attempt, id);
      }
      case 'waiting': {
        const reason = record.code === undefined ? 'The server ended the connection' : 'The connection broke';
        raw.note(`${reason}; waiting ${seconds(record.delay)}`, 'warn');
        return panel.waiting(record.delay, reason);
      }
      case 'closed':
        raw.note(`Closed (${record.message})`, 'warn');
        return panel.closed(record.reason);
    }
  },
});

function parse(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return undefined;
  }
}
