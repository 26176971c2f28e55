import { describe, expect, test, vi } from "vitest";
import { finish, harness } from "../../../test/harness.ts";
import { scripted } from "../../../test/scripted-target.ts";
import type { RequestRepair, Target } from "../../model/target.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import { makeTarget } from "../make-target.ts";
import { checkTargetOptions, readTargetOptions } from "../options/target-options.ts";
import { Evidence } from "../reading/evidence.ts";
import { nodeFetch } from "./node-fetch.ts";
import { TRANSPORT, type Over, type TransportOptions } from "./transports.ts";

const repair: RequestRepair = { description: "without topK", apply: (request) => ({ ...request, topK: undefined }) };

/** A target whose connections are noted, and whose vendor refuses `topK` once it has been asked for. */
function target(options: TransportOptions, made: Over[] = [], sent: unknown[] = []): Target {
  const given = readTargetOptions(
    "one",
    { apiKey: "k", baseURL: "https://gamma.test", ...options },
    { transport: TRANSPORT },
  );
  return makeTarget({
    ...given,
    vendor: "gamma",
    checked: checkTargetOptions(given.options, { ...given, vendor: "gamma", defaultBaseURL: "", keyVariables: [] }),
    capabilities: scripted(harness().clock, []).capabilities,
    failureTable: {
      rows: [{ status: 400, class: "request.unsupported", repair }],
      readError: () => undefined,
      requestIdHeaders: [],
    },
    plan: () => ({ silentReasoning: false, eventsAtOnce: false }),
    toNativeRequest: ({ topK }) => ({ path: "/", headers: {}, body: { ...(topK !== undefined && { topK }) } }),
    connection: (over) => {
      made.push(over);
      return {
        send: ({ body }) => {
          sent.push([over.transport, body]);
          return Promise.resolve("topK" in body ? new Response("{}", { status: 400 }) : Response.json({}));
        },
      };
    },
    reader: ({ newId }) => ({
      evidence: new Evidence(),
      event: () => undefined,
      whole: (_body, out) => {
        const id = newId();
        out.push({ type: "text-start", id }, { type: "text-delta", id, delta: "Hi" });
        out.push({ type: "text-end", id, part: { type: "text", text: "Hi" } });
        out.push({ type: "end", finishReason: "stop", rawFinishReason: "stop" });
      },
      finish: () => undefined,
    }),
  });
}

const messages = ({ problems }: Target): readonly string[] => problems.map(({ message }) => message);

const own: typeof globalThis.fetch = () => Promise.reject(new Error("unused"));

const stream: Target["stream"] = () => {
  throw new TargetFailure("server.error");
};

describe("the transport of a target", () => {
  test("is what its options say, and its connection is made over it once", () => {
    const made: Over[] = [];

    const all = [{}, { transport: "fetch" }, { transport: "node" }, { fetch: own }, { transport: "fetch", fetch: own }];
    const targets = all.map((options) => target(options, made));

    expect(made).toEqual([
      { transport: undefined, fetch: undefined },
      { transport: "fetch", fetch: undefined },
      { transport: "node", fetch: nodeFetch },
      { transport: undefined, fetch: own },
      { transport: "fetch", fetch: own },
    ]);
    expect(targets.map(({ transport }) => transport)).toEqual([undefined, "fetch", "node", undefined, "fetch"]);
    expect(targets.flatMap(messages)).toEqual([]);
  });

  test.each(["nodes", "http2", "undici", "", 7, null, {}, ["node"]])(
    "is refused where there is no such word: %j",
    (transport) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what callers without types pass
      const [message] = messages(target({ transport } as never));

      expect(message).toMatch(/^gamma\("one"\): `transport` must be 'fetch' or 'node'/);
    },
  );

  test("names the word that was meant", () => {
    expect(messages(target({ transport: "nodes" }))).toEqual([
      "gamma(\"one\"): `transport` must be 'fetch' or 'node' (did you mean `node`?)",
    ]);
  });

  test("cannot be `node` beside an own fetch", () => {
    expect(messages(target({ transport: "node", fetch: globalThis.fetch }))).toEqual([
      "gamma(\"one\"): `fetch` and `transport: 'node'` exclude each other: both make the requests; leave one of them out",
    ]);
  });

  test("cannot be `node` where the runtime has no modules of Node", () => {
    const absent =
      "gamma(\"one\"): `transport: 'node'` needs `node:http`, which this runtime or bundle does not have: leave `transport` out, or give 'fetch'";
    const found: unknown[] = [];
    for (const value of [undefined, {}]) {
      vi.stubGlobal("process", value);
      try {
        found.push(messages(target({ transport: "node" })), messages(target({ transport: "fetch" })));
      } finally {
        vi.unstubAllGlobals();
      }
    }

    expect(found).toEqual([[absent], [], [absent], []]);
  });

  test("fails the attempt with the fix where a bundle has left the modules out", async () => {
    vi.resetModules();
    vi.doMock("#node-transport", () => ({ nodeTransport: undefined }));
    try {
      const { nodeFetch: bundled } = await import("./node-fetch.ts");

      await expect(bundled("http://127.0.0.1:1/")).rejects.toMatchObject({
        class: "request.unsupported",
        details: { explanation: expect.stringContaining("leave `transport` out, or give 'fetch'") },
      });
    } finally {
      vi.doUnmock("#node-transport");
      vi.resetModules();
    }
  });

  class ProxyAgent {
    dispatch(): boolean {
      return true;
    }
  }
  class EnvHttpProxyAgent extends ProxyAgent {}
  class Dispatcher1Wrapper extends ProxyAgent {}

  test.each([1, 2])(
    "cannot be `node` where a dispatcher, such as a proxy's, is set for the process: undici's symbol %i",
    (number) => {
      const symbol = Symbol.for(`undici.globalDispatcher.${number}`);
      const before: unknown = Reflect.get(globalThis, symbol);
      const found: unknown[] = [];
      for (const dispatcher of [new ProxyAgent(), new EnvHttpProxyAgent(), new Dispatcher1Wrapper()]) {
        Reflect.set(globalThis, symbol, dispatcher);
        try {
          found.push(messages(target({ transport: "node" })), messages(target({})));
        } finally {
          if (before === undefined) Reflect.deleteProperty(globalThis, symbol);
          else Reflect.set(globalThis, symbol, before);
        }
      }
      const bypass =
        "gamma(\"one\"): `transport: 'node'` would bypass the dispatcher of undici that is set for this process: leave `transport` out, or give 'fetch'";

      // The last one stands for a dispatcher that is to be found under the other symbol.
      expect(found).toEqual([[bypass], [], [bypass], [], [], []]);
    },
  );
});

describe("a target over another transport", () => {
  test("is a copy, the same each time, and leaves the target as it was", () => {
    const made: Over[] = [];
    const first = target({}, made);

    const copy = first.withTransport?.("node");

    expect(first.transport).toBe(undefined);
    expect(copy?.transport).toBe("node");
    expect(copy).toMatchObject({
      vendor: "gamma",
      model: "one",
      endpoint: "gamma.test",
      scopes: first.scopes,
      problems: [],
    });
    expect(first.withTransport?.("node")).toBe(copy);
    expect(copy?.withTransport?.("node")).toBe(copy);
    expect(copy?.withTransport?.("fetch")).toBe(first.withTransport?.("fetch"));
    expect(made.map(({ transport }) => transport)).toEqual([undefined, "node", "fetch"]);
  });

  test("is not to be had where the target has chosen", () => {
    const chosen = [{ transport: "fetch" }, { transport: "node" }, { fetch: globalThis.fetch }];

    expect(chosen.map((options) => "withTransport" in target(options))).toEqual([false, false, false]);
  });

  test("is not taken for what wraps the target", () => {
    const first = target({});
    const spread: Target = { ...first, stream };
    const heir: Target = Object.create(first, { stream: { value: stream } });

    expect(spread.withTransport?.("node")).toBe(spread);
    expect(heir.withTransport?.("node")).toBe(heir);
  });

  test("knows what was learnt over the first: the vendor's refusal costs one request", async () => {
    const { clock, chain } = harness();
    const sent: unknown[] = [];
    const first = target({}, [], sent);

    await finish(clock, chain([first]).generate({ messages: [{ role: "user", content: "Hi" }], topK: 3 }));
    await finish(
      clock,
      chain([first], { transport: "fetch" }).generate({ messages: [{ role: "user", content: "Hi" }], topK: 3 }),
    );

    expect(sent).toEqual([
      [undefined, { topK: 3 }],
      [undefined, {}],
      ["fetch", {}],
    ]);
  });
});
