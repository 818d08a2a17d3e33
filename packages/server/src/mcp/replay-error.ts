/**
 * A client's stream cannot be replayed. Its transport responds with an error, and the client has to begin anew.
 *
 * Codes: `UNKNOWN_ID` (no id of an event store), `GAP` (the log no longer holds all that follows the id).
 */
export class McpReplayError extends Error {
  readonly code: 'UNKNOWN_ID' | 'GAP';

  constructor(code: McpReplayError['code'], message: string) {
    super(message);
    this.name = 'McpReplayError';
    this.code = code;
  }
}
