import { connect, type EventStream } from '@eventwire/client';

/** The pages that listen. */
const ports = new Set<MessagePort>();
let stream: EventStream | undefined;

function join(port: MessagePort): void {
  ports.add(port);
  stream ??= connect('/events', {
    onEvent: ({ type, data, lastEventId }) => {
      for (const each of ports) each.postMessage({ type, data, lastEventId });
    },
  });
}

function leave(port: MessagePort): void {
  ports.delete(port);
  if (ports.size > 0) return;
  stream?.close();
  stream = undefined;
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port === undefined) return;
  port.onmessage = ({ data }) => (data === 'leave' ? leave(port) : join(port));
});
