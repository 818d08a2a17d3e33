import { ServerEventError } from './server-event-error';

/**
 * For a log that assigns the ids: two ids in one place would be one too many.
 *
 * @throws ServerEventError `ID_NOT_ALLOWED`, field `id`
 */
export function refuseId({ id }: { readonly id?: string | undefined }): void {
  if (id === undefined) return;
  throw new ServerEventError(
    'ID_NOT_ALLOWED',
    'id',
    'id is assigned by the log: leave it out, and keep your own in the data',
  );
}
