/** What to do about a class of failure, by how it begins: the first that fits. */
const FIXES: readonly (readonly [begin: string, fix: (place: string) => string])[] = [
  ["auth.forbidden", (place) => `allow the key of ${place} to use this model`],
  ["auth", (place) => `renew the key of ${place}`],
  ["billing", (place) => `top up the account of ${place}, or raise its limit`],
  ["model", () => "correct the model's id; `understudy models` lists those that are known"],
  ["endpoint", (place) => `correct the base URL of ${place}`],
  ["redirect", (place) => `correct the base URL of ${place}: redirects are not followed`],
  ["network.proxy", () => "correct the proxy's settings"],
  ["network", (place) => `see whether this machine reaches the endpoint of ${place}: name, firewall, proxy`],
  ["timeout", () => "try again with a longer `--timeout`; models that reason take longer"],
  ["server", () => "the vendor fails now: try again later"],
  [
    "gateway",
    (place) => `something between here and ${place} answers instead of the vendor: see its base URL and proxies`,
  ],
  ["request", () => "an option or default of this target is refused: see what the vendor says"],
  ["output", () => "try again; if it stays, requests that need it fail at this target"],
];

/** `isSent`: the vendor was asked at all. */
export function fixFor(failed: string, place: string, isSent: boolean): string {
  if (failed === "auth.invalid" && !isSent) return `see that ${place} can get its key or token on this machine`;
  const [, fix] = FIXES.find(([begin]) => failed.startsWith(begin)) ?? [];
  return fix?.(place) ?? "see the page `errors` of the documentation";
}
