/** How the server is. */
export interface Figures {
  /** MiB in use after a full collection. */
  readonly heap: number;
  readonly handles: number;
  readonly subscribers: number;
  readonly http2Port: number;
  /** What nobody had expected: exceptions, rejections, warnings. */
  readonly faults: string[];
}
