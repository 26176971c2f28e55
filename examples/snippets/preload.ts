/**
 * Loaded before a snippet: no key is real, and requests to the vendors' hosts go to simulators. Adapters look up the
 * global fetch when they need it, so nothing in the snippet has to know.
 */
import { Socket } from "node:net";
import type { Route } from "./vendors.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the test that starts this process
const routes = JSON.parse(process.env["UNDERSTUDY_ROUTES"] ?? "[]") as readonly Route[];
const fetchFrom = globalThis.fetch;

for (const vendor of ["ANTHROPIC", "OPENAI", "DEEPSEEK", "GEMINI", "MISTRAL", "XAI"])
  process.env[`${vendor}_API_KEY`] = "simulated-key";
process.env["AWS_BEARER_TOKEN_BEDROCK"] = "simulated-key";
process.env["AWS_REGION"] = "us-east-1";

globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const route = routes.find(({ host, path }) => isHost(url.host, host) && url.pathname.startsWith(path));
  if (route !== undefined) {
    const target = `${route.origin}${url.pathname}${url.search}`;
    return fetchFrom(input instanceof Request ? new Request(target, input) : target, init);
  }
  return fetchFrom(input, init);
};

/** Whatever opens a connection, and however: nothing leaves this machine. */
// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const connect = Socket.prototype.connect;
Socket.prototype.connect = function connectHere(this: Socket, ...parameters: unknown[]) {
  const host = hostOf(parameters);
  if (host !== "127.0.0.1") {
    // Beside the error, which a snippet may survive by failing over.
    process.stderr.write(`A snippet may not call ${host}.\n`);
    process.exit(1);
  }
  return Reflect.apply(connect, this, parameters);
};

/** Node hands over the options in an array of its own; users hand them over as they are. */
function hostOf([first]: readonly unknown[]): string {
  const options: unknown = Array.isArray(first) ? first[0] : first;
  const host: unknown = typeof options === "object" && options !== null ? Reflect.get(options, "host") : undefined;
  return typeof host === "string" ? host : "an unknown host";
}

/** `*.example.com` is every host below it. */
function isHost(host: string, pattern: string): boolean {
  return pattern.startsWith("*") ? host.endsWith(pattern.slice(1)) : host === pattern;
}
