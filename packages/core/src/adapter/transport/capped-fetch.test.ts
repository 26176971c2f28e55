import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { cappedFetch, type Fetch } from "./capped-fetch.ts";
import { classifyFailures } from "../failures/http-failure.ts";
import { networkFailure } from "../failures/network-failure.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A fetch that resolves with what no runtime of ours would make. */
function fetchOf(response: unknown): Fetch {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any object may come from a fetch of others
  return () => Promise.resolve(response as Response);
}

const failures = classifyFailures({ rows: [], readError: () => undefined, requestIdHeaders: [] }, []);

describe("cappedFetch", () => {
  test("R10.6 follows no redirect: the second origin gets nothing, and the status tells", async () => {
    let reached = 0;
    const other = await serve((_, response) => {
      reached += 1;
      response.end();
    });
    const url = await serve((_, response) => response.writeHead(307, { location: other }).end());

    const { status, headers } = await cappedFetch(undefined, () => new VirtualClock())(url, {
      method: "POST",
      body: "prompt",
    });

    expect(failures.http({ status, headers, body: "", wallNow: 0 }).class).toBe("redirect");
    expect(reached).toBe(0);
  });

  test("cuts the body of a failed response at 64 KiB", async () => {
    const url = await serve((_, response) => response.writeHead(500, { "x-a": "1" }).end("x".repeat(1_000_000)));

    const response = await cappedFetch(undefined, () => new VirtualClock())(url);

    expect([response.status, response.headers.get("x-a")]).toEqual([500, "1"]);
    expect(await response.text()).toHaveLength(65_536);
  });

  test("cuts the body of a failed response after 2 s and keeps what came", async () => {
    const clock = new VirtualClock();
    const sent = Promise.withResolvers<void>();
    const url = await serve((_, response) => void response.writeHead(429).write("slow", () => sent.resolve()));
    const pending = cappedFetch(undefined, () => clock)(url);

    await sent.promise;
    while (clock.pending === 0) {
      // oxlint-disable-next-line no-await-in-loop -- until the headers are in
      await clock.settle();
    }
    await clock.advance(2_000);

    expect(await (await pending).text()).toBe("slow");
  });

  test("hands a good response on as it is, unread", async () => {
    const good = new Response("data: 1\n\n");
    const fetch = cappedFetch(
      () => Promise.resolve(good),
      () => new VirtualClock(),
    );

    expect(await fetch("https://x.test")).toBe(good);
  });

  test("classifies what fetch throws, in words no SDK takes for a timeout of its own", async () => {
    const cause = Object.assign(new Error("Connect Timeout Error"), { code: "UND_ERR_CONNECT_TIMEOUT" });
    const fetch = cappedFetch(
      () => Promise.reject(new TypeError("fetch failed", { cause })),
      () => new VirtualClock(),
    );

    const error: unknown = await fetch("https://x.test").catch((thrown: unknown) => thrown);

    expect(String(error)).not.toMatch(/time|cause/i);
    expect(networkFailure(error, "headers").class).toBe("network.connect-timeout");
  });

  test("takes a redirect that the runtime hides for what it is", async () => {
    const hidden = { type: "opaqueredirect", status: 0, ok: false, body: null, headers: new Headers() };
    const fetch = cappedFetch(fetchOf(hidden), () => new VirtualClock());

    const error: unknown = await fetch("https://x.test").catch((thrown: unknown) => thrown);

    expect(failures.thrown(error, 0)?.class).toBe("redirect");
  });

  test.each([undefined, null, "text", {}, { ok: false, status: 500, body: "text" }])(
    "classifies what is no response at all: %j",
    async (junk) => {
      const fetch = cappedFetch(fetchOf(junk), () => new VirtualClock());

      const error: unknown = await fetch("https://x.test").catch((thrown: unknown) => thrown);

      expect(failures.thrown(error, 0)).toBeDefined();
    },
  );

  test("carries a status that no response can have past an SDK, with headers and the start of the body", async () => {
    const odd = {
      type: "default",
      status: 999,
      ok: false,
      headers: new Headers({ "retry-after": "5" }),
      body: new Response("x".repeat(70_000)).body,
    };
    const fetch = cappedFetch(fetchOf(odd), () => new VirtualClock());

    const error: unknown = await fetch("https://x.test").catch((thrown: unknown) => thrown);
    const wrapped = new Error("Connection error.", { cause: error });

    expect(failures.thrown(wrapped, 0)).toMatchObject({
      class: "unknown",
      details: { status: 999, retryAfterMs: 5_000 },
    });
  });

  test("lets an abort pass as it is", async () => {
    const controller = new AbortController();
    controller.abort(new Error("mine"));
    const fetch = cappedFetch(undefined, () => new VirtualClock());

    await expect(fetch("https://x.test", { signal: controller.signal })).rejects.toThrow("mine");
  });
});
