/**
 * npm takes settings from the environment that pnpm made for itself; a user's shell has none of them. Where those of the
 * machine are stays: certificates may stand there, and another Node looks for them elsewhere.
 */
export const ENVIRONMENT: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || /^(?:npm|pnpm)_(?!config_globalconfig$)|^NODE_OPTIONS$/i.test(name) ? [] : [[name, value]],
  ),
);
