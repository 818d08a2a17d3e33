/** Thrown by `connect` itself, at the call: a TypeError with `code` and `option`. */
export const invalidOption = (option: string, message: string): TypeError =>
  Object.assign(new TypeError(`Invalid option ${option}: ${message}`), { code: 'INVALID_OPTION', option });
