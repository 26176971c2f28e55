import type { CheckedOptions } from "../options/target-options.ts";

/** What may be wrong with a base URL when a path behind it is not found. */
export function pathHint(
  { baseURL, lacksVersion }: Pick<CheckedOptions, "baseURL" | "lacksVersion">,
  path: string,
): string | undefined {
  const [, twice] = /(\/v\d\w{0,20})\1\//.exec(baseURL + path) ?? [];
  if (twice !== undefined) return `\`baseURL\` goes without its \`${twice}\`, which is added`;
  return lacksVersion === undefined ? undefined : `\`baseURL\` may have to end in \`${lacksVersion}\``;
}
