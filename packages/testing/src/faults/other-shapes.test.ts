import { describe, expect, test } from "vitest";
import { witnessed } from "../conformance/witness.ts";
import { deltas, joined } from "../simulators/answer.ts";
import { jsonOf, parseBody, type Wire } from "../simulators/wire.ts";
import { startServer } from "../simulators/server.ts";
import type { Fault } from "./fault.ts";
import { rawExchange, type RawAnswer } from "./raw-client.ts";

/** JSON lines; its last one is evidence and end in one, and its errors are `{ fault }`. */
const LINES: Wire = {
  name: "lines",
  basePath: "",
  keepAlive: { stream: "\n", whole: "\n" },
  unknownEvent: { kind: "structure", data: { z: "glow" } },
  admit: (request, { ids, organization }) => {
    const body = parseBody(request.text) ?? {};
    const streamed = body["live"] === true;
    return { type: "call", call: { request, body, model: "m", streamed, ids, organization } };
  },
  frames: (answer) => [
    { kind: "preamble", data: { z: "hi" } },
    ...deltas(answer.text).map((d) => ({ kind: "delta" as const, data: { z: "say", d } })),
    { kind: "last", data: { z: "bye" } },
  ],
  encode: ({ data }) => `${JSON.stringify(data)}\n`,
  whole: (answer) => ({ say: joined(answer.text) }),
  error: (name, { message }) => ({ status: 429, body: { fault: { kind: name, text: message ?? "No." } } }),
  statusError: (status) => ({ status, body: { fault: { kind: `s${status}` } } }),
  inBand: (reply) => [{ kind: "terminal", data: jsonOf(reply) }],
  headers: () => ({}),
};
/** Its errors hold no sentence. */
const SILENT: Wire = { ...LINES, error: (name) => ({ status: 429, body: { fault: { kind: name } } }) };
const MESSAGE = 'Say "again" in 41 s.';

async function ask(
  wire: Wire,
  fault: Fault,
  live = true,
): Promise<RawAnswer & { readonly unplayable: readonly string[] }> {
  await using vendor = await startServer(wire);
  vendor.answer({ text: ["One ", "two."] });
  vendor.script([{ fault }]);
  const body = JSON.stringify({ live });
  const answer = await rawExchange({ url: vendor.url, path: "/", headers: { connection: "close" }, body });
  return { ...answer, unplayable: vendor.unplayable };
}

/** The lines of a chunked body. */
function lines({ body }: RawAnswer): readonly string[] {
  return body.split(/\r?\n/).filter((line) => line.startsWith("{"));
}

const HI = '{"z":"hi"}';
const [ONE, TWO] = ['{"z":"say","d":"One "}', '{"z":"say","d":"two."}'];
const BYE = '{"z":"bye"}';

describe("an event that is evidence and end in one", () => {
  test.each<readonly [string, Fault, readonly string[]]>([
    ["no evidence takes it away", { type: "no-evidence" }, [HI, ONE, TWO]],
    ["a cut before the evidence is before it", { type: "cut", at: "content", how: "clean" }, [HI, ONE, TWO]],
    ["a cut after the evidence is behind it", { type: "cut", at: "evidence", how: "clean" }, [HI, ONE, TWO, BYE]],
    ["a second end is a second one", { type: "duplicate-terminal" }, [HI, ONE, TWO, BYE, BYE]],
    ["late events follow it", { type: "late-events" }, [HI, ONE, TWO, BYE, ONE, TWO]],
    [
      "an error after the evidence takes its place",
      { type: "in-band-error", at: "evidence" },
      [HI, ONE, TWO, '{"fault":{"kind":"overloaded","text":"No."}}'],
    ],
  ])("%s", async (_name, fault, sent) => {
    expect(lines(await ask(LINES, fault))).toEqual(sent);
  });
});

describe("the sentence of a fault", () => {
  test.each<readonly [string, Fault, boolean]>([
    ["before a stream", { type: "error", error: "rate-limited", message: MESSAGE }, true],
    ["inside of a stream", { type: "in-band-error", at: { deltas: 1 }, message: MESSAGE }, true],
    ["in place of an answer in one piece", { type: "in-band-error", at: "headers", message: MESSAGE }, false],
  ])("stands where the wire puts it, %s", async (_name, fault, live) => {
    const answer = await ask(LINES, fault, live);

    expect(JSON.parse(lines(answer).at(-1) ?? "")).toMatchObject({ fault: { text: MESSAGE } });
    expect(answer.unplayable).toEqual([]);
  });

  test("that a wire does not write is told, and never fails the adapter", async () => {
    const { status, unplayable } = await ask(SILENT, { type: "error", error: "rate-limited", message: MESSAGE });
    const failed: unknown = await witnessed("the wait is kept", async (witness) => {
      await using vendor = await startServer(SILENT);
      witness.watch(vendor);
      vendor.script([{ fault: { type: "in-band-error", at: "preamble", message: MESSAGE } }]);
      await fetch(vendor.url, { method: "POST", body: "{}" }).then((reply) => reply.text());
    }).catch((error: unknown) => error);

    expect(status).toBe(599);
    expect(unplayable).toEqual([expect.stringMatching(/^the wire of lines does not write the `message` of a fault/)]);
    expect(String(failed)).toContain("broken: nothing that the adapter did: the wire of lines does not write");
  });

  test("is not asked for where a fault has none", async () => {
    expect(await ask(SILENT, { type: "error", error: "rate-limited" })).toMatchObject({ status: 429, unplayable: [] });
  });
});

test("what a wire throws is told as the wire's, and never fails the adapter", async () => {
  const broken: Wire = {
    ...LINES,
    frames: () => {
      throw new TypeError("no frames");
    },
  };

  const { status, unplayable } = await ask(broken, { type: "no-evidence" });

  expect(status).toBe(599);
  expect(unplayable).toEqual(["the wire of lines threw: TypeError: no frames"]);
});

test.each<readonly [missing: number | "half", stated: number]>([
  ["half", 9],
  [4, 14],
  [600, 1],
  [-40, 58],
])("a content length that lacks %s of 18 bytes is %i", async (missing, stated) => {
  const { head, body } = await ask(LINES, { type: "content-length", missing }, false);

  expect(body).toBe('{"say":"One two."}'.slice(0, body.length));
  expect(head).toContain(`content-length: ${stated}\r\n`);
});
