import { streamEvents } from '@eventwire/server-web';
import { news } from '../../lib/news';

export const GET = (request: Request) => streamEvents(request, (stream) => news.subscribe(stream));
