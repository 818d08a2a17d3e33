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

/** Data of a convention's event as an object; a malformed one reads as an empty object, never as an exception. */
function fields(data: string): Map<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
  } catch {
    // Not JSON: the event's type alone already says what happened.
  }
  return new Map();
}

export function readGap(data: string): Gap {
  const gap = fields(data);
  const after = gap.get('after');
  const oldest = gap.get('oldest');
  return {
    after: typeof after === 'string' ? after : '',
    oldest: typeof oldest === 'string' ? oldest : null,
  };
}

export function readLag(data: string): Lag {
  const dropped = fields(data).get('dropped');
  return { dropped: typeof dropped === 'number' && dropped >= 0 ? dropped : 0 };
}

export function readEndReason(data: string): string | undefined {
  const reason = fields(data).get('reason');
  return typeof reason === 'string' ? reason : undefined;
}
