import type { ConnectOptions } from '@eventwire/client';

/** A server of somebody else's that holds its events for who comes back. */
export interface Peer extends AsyncDisposable {
  readonly port: number;
  /** Path and query of the stream. */
  readonly path: string;
  /** What its clients have to send. */
  readonly options?: ConnectOptions | undefined;
  /** Sends this text to all who follow, now or later. */
  publish(text: string): Promise<void>;
  /** The text in an event's data, as this server writes it. */
  textOf(data: string): string;
}
