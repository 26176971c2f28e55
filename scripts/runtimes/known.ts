import type { Report } from "./program.ts";

const ONE_ANSWER = ["start", "text-start", "text-delta", "text-end", "finish"];

/** What all that have a `fetch` of their own do: they do not say in what way a body broke. */
const OWN_FETCH: Report = {
  ...atBoth("cut in a compressed body", { attempts: ["stream.reset", "answered"] }),
  ...atBoth("a broken chunk", { attempts: ["stream.reset", "answered"] }),
  // They accept more than 64 KiB of headers.
  "anthropic: too many headers": { tier: "anthropic/claude-sonnet-5-5", attempts: ["answered"], events: ONE_ANSWER },
  "chat: too many headers": { tier: "openai/gpt-5.5", attempts: ["answered"], events: ONE_ANSWER },
};
/** Nor in what way a connection failed. */
const NOT_HTTP: Report = atBoth("not HTTP", { attempts: ["network.reset", "network.reset", "answered"] });
const REFUSED: Report = { "nobody listens": { attempts: ["network.reset", "network.reset", "answered"] } };
const WORKERD: Report = {
  ...OWN_FETCH,
  ...NOT_HTTP,
  ...REFUSED,
  // It takes the connection on which the answer before was longer than it said, and has to ask again.
  ...atBoth("an error in the stream", { attempts: ["network.reset", "server.overloaded", "answered"] }),
};

/** Where a subject's results may differ from those of Node 24: by scene, the fields that differ, as they are there. */
export const KNOWN: Readonly<Record<string, Report>> = {
  bun: { ...OWN_FETCH, ...NOT_HTTP },
  deno: OWN_FETCH,
  workerd: WORKERD,
  "workerd-nodejs": WORKERD,
};

function atBoth(failure: string, fields: object): Report {
  return { [`anthropic: ${failure}`]: fields, [`chat: ${failure}`]: fields };
}
