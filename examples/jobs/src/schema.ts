import { z } from 'zod';

/** What a bad request is told: which field, why, and what would be right. */
interface FieldError {
  readonly code: 'INVALID_FIELD' | 'UNKNOWN_FIELD';
  readonly field: string;
  readonly message: string;
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: FieldError };

const levelMessage = 'level must be a whole number, 0 to 9 for gzip, 0 to 11 for brotli';
const paceMessage = 'pace must be a whole number of ms, 0 to 2000';
const folderMessage = 'folder must be a path of 1 to 200 characters without control characters';

const startJob = z
  .strictObject({
    folder: z
      .string({ error: folderMessage })
      .min(1, { error: folderMessage })
      .max(200, { error: folderMessage })
      .regex(/^[^\u0000-\u001f\u007f]*$/, { error: folderMessage })
      .default('.'),
    compression: z
      .enum(['gzip', 'brotli'], { error: 'compression must be "gzip" or "brotli"' })
      .default('gzip'),
    level: z
      .int({ error: levelMessage })
      .min(0, { error: levelMessage })
      .max(11, { error: levelMessage })
      .default(6),
    pace: z
      .int({ error: paceMessage })
      .min(0, { error: paceMessage })
      .max(2000, { error: paceMessage })
      .default(150),
  })
  .refine(({ compression, level }) => compression !== 'gzip' || level <= 9, {
    path: ['level'],
    error: levelMessage,
  });

/** How a page names itself in `GET /jobs?client=` and `POST /cut`. */
export const clientPattern = /^[\w-]{1,64}$/;

const cut = z.strictObject({
  client: z
    .string({ error: 'client must be the name that the page connected with' })
    .regex(clientPattern, { error: 'client must be 1 to 64 letters, digits, "_" or "-"' }),
});

function check<Schema extends z.ZodObject>(schema: Schema, body: unknown): Checked<z.output<Schema>> {
  const result = schema.safeParse(body);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const field = issue.keys[0] ?? '';
    const known = Object.keys(schema.shape).join(', ');
    return {
      ok: false,
      error: {
        code: 'UNKNOWN_FIELD',
        field,
        message: `${JSON.stringify(field)} is not a field of this request, which has: ${known}`,
      },
    };
  }
  const field = issue?.path.map(String).join('.') || 'body';
  const message = field === 'body' ? 'the body must be a JSON object, such as {}' : (issue?.message ?? '');
  return { ok: false, error: { code: 'INVALID_FIELD', field, message } };
}

export const checkStartJob = (body: unknown) => check(startJob, body);
export const checkCut = (body: unknown) => check(cut, body);
