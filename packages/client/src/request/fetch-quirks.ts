/** Words in which runtimes refuse a member of RequestInit that they do not know. */
const REFUSAL = /not implemented|not supported|unsupported|unknown|invalid/i;

/**
 * Whether a fetch refuses just this member of RequestInit, as that of Workers does: "The 'cache' field on
 * 'RequestInitializerDict' is not implemented." Without what may be a URL, which can have the same words.
 */
export const refusesMember = (error: unknown, member: string): boolean => {
  const text = String(error).replace(/\S*[/?]\S*/g, '');
  return /^(Type)?Error: /.test(text) && REFUSAL.test(text) && new RegExp(`\\b${member}\\b`).test(text);
};
