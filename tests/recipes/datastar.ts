import { eventStreamHandler } from '@eventwire/server-node';

const STEPS = ['Fetched', 'Built', 'Deployed'];
/** The names of Datastar 1.0. */
const NAMES = { type: 'datastar-patch-elements', mode: 'mode', html: 'elements' };

/** An event that appends this HTML to an element. */
export const append = (selector: string, html: string, names = NAMES) => ({
  type: names.type,
  data: [
    `${names.mode} append`,
    `selector ${selector}`,
    ...html.split('\n').map((line) => `${names.html} ${line}`),
  ],
});

/** The steps of a job. A page that comes back gets the steps that it has missed. */
export const steps = (names = NAMES) =>
  eventStreamHandler((stream) => {
    const seen = Number(stream.lastEventId); // '' is 0
    if (seen === STEPS.length) return stream.noContent();
    return STEPS.slice(seen).map((step, index) => ({
      ...append('#steps', `<li>${step}</li>`, names),
      id: String(seen + index + 1),
    }));
  });
