/**
 * A hub did not take an update, or a resource names no hub.
 *
 * Codes: `REFUSED` (the hub has said no: see `status` and the message), `UNAVAILABLE` (it could not be reached, or
 * asks to try again; the update may have been published), `NO_HUB` (the resource has no link to a hub).
 */
export class HubError extends Error {
  readonly code: 'REFUSED' | 'UNAVAILABLE' | 'NO_HUB';
  readonly status: number | undefined;

  constructor(code: HubError['code'], message: string, status?: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HubError';
    this.code = code;
    this.status = status;
  }
}
