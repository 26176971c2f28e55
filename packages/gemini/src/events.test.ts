import {
  classifyFailures,
  isTargetFailure,
  type AttemptContext,
  type Clock,
  type FailureClass,
  type StreamPart,
  type TargetRequest,
} from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";
import { GenerateContentReader } from "./events.ts";

const clock: Clock = { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };
const failures = classifyFailures(failureTable, []);

interface Read {
  readonly reader: GenerateContentReader;
  readonly parts: readonly StreamPart[];
}

function reader(request?: TargetRequest): GenerateContentReader {
  let count = 0;
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => `p${++count}`,
    loss: () => undefined,
  };
  return new GenerateContentReader(context, failures, request);
}

/** Reads chunks as they come, up to the end of the body where the answer is complete. */
function read(chunks: readonly object[], request?: TargetRequest): Read {
  const wire = reader(request);
  const parts: StreamPart[] = [];
  for (const one of chunks) {
    const from = parts.length;
    wire.event({ data: JSON.stringify(one) }, parts);
    wire.evidence.read(parts, from);
  }
  const from = parts.length;
  if (wire.evidence.isGiven) wire.finish(parts);
  wire.evidence.read(parts, from);
  return { reader: wire, parts };
}

function whole(body: unknown): StreamPart[] {
  const parts: StreamPart[] = [];
  reader().whole(body, parts);
  return parts;
}

function chunk(parts: readonly object[], candidate: object = {}, more: object = {}): object {
  return { candidates: [{ content: { role: "model", parts }, index: 0, ...candidate }], ...more };
}

function types({ parts }: Read): string[] {
  return parts.map((part) => part.type);
}

function failureOf(run: () => unknown): FailureClass | undefined {
  try {
    run();
  } catch (error) {
    return isTargetFailure(error) ? error.class : undefined;
  }
  return undefined;
}

const piece = (partialArgs: readonly object[]) => ({ functionCall: { partialArgs, willContinue: true } });

const media = (mimeType: string, more: object = {}) => ({ inlineData: { mimeType, data: "AAAA" }, ...more });

const STOP = { candidates: [{ finishReason: "STOP" }] };

const counted = (usageMetadata: object) => chunk([{ text: "a" }], {}, { usageMetadata });
const isUnknown = (part: object): boolean =>
  read([chunk([part]), STOP]).parts.some((one) => one.type === "end" && one.unknownContent === true);

const token = (name: string) => ({ token: name, logProbability: -0.5 });

const logprobs = (name: string) => ({ logprobsResult: { chosenCandidates: [token(name)], topCandidates: [] } });

const tool = (name: string) => ({ name, inputSchema: { type: "object" } });

const named = (name: string) => ({ functionCall: { name, args: {} } });

describe("GenerateContentReader", () => {
  test("reads thoughts, then text, and says when silence is expected", () => {
    const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 2 };

    const { parts, reader: wire } = read([
      chunk([{ text: "a", thought: true }]),
      chunk([{ text: "b", thought: true }, { text: "c" }]),
      chunk([{ text: "d" }], { finishReason: "STOP" }, { usageMetadata, modelVersion: "gemini-3.8-flash-001" }),
    ]);

    const usage = { inputTokens: 3, cacheReadTokens: 0, outputTokens: 6, reasoningTokens: 2 };
    expect(parts).toEqual([
      { type: "reasoning-start", id: "p1" },
      { type: "working", kind: "reasoning", on: true },
      { type: "reasoning-delta", id: "p1", delta: "a" },
      { type: "reasoning-delta", id: "p1", delta: "b" },
      { type: "reasoning-end", id: "p1", part: { type: "reasoning", text: "ab" } },
      { type: "working", kind: "reasoning", on: false },
      { type: "text-start", id: "p2" },
      { type: "text-delta", id: "p2", delta: "c" },
      { type: "usage", usage },
      { type: "text-delta", id: "p2", delta: "d" },
      { type: "text-end", id: "p2", part: { type: "text", text: "cd" } },
      { type: "end", finishReason: "stop", rawFinishReason: "STOP", usage, model: "gemini-3.8-flash-001" },
    ]);
    expect(wire.evidence.isEnded).toBe(true);
  });

  test("keeps every signed part by itself, also the empty text at the end", () => {
    const { parts } = read([
      chunk([{ text: "a" }, { text: "b" }]),
      chunk([{ text: "c", thoughtSignature: "s1" }]),
      chunk([{ text: "d" }]),
      chunk([{ text: "", thoughtSignature: "s2" }], { finishReason: "STOP" }),
    ]);

    expect(parts.flatMap((part) => (part.type === "text-end" ? [part.part] : []))).toEqual([
      { type: "text", text: "ab" },
      { type: "text", text: "c", opaque: { thoughtSignature: "s1" } },
      { type: "text", text: "d" },
      { type: "text", text: "", opaque: { thoughtSignature: "s2" } },
    ]);
  });

  test("GE-06 says tool-calls where the vendor says STOP, with the signature on its call", () => {
    const { parts } = read([
      chunk([{ functionCall: { id: "x1", name: "f", args: { a: 1 } }, thoughtSignature: "s" }]),
      chunk([{ functionCall: { id: "x2", name: "f" } }]),
      STOP,
    ]);

    expect(parts.filter((part) => part.type === "tool-call" || part.type === "end")).toMatchObject([
      { part: { toolCallId: "x1", toolName: "f", input: { a: 1 }, opaque: { thoughtSignature: "s" } } },
      { part: { toolCallId: "x2", toolName: "f", input: {} } },
      { finishReason: "tool-calls", rawFinishReason: "STOP" },
    ]);
  });

  test("GE-07 makes ids where there are none, and where one repeats, each its own", () => {
    const { parts } = read([
      chunk([{ functionCall: { name: "f" } }, { functionCall: { name: "f" } }]),
      chunk([{ functionCall: { id: "x", name: "f" } }, { functionCall: { id: "x", name: "f" } }]),
      STOP,
    ]);

    const ids = parts.flatMap((part) => (part.type === "tool-call" ? [part.part.toolCallId] : []));
    expect(new Set(ids).size).toBe(4);
    expect(ids[2]).toBe("x");
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  test("puts arguments together that come in pieces, by their paths, and is not harmed by any", () => {
    const { parts } = read([
      chunk([{ functionCall: { name: "f", willContinue: true }, thoughtSignature: "s" }]),
      chunk([piece([{ jsonPath: "$.city", stringValue: "Bos", willContinue: true }])]),
      chunk([piece([{ jsonPath: "$.city", stringValue: "ton" }])]),
      chunk([
        piece([
          { jsonPath: "$.list[0].n", numberValue: 1 },
          { jsonPath: "$['a b']", boolValue: true },
        ]),
      ]),
      chunk([
        piece([
          { jsonPath: "$.none", nullValue: "NULL_VALUE" },
          { jsonPath: "$.__proto__.polluted", numberValue: 1 },
        ]),
      ]),
      chunk([{ functionCall: {} }]),
      STOP,
    ]);

    const [call] = parts.flatMap((part) => (part.type === "tool-call" ? [part.part] : []));
    expect(call).toMatchObject({
      input: { city: "Boston", list: [{ n: 1 }], "a b": true, none: null },
      opaque: { thoughtSignature: "s" },
    });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test.each([
    ["MAX_TOKENS", "length"],
    ["SAFETY", "content-filter"],
    ["RECITATION", "content-filter"],
    ["LANGUAGE", "other"],
    ["A_REASON_OF_THE_FUTURE", "other"],
  ])("maps the finish reason %s to %s", (raw, finishReason) => {
    const { parts } = read([chunk([{ text: "x" }]), { candidates: [{ finishReason: raw }] }]);

    expect(parts.at(-1)).toMatchObject({ type: "end", finishReason, rawFinishReason: raw });
  });

  test.each(["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "NO_IMAGE", "OTHER"])(
    "takes %s for an answer that went wrong",
    (finishReason) => {
      expect(failureOf(() => read([{ candidates: [{ finishReason, finishMessage: "canary" }] }]))).toBe(
        "output.malformed",
      );
    },
  );

  test("GE-04 takes a blocked prompt for a filtered answer without content", () => {
    const { parts } = read([
      { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 3 } },
    ]);

    expect(parts).toMatchObject([
      { type: "usage" },
      { type: "end", finishReason: "content-filter", rawFinishReason: "PROHIBITED_CONTENT" },
    ]);
  });

  test("ED-08 accepts a finish reason without parts, and reads on behind it: the last one counts", () => {
    const { parts, reader: wire } = read([
      chunk([{ text: "a" }], { finishReason: "STOP" }),
      chunk([{ text: "b" }], { finishReason: "STOP" }, { usageMetadata: { promptTokenCount: 55 } }),
      {
        candidates: [{ content: { role: "model" }, finishReason: "MAX_TOKENS" }],
        usageMetadata: { promptTokenCount: 5 },
      },
    ]);

    expect(parts.filter((part) => part.type === "text-end")).toMatchObject([{ part: { text: "ab" } }]);
    expect(parts.at(-1)).toMatchObject({ finishReason: "length", usage: { inputTokens: 5 } });
    expect(wire.evidence.isEnded).toBe(true);
  });

  test.each(["ERROR", "ABORT", "ABORTED", "CANCELLED", "CANCELED", "FAILED", "TIMEOUT", "cancelled"])(
    "takes the finish reason %s for the failure that it is, streamed and whole",
    (finishReason) => {
      const chunks = [chunk([{ text: "a" }]), { candidates: [{ finishReason }] }];

      expect(failureOf(() => read(chunks))).toBe("server.error");
      expect(failureOf(() => whole(chunks))).toBe("server.error");
      expect(failureOf(() => whole(chunk([{ text: "a" }], { finishReason })))).toBe("server.error");
    },
  );

  test("counts what the last object counts, also where it is less, and passes over one that counts nothing", () => {
    const { parts } = read([
      counted({ promptTokenCount: 5, cachedContentTokenCount: 4, candidatesTokenCount: 1 }),
      counted({ promptTokenCount: 4, candidatesTokenCount: 60, thoughtsTokenCount: 100 }),
      counted({ promptTokenCount: 0, candidatesTokenCount: 61, thoughtsTokenCount: 100 }),
      counted({ promptTokenCount: 0, candidatesTokenCount: 0 }),
      STOP,
    ]);

    expect(parts.at(-1)).toMatchObject({
      usage: { inputTokens: 4, cacheReadTokens: 0, outputTokens: 161, reasoningTokens: 100 },
    });
  });

  test("keeps a picture that the model drew while it thought for its way back, and out of its answer", () => {
    const inlineData = { mimeType: "image/png", data: "AAAA" };
    const thought = { inlineData, thought: true, thoughtSignature: "s" };

    const { parts } = read([chunk([thought]), chunk([{ inlineData }]), STOP]);

    expect(parts.filter((part) => part.type === "file")).toHaveLength(1);
    expect(parts[0]).toEqual({ type: "opaque", id: "p1", part: { type: "opaque", kind: "inlineData", data: thought } });
    expect(parts.at(-1)).not.toHaveProperty("unknownContent", true);
  });

  test("hands out licences of citations, and how many tokens each kind of media took", () => {
    const [mit, apache] = ["mit", "apache"].map((license) => ({
      citationMetadata: { citationSources: [{ uri: "https://a.test", license }] },
    }));
    const promptTokensDetails = [{ modality: "IMAGE", tokenCount: 258 }];

    const { parts } = read([
      chunk([{ text: "a" }], mit),
      chunk([{ text: "b" }], apache),
      counted({ promptTokenCount: 260, promptTokensDetails }),
      STOP,
    ]);

    expect(parts.at(-1)).toMatchObject({
      vendorData: {
        promptTokensDetails,
        citationMetadata: { citationSources: [{ license: "mit" }, { license: "apache" }] },
      },
    });
  });

  test("shows no half of a character, in thoughts and in text", () => {
    const { parts } = read([
      chunk([{ text: "\ud83d", thought: true }]),
      chunk([{ text: "\ude00", thought: true }]),
      chunk([{ text: "Hi \ud83d" }]),
      chunk([{ text: "\ude00!" }], { finishReason: "STOP" }),
    ]);

    expect(parts.flatMap((part) => ("delta" in part ? [part.delta] : []))).toEqual(["😀", "Hi ", "😀!"]);
  });

  test("says that it saw a part of a type that it does not know", () => {
    expect([{ hologram: {} }, { hologram: {}, thought: true }, { fileData: {} }].map(isUnknown)).toEqual([
      true,
      true,
      true,
    ]);
    for (const part of [{ text: "a" }, { thoughtSignature: "s" }, { executableCode: {} }, { toolResponse: {} }]) {
      expect(isUnknown(part)).toBe(false);
    }
  });

  test("ED-07 has no evidence before any finish reason", () => {
    expect(read([chunk([{ text: "a" }])]).reader.evidence.isGiven).toBe(false);
  });

  test("GE-01 throws an error chunk as its class, also behind the finish reason", () => {
    const error = { error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } };
    const wire = reader();

    wire.event({ data: JSON.stringify(STOP) }, []);

    expect(failureOf(() => read([chunk([{ text: "a" }]), error]))).toBe("server.overloaded");
    expect(failureOf(() => wire.event({ data: JSON.stringify(error) }, []))).toBe("server.overloaded");
    expect(failureOf(() => reader().event({ data: "{" }, []))).toBe("stream.malformed");
    expect(failureOf(() => read([chunk([{ functionCall: {} }])]))).toBe("stream.malformed");
  });

  test("keeps server tools and parts of the future as they are, and says that a tool runs", () => {
    const code = { executableCode: { language: "PYTHON", code: "1" }, thoughtSignature: "s" };
    const output = { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1" } };
    const future = { hologram: { depth: 3 } };
    const bare = { thoughtSignature: "only" };

    const { parts } = read([chunk([code, output, future, bare, {}]), STOP]);

    expect(parts.slice(0, -1)).toMatchObject([
      { type: "working", kind: "server-tool", on: true },
      { type: "opaque", part: { kind: "executableCode", data: code } },
      { type: "working", kind: "server-tool", on: false },
      { type: "opaque", part: { kind: "codeExecutionResult", data: output } },
      { type: "opaque", part: { kind: "hologram", data: future } },
      { type: "opaque", part: { kind: "thoughtSignature", data: bare } },
    ]);
  });

  test("gives media as files of their kind", () => {
    const { parts } = read([
      chunk([{ text: "See" }, media("image/png", { thoughtSignature: "s" }), media("audio/L16"), media("video/mp4")]),
      STOP,
    ]);

    expect(parts.filter((part) => part.type === "file")).toMatchObject([
      { part: { type: "image", source: { mediaType: "image/png", data: "AAAA" }, opaque: { thoughtSignature: "s" } } },
      { part: { type: "audio" } },
      { part: { type: "file" } },
    ]);
  });

  test("cites what the answer is grounded in, in characters of the text, though the vendor counts bytes", () => {
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: "https://a.test", title: "A" } }, { maps: { uri: "https://b.test" } }, {}],
      groundingSupports: [
        { segment: { endIndex: 3, text: "é " }, groundingChunkIndices: [0, 2] },
        { segment: { startIndex: 3, endIndex: 8 }, groundingChunkIndices: [1] },
      ],
    };

    const { parts } = read([
      chunk([{ text: "é " }]),
      chunk([{ text: "b✓c" }], { groundingMetadata: {} }),
      chunk([{ text: "", thoughtSignature: "s" }], { finishReason: "STOP", groundingMetadata }),
    ]);

    expect(parts.filter((part) => part.type === "text-end")).toMatchObject([
      {
        part: {
          text: "é b✓c",
          citations: [
            { url: "https://a.test", title: "A", start: 0, end: 2 },
            { url: "https://b.test", start: 2, end: 5 },
          ],
        },
      },
      { part: { text: "" } },
    ]);
    expect(parts.slice(-4)).toMatchObject([
      { type: "source", part: { url: "https://a.test", title: "A" } },
      { type: "source", part: { url: "https://b.test" } },
      { type: "opaque", part: { kind: "groundingMetadata", data: groundingMetadata } },
      { type: "end" },
    ]);
  });

  test.each(["citationSources", "citations"])("adds up %s, with and without ranges", (name) => {
    const { parts } = read([
      chunk([{ text: "ab" }], {
        citationMetadata: { [name]: [{ startIndex: 1, endIndex: 2, uri: "https://a.test" }] },
      }),
      chunk([{ text: "cd" }], { finishReason: "STOP", citationMetadata: { [name]: [{ uri: "https://b.test" }, {}] } }),
    ]);

    expect(parts.find((part) => part.type === "text-end")).toMatchObject({
      part: { citations: [{ url: "https://a.test", start: 1, end: 2 }, { url: "https://b.test" }] },
    });
    expect(parts.filter((part) => part.type === "source")).toHaveLength(2);
  });

  test("gives the token with which a long answer goes on", () => {
    const { parts } = read([
      chunk([{ text: "a" }], { continuationToken: "dDE=" }),
      chunk([{ text: "b" }], { continuationToken: "dDI=", finishReason: "CONTINUATION" }),
    ]);

    expect(parts.slice(-2)).toMatchObject([
      { type: "opaque", part: { kind: "continuationToken", data: "dDI=" } },
      { type: "end", finishReason: "length", rawFinishReason: "CONTINUATION" },
    ]);
    expect(types(read([chunk([{ text: "a" }], { continuationToken: "dDE=", finishReason: "STOP" })]))).not.toContain(
      "opaque",
    );
  });

  test("GE-05 tolerates nulls, other candidates, unknown fields and shapes that are not there", () => {
    const { parts } = read([
      { candidates: null, usageMetadata: { trafficType: "ON_DEMAND" } },
      { candidates: [null, { index: 1, content: { parts: [{ text: "other" }] } }] },
      { candidates: [{ content: { "missing-parts": true } }], future: 1 },
      chunk([{ text: "x" }], { safetyRatings: [] }),
      STOP,
    ]);

    expect(parts.map((part) => part.type)).toEqual(["text-start", "text-delta", "text-end", "end"]);
  });

  test("reads an answer in one piece, and one that is the array of its chunks", () => {
    const one = chunk([{ text: "a" }, { functionCall: { name: "f" } }], { finishReason: "STOP" });

    expect(whole(one).at(-1)).toMatchObject({ type: "end", finishReason: "tool-calls" });
    expect(whole([chunk([{ text: "a" }]), chunk([{ text: "b" }]), STOP])).toMatchObject([
      { type: "text-start" },
      { delta: "a" },
      { delta: "b" },
      { type: "text-end" },
      { type: "end", finishReason: "stop" },
    ]);
  });

  test("takes other JSON in one piece for no answer, an error for an error, and half an answer for half an answer", () => {
    expect(whole({})).toEqual([]);
    expect(whole(null)).toEqual([]);
    expect(failureOf(() => whole([{ error: { code: 500, status: "INTERNAL" } }]))).toBe("server.error");
    expect(failureOf(() => whole(chunk([{ text: "a" }])))).toBe("stream.truncated");
  });

  test.each([
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
    "ESCALATION",
    "PUP_LIMITED_DISABLED",
    "JAILBREAK",
    "A_NEW_SAFETY_POLICY",
  ])("takes %s for a filter's word", (finishReason) => {
    const { parts } = read([chunk([{ text: "a" }]), { candidates: [{ finishReason }] }]);

    expect(parts.at(-1)).toMatchObject({ finishReason: "content-filter", rawFinishReason: finishReason });
  });

  test("leaves a reason open that says nothing about a filter", () => {
    const { parts } = read([chunk([{ text: "a" }], { finishReason: "LANGUAGE" })]);

    expect(parts.at(-1)).toMatchObject({ finishReason: "other", rawFinishReason: "LANGUAGE" });
  });

  test("has a repair for an answer that ended because a signature is missing", () => {
    let thrown: unknown;
    try {
      read([{ candidates: [{ finishReason: "MISSING_THOUGHT_SIGNATURE" }] }]);
    } catch (error) {
      thrown = error;
    }

    expect(isTargetFailure(thrown) ? [thrown.class, thrown.details.repair?.description] : thrown).toEqual([
      "request.rejected",
      "with stand-ins for missing signatures",
    ]);
  });

  test.each<[string, object]>([
    ["without a reason", {}],
    ["with ratings only", { safetyRatings: [] }],
  ])("takes a prompt that got no candidates for blocked, also %s", (_name, promptFeedback) => {
    const usageMetadata = { promptTokenCount: 5 };
    const end = { type: "end", finishReason: "content-filter", vendorData: { promptFeedback } };

    expect(read([{ promptFeedback, usageMetadata }]).parts.at(-1)).toMatchObject(end);
    expect(whole({ promptFeedback, usageMetadata }).at(-1)).toMatchObject(end);
  });

  test("takes feedback about a prompt that is answered for nothing more", () => {
    const { parts } = read([{ promptFeedback: { safetyRatings: [] } }, chunk([{ text: "a" }]), STOP]);

    expect(parts.at(-1)).toMatchObject({ finishReason: "stop", rawFinishReason: "STOP" });
  });

  test("takes an answer that was cut behind feedback about its prompt for no answer", () => {
    const feedback = { promptFeedback: { safetyRatings: [] } };

    expect(failureOf(() => read([feedback, chunk([{ text: "a" }])]))).toBe("stream.truncated");
  });

  test("hands out what is said beside an answer, the latest of each, and all probabilities", () => {
    const urlContextMetadata = { urlMetadata: [{ retrievedUrl: "https://a.test" }] };

    const { parts } = read([
      chunk([{ text: "a" }], { ...logprobs("a"), urlContextMetadata, safetyRatings: [] }, { responseId: "r1" }),
      chunk([{ text: "b" }], logprobs("b"), { modelStatus: { modelStage: "DEPRECATED" } }),
      chunk(
        [{ text: "" }],
        { finishReason: "STOP", finishMessage: "Done.", safetyRatings: [{ blocked: false }] },
        {
          responseId: "r1",
          usageMetadata: { promptTokenCount: 1, serviceTier: "priority", trafficType: "ON_DEMAND" },
        },
      ),
    ]);

    expect(parts.at(-1)).toMatchObject({
      vendorData: {
        responseId: "r1",
        modelStatus: { modelStage: "DEPRECATED" },
        serviceTier: "priority",
        trafficType: "ON_DEMAND",
        finishMessage: "Done.",
        safetyRatings: [{ blocked: false }],
        urlContextMetadata,
        logprobsResult: { chosenCandidates: [token("a"), token("b")], topCandidates: [] },
      },
    });
  });

  test("says nothing beside an answer of which nothing more is said", () => {
    expect(read([chunk([{ text: "a" }]), STOP]).parts.at(-1)).toMatchObject({ vendorData: undefined });
  });

  test("gives a call the name that its tool has here", () => {
    const request: TargetRequest = {
      messages: [],
      tools: [tool("0"), tool("_0")],
      toolChoice: "auto",
      output: { type: "text" },
      reasoning: { visible: false },
      stop: [],
    };

    const { parts } = read([chunk(["_0_2", "_0", "other"].map(named)), STOP], request);

    const names = parts.flatMap((part) => (part.type === "tool-call" ? [part.part.toolName] : []));
    const announced = parts.flatMap((part) => (part.type === "tool-call-start" ? [part.toolName] : []));
    expect(names).toEqual(["0", "_0", "other"]);
    expect(announced).toEqual(names);
  });

  test.each<[unknown, object]>([
    ['{"a":1}', { input: { a: 1 } }],
    ['{"a":', { input: {}, inputText: '{"a":' }],
    ["", { input: {} }],
    [null, { input: {} }],
  ])("reads arguments that a gateway made a text of: %j", (args, expected) => {
    const { parts } = read([chunk([{ functionCall: { name: "f", args } }]), STOP]);

    expect(parts.find((part) => part.type === "tool-call")).toMatchObject({ part: expected });
  });

  test("gives nobody a number that is not the one which the model wrote", () => {
    const wire = reader();
    const parts: StreamPart[] = [];
    const data =
      '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"id":2512292042121000001}}}]}}]}';
    wire.event({ data }, parts);

    const call = parts.find((part) => part.type === "tool-call");
    expect(call).toMatchObject({ part: { input: {}, inputText: expect.stringContaining("25122920421210") } });
  });

  test("keeps a blank text between parts for its way back", () => {
    const { parts } = read([
      chunk([{ text: "a", thoughtSignature: "s" }]),
      chunk([{ text: "\n" }]),
      chunk([{ text: "b", thoughtSignature: "t" }]),
      STOP,
    ]);

    expect(parts.flatMap((part) => (part.type === "text-end" ? [part.part] : []))).toEqual([
      { type: "text", text: "a", opaque: { thoughtSignature: "s" } },
      { type: "text", text: "\n", opaque: {} },
      { type: "text", text: "b", opaque: { thoughtSignature: "t" } },
    ]);
  });

  test("cites the passage of a document that a file search found, though it has no name", () => {
    const groundingMetadata = {
      groundingChunks: [{ retrievedContext: { text: "Paris is the capital.", fileSearchStore: "stores/1" } }],
      groundingSupports: [{ segment: { endIndex: 6 }, groundingChunkIndices: [0] }],
    };

    const { parts } = read([chunk([{ text: "Paris." }], { finishReason: "STOP", groundingMetadata })]);

    expect(parts.find((part) => part.type === "text-end")).toMatchObject({
      part: { citations: [{ citedText: "Paris is the capital.", start: 0, end: 6 }] },
    });
    expect(parts.map(({ type }) => type)).not.toContain("source");
  });

  test.each([
    ["beyond the text", 40, 50, {}],
    ["inside a character", 2, 4, {}],
    ["from before the text to behind it", 0, 50, { start: 0, end: 4 }],
    ["from its middle to behind it", 1, 50, { start: 1, end: 4 }],
  ])("claims no more of a text than is cited: %s", (_name, startIndex, endIndex, range) => {
    const citationSources = [{ startIndex, endIndex, uri: "https://a.test" }];

    const { parts } = read([
      chunk([{ text: "aéb." }], { finishReason: "RECITATION", citationMetadata: { citationSources } }),
    ]);

    expect(parts.find((part) => part.type === "text-end")).toMatchObject({
      part: { citations: [{ url: "https://a.test", ...range }] },
    });
    const [citation] = parts.flatMap((part) => (part.type === "text-end" ? (part.part.citations ?? []) : []));
    expect(citation?.end).toBe("end" in range ? range.end : undefined);
  });
});
