/**
 * Whether a fetch refuses this member of RequestInit, as that of Workers does: "The 'cache' field on
 * 'RequestInitializerDict' is not implemented." Without what may be a URL, which can have the same words.
 */
export const refusesMember = (error: unknown, member: string): boolean =>
  new RegExp(`^(Type)?Error: .*\\b${member}'? (field|mode|value)`).test(
    String(error).replace(/\S*[/?]\S*/g, ''),
  );
