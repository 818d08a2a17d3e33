import { createChannel } from '@eventwire/server-web';

export const news = createChannel();
