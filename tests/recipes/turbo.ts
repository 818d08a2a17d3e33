import { eventStreamHandler } from '@eventwire/server-node';

const STEPS = ['Fetched', 'Built', 'Deployed'];

const append = (html: string) =>
  `<turbo-stream action="append" target="steps"><template>${html}</template></turbo-stream>`;

/** The steps of a job. A page that comes back gets the steps that it has missed. */
export const steps = eventStreamHandler((stream) => {
  const seen = Number(stream.lastEventId); // '' is 0
  if (seen === STEPS.length) return stream.noContent();
  return STEPS.slice(seen).map((step, index) => ({
    id: String(seen + index + 1),
    data: append(`<li>${step}</li>`),
  }));
});
