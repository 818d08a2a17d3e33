'use server';

import { news } from '../lib/news';

export async function publish(form: FormData): Promise<void> {
  await news.publish(String(form.get('text')));
}
