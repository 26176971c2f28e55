import { TargetFailure } from "../../model/target-failure.ts";
import { asObject } from "../foreign.ts";
import type { Fetch } from "./capped-fetch.ts";
import { specialDispatcher } from "./fresh-dispatcher.ts";
import { loadOnce } from "./load-once.ts";

/** One for all targets of this process, so that they share its connections. */
let transport: Fetch | undefined;

const INSTEAD = "leave `transport` out, or give 'fetch'";
const ABSENT = `\`transport: 'node'\` needs \`node:http\`, which this runtime or bundle does not have: ${INSTEAD}`;
const BYPASS = `\`transport: 'node'\` would bypass the dispatcher of undici that is set for this process: ${INSTEAD}`;

const load = loadOnce(async () => {
  const { nodeTransport } = await import("#node-transport");
  if (nodeTransport === undefined) throw new TargetFailure("request.unsupported", { explanation: ABSENT });
  return (transport ??= nodeTransport());
});

/** A fetch over `node:http`, whose code is loaded when it is first needed. */
export const nodeFetch: Fetch = (input, init) =>
  transport === undefined ? load().then((loaded) => loaded(input, init)) : transport(input, init);

/** Begins to load it, so that the first request need not wait for all of that. A failure comes up again with it. */
export function loadNodeFetch(): void {
  load().catch(() => undefined);
}

/** Why it cannot be used here, with the fix. */
export function nodeFetchProblem(): string | undefined {
  const builtin = asObject(Reflect.get(globalThis, "process"))["getBuiltinModule"];
  if (typeof builtin !== "function") return ABSENT;
  const dispatcher = specialDispatcher();
  // Of a process that takes its proxies from the environment; `nodeTransport` does the same.
  const isNodes = dispatcher?.constructor?.name === "EnvHttpProxyAgent" && hasProxies(builtin("node:http"));
  return dispatcher === undefined || isNodes ? undefined : BYPASS;
}

function hasProxies(http: unknown): boolean {
  return asObject(asObject(asObject(http)["globalAgent"])["options"])["proxyEnv"] !== undefined;
}
