'use client';

import { connect } from '@eventwire/client';
import { useEffect, useState } from 'react';

export function Headlines() {
  const [headlines, setHeadlines] = useState<string[]>([]);
  useEffect(() => {
    const stream = connect('/news', { onEvent: ({ data }) => setHeadlines((all) => [...all, data]) });
    return () => stream.close();
  }, []);
  return (
    <ul>
      {headlines.map((headline) => (
        <li key={headline}>{headline}</li>
      ))}
    </ul>
  );
}
