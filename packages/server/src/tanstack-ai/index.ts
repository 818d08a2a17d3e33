export {
  type DurableRequest,
  type DurableRun,
  type DurableStream,
  type DurableStreamOptions,
  runDurability,
} from './run-durability';
