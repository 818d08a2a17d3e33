import type { ChannelStats } from '@eventwire/server-node';

/** What the measured process is told. It answers both with a {@link Figures}. */
export type Command = { do: 'measure' } | { do: 'publish'; events: number; size: number };

/** Bytes, after a forced collection. */
export interface Figures {
  /** `held`: on the heap and in buffers. */
  readonly memory: { readonly held: number; readonly rss: number };
  readonly stats: ChannelStats;
}

export type Reply = { readonly port: number } | Figures;
