import { originOf } from '../client/origin.mjs';
import { workloads } from '../client/workloads.mjs';
import { openBrowser } from './browser.mjs';
import { participants } from './participants.mjs';
import { targets } from './targets.mjs';

/** @type {import('../part.mjs').Part} */
export const page = {
  name: 'page',
  title: 'A page in Chromium',
  about:
    'As for the client, with a page of headless Chromium as the client. The figures are microseconds by the\n' +
    'clock for one event, from the request to the last event: 1,000,000 divided by one is events a second.',
  builds: ['parser', 'client'],
  workloads: workloads.filter(({ name }) => name === 'large' || name === 'single'),
  ...{ participants, targets },
  async start({ participant, workload }) {
    const { read, module } = /** @type {typeof participants[number]} */ (participant);
    const { origin, url, bytes } = await originOf(/** @type {typeof workloads[number]} */ (workload));
    const { events } = workload;
    const browser = await openBrowser(
      `const read = ${read};
      globalThis.round = async () => {
        const began = performance.now();
        await read(${JSON.stringify(url)}, ${events}, ${bytes}, ${JSON.stringify(module)});
        return performance.now() - began;
      };`,
    );
    return {
      round: async () => ({ cpu: (1000 * (await browser.round())) / events }),
      async stop() {
        await browser.close();
        await origin.stop();
      },
    };
  },
};
