/**
 * Loaded before a snippet: no key is real, and requests to the vendors' hosts go to simulators. Adapters look up the
 * global fetch when they need it, so nothing in the snippet has to know.
 */
import type { Route } from "./vendors.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the test that starts this process
const routes = JSON.parse(process.env["UNDERSTUDY_ROUTES"] ?? "[]") as readonly Route[];
const fetchFrom = globalThis.fetch;

for (const vendor of ["ANTHROPIC", "OPENAI", "DEEPSEEK", "GEMINI"]) process.env[`${vendor}_API_KEY`] = "simulated-key";

globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const route = routes.find(({ host, path }) => isHost(url.host, host) && url.pathname.startsWith(path));
  if (route !== undefined) {
    const target = `${route.origin}${url.pathname}${url.search}`;
    return fetchFrom(input instanceof Request ? new Request(target, input) : target, init);
  }
  if (url.hostname === "127.0.0.1") return fetchFrom(input, init);
  // Beside the rejection, which the snippet may survive by failing over.
  process.exitCode = 1;
  return Promise.reject(new TypeError(`A snippet may not call ${url.host}.`));
};

/** `*.example.com` is every host below it. */
function isHost(host: string, pattern: string): boolean {
  return pattern.startsWith("*") ? host.endsWith(pattern.slice(1)) : host === pattern;
}
