/** npm takes settings from the environment that pnpm made for itself; a user's shell has none of them. */
export const ENVIRONMENT: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || /^(?:npm|pnpm)_|^NODE_OPTIONS$/i.test(name) ? [] : [[name, value]],
  ),
);
