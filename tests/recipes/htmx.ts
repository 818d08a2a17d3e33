import { eventStreamHandler } from '@eventwire/server-node';

const STEPS = ['Fetched', 'Built', 'Deployed'];

/** The steps of a job, each a list item. A page that comes back gets the steps that it has missed. */
export const steps = eventStreamHandler((stream) => {
  const seen = Number(stream.lastEventId); // '' is 0
  if (seen === STEPS.length) return stream.noContent();
  return STEPS.slice(seen).map((step, index) => ({ id: String(seen + index + 1), data: `<li>${step}</li>` }));
});
