import { type Channel, createChannel } from '@eventwire/server-web';

const shared = globalThis as typeof globalThis & { news?: Channel };

/** One channel for route handlers and server actions, which Next bundles apart, and over edits in development. */
shared.news ??= createChannel();
export const news = shared.news;
