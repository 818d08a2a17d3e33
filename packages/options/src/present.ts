/** The options that were given, for packages in which null counts as absent, as undefined does. */
export const present = <Options extends object>(options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && value !== null),
  ) as Options;
