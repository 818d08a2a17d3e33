/** Joins the stream that all pages of this origin share. */
export function joinSharedStream(worker: SharedWorker, onEvent: (event: MessageEvent['data']) => void): void {
  worker.port.onmessage = ({ data }) => onEvent(data);
  const join = () => worker.port.postMessage('join');
  join();
  // A port does not say that its page has gone. A page that comes back from the back/forward cache joins again.
  addEventListener('pagehide', () => worker.port.postMessage('leave'));
  addEventListener('pageshow', ({ persisted }) => persisted && join());
}
