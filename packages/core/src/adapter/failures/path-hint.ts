import type { CheckedOptions } from "../options/target-options.ts";

/** What may be wrong with a base URL when a path behind it is not found. */
export function pathHint(
  { baseURL, lacksVersion }: Pick<CheckedOptions, "baseURL" | "lacksVersion">,
  path: string,
): string | undefined {
  const { pathname = "" } = URL.parse(baseURL) ?? {};
  const [, twice] = /(\/v\d\w{0,20})\1$/.exec(pathname) ?? [];
  if (twice !== undefined) return `\`baseURL\` ends in \`${twice}\` twice`;
  const added = overlap(pathname, path);
  if (added !== "") return `\`baseURL\` goes without its \`${added}\`, which is added`;
  return lacksVersion === undefined ? undefined : `\`baseURL\` may have to end in \`${lacksVersion}\``;
}

/** The whole segments with which the one ends and the other begins. */
function overlap(base: string, path: string): string {
  const [route = ""] = path.split("?", 1);
  const ends = Array.from(`${route}/`.matchAll(/\//g), ({ index }) => route.slice(0, index));
  return ends.findLast((start) => start !== "" && base.endsWith(start)) ?? "";
}
