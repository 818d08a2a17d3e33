// One server: serves the streams that it is asked for, and says what that took.
import { answerRequests, cpuTime } from '../answer-requests.mjs';

const [, , name] = process.argv;

answerRequests({
  start: async () => ({ port: await (await import(`./participants/${name}.mjs`)).start() }),
  cpu: () => ({ cpu: cpuTime() }),
});
