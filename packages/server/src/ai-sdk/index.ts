export {
  type ChatAnswer,
  type ChatRuns,
  type ChatRunsOptions,
  createChatRuns,
  type ResumeOptions,
} from './chat-runs';
export { UI_MESSAGE_STREAM } from './ui-message-stream';
