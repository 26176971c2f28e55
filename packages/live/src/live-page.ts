import type { IncomingMessage, ServerResponse } from "node:http";
import { sendResponse } from "@understudy/core/node";
import { systemClock } from "@understudy/core/store";
import type { Clock, ObserverFactory } from "@understudy/core";
import { pageOf } from "./page.ts";
import type { LiveState } from "./state.ts";
import { Viewers } from "./viewers.ts";
import { WatchedChain } from "./watched-chain.ts";

/** Options of `livePage`. */
export interface LivePageOptions {
  /** Whether it answers at all; 404 where it does not. Default: everywhere but where `NODE_ENV` is `production`. */
  readonly enabled?: boolean | undefined;
  /** Its clock and timers, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** A page that shows chains at work, and the data behind it. */
export interface LivePage {
  /** An observer for a chain, which is shown under this name: `createChain(tiers, { observers: [page.observe("chat")] })`. */
  readonly observe: (name: string) => ObserverFactory;
  /**
   * Answers `GET` requests: a path that ends in `/events` with server-sent events, in `/state` with JSON, any other with the
   * page. Mount it wherever you like, behind your own login: 405 for other methods, 503 for a ninth viewer.
   */
  readonly handler: (request: Request) => Response;
  /** The same for `node:http`, Express and Fastify's raw objects. Resolves when the response is over. */
  readonly nodeHandler: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** More are chains made for a request each: the oldest are shown no more. */
const MOST_CHAINS = 32;

const PRIVATE = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/**
 * A live page of chains: targets, breakers, what blocks them, and the last 50 calls. Shows vendors, models, states, counts
 * and classes of failures; never prompts, answers, keys or scopes. It has no login and no controls. Throws a `TypeError` that
 * names every option that is wrong.
 */
export function livePage(options: LivePageOptions = {}): LivePage {
  const { enabled = process.env["NODE_ENV"] !== "production", clock = systemClock } = checked(options);
  const chains: WatchedChain[] = [];
  const state = (): LiveState => ({ chains: chains.map((chain) => chain.state()) });
  const viewers = new Viewers(clock, state);

  const handler = (request: Request): Response => {
    const asked = readRequest(request);
    if (!enabled) return plain(404, "Not found");
    if (asked.method !== "GET") return plain(405, "Only GET is answered", { allow: "GET" });
    const { pathname } = asked;
    if (pathname.endsWith("/state")) return Response.json(state(), { headers: PRIVATE });
    if (!pathname.endsWith("/events")) return pageOf(PRIVATE);
    if (viewers.isFull) return plain(503, "Eight are looking already", { "retry-after": "2" });
    const headers = { ...PRIVATE, "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" };
    return new Response(viewers.join(), { headers });
  };

  return {
    observe: (name) => {
      if (typeof name !== "string" || name === "") throw new TypeError("observe() needs the name of a chain.");
      return (chain) => {
        if (!enabled) return {};
        const watched = new WatchedChain(name, chain, clock, () => viewers.news());
        chains.push(watched);
        if (chains.length > MOST_CHAINS) chains.shift();
        return watched.observer;
      };
    },
    handler,
    nodeHandler: async (request, response) => {
      await sendResponse(handler(toWebRequest(request)), response);
    },
  };
}

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { ...PRIVATE, ...headers } });
}

function checked(given: LivePageOptions): LivePageOptions {
  if (typeof given !== "object" || given === null) throw new TypeError("livePage() needs an object of options.");
  const options = fieldsOf(given);
  const problems = Object.keys(options)
    .filter((name) => name !== "enabled" && name !== "clock")
    .map((name) => `there is no option ${JSON.stringify(name)}`);
  const { enabled, clock } = options;
  if (enabled !== undefined && typeof enabled !== "boolean") problems.push("`enabled` must be true or false");
  if (clock !== undefined && !isClock(clock)) problems.push("`clock` must be a clock");
  if (problems.length > 0) throw new TypeError(`The live page cannot be made: ${problems.join("; ")}.`);
  return options;
}

/** A proxy that was revoked is none. */
function isClock(clock: unknown): boolean {
  try {
    return typeof Reflect.get(Object(clock), "setTimeout") === "function";
  } catch {
    return false;
  }
}

function readRequest(request: Request): { readonly method: string; readonly pathname: string } {
  try {
    return { method: request.method, pathname: new URL(request.url).pathname };
  } catch {
    throw new TypeError("The handler of a live page takes a web Request; `nodeHandler` takes one of node:http.");
  }
}

/** Only method and path are looked at. */
function toWebRequest(request: IncomingMessage): Request {
  try {
    return new Request(new URL(request.url ?? "/", "http://localhost"), { method: request.method ?? "GET" });
  } catch {
    throw new TypeError("The nodeHandler of a live page takes request and response of node:http.");
  }
}

function fieldsOf(options: LivePageOptions): LivePageOptions {
  try {
    return { ...options };
  } catch {
    throw new TypeError("The live page cannot be made: its options cannot be read, a getter or proxy threw.");
  }
}
