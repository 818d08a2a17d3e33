/** The server cannot give all that was missed: what follows starts later than asked for. */
export interface Gap {
  /** The id that was asked for. */
  readonly after: string;
  /** The first id that the server still has, or null. */
  readonly oldest: string | null;
}

/** The server dropped events for this client, because it was too slow. */
export interface Lag {
  /** How many events; 0 if the server did not say. */
  readonly dropped: number;
}
