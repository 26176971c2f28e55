import { setTimeout as delay } from "node:timers/promises";
import type { Request, Target } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { arrays, objects, POLLUTION } from "../../hostile/src/json.ts";
import { again, bomb, echo, good, inBand, KI, MI, oneLine, refusal } from "./answers.ts";
import { CANARIES } from "./canaries.ts";
import type { Attack, Row } from "./case.ts";
import { FORGED } from "./forged.ts";

const QUICK = { timeoutMs: 300, silentReasoningMs: 300, progressMs: 300, workingMs: 300, livenessMs: 300 } as const;

const fine = good((wire, { form }) => wire.says(form, `${CANARIES.completion} ${CANARIES.thought}`));

/** Text, and then a reset in the middle of it. */
const cut: Attack["answer"] = async ({ response, form }, wire) => {
  response.writeHead(200, { "content-type": form === "whole" ? "application/json" : "text/event-stream" });
  const body = Buffer.from(wire.says(form, `${CANARIES.completion} ${"and more ".repeat(2_000)}`), "latin1");
  response.write(body.subarray(0, Math.floor(body.length / 2)));
  await delay(20);
  response.destroy();
};

const KEY_LINES = `${CANARIES.key}\r\nx-other: 1`;
const isKeyed = ({ way }: { readonly way: string }): boolean => way !== "client";

const redirects: readonly Attack[] = [301, 302, 303, 307, 308].map((status) => ({
  name: `a redirect with ${status} to another server`,
  expected: ["redirect"],
  answer: ({ response, elsewhere, request }) => {
    response.writeHead(status, { location: `${elsewhere}${request.url}`, refresh: `0; url=${elsewhere}` });
    response.end();
  },
}));

const echoes: readonly Attack[] = (
  [
    [
      400,
      [
        "request.rejected",
        "request.invalid",
        "request.context-length",
        "request.too-large",
        "billing.exhausted",
        "auth.invalid",
      ],
    ],
    [401, ["auth.invalid"]],
    [403, ["auth.forbidden", "policy.input-blocked", "gateway.html", "auth.invalid"]],
    [404, ["endpoint.not-found", "model.not-found"]],
    [413, ["request.too-large", "request.context-length"]],
    [422, ["request.rejected", "request.invalid"]],
    [
      429,
      [
        "rate.unknown",
        "rate.requests",
        "rate.tokens",
        "rate.daily",
        "rate.concurrency",
        "billing.exhausted",
        "server.overloaded",
      ],
    ],
    [500, ["server.error", "server.overloaded"]],
    [503, ["server.gateway", "server.overloaded", "server.error"]],
  ] as const
).map(([status, expected]) => ({
  name: `a ${status} that repeats headers and body in its words, codes, names and ids`,
  expected,
  answer: refusal(status, echo),
}));

const html: readonly Attack[] = [200, 403, 502].map((status) => ({
  name: `a page of HTML with ${status} that repeats headers and body`,
  expected: ["gateway.html", "server.gateway", "auth.forbidden"],
  answer: (exchange) => {
    exchange.response.writeHead(status, { "content-type": "text/html" });
    exchange.response.end(`<html><title>${echo(exchange)}</title></html>`);
  },
}));

function refusedHeader(name: string, headers: Record<string, string>): Attack {
  return { name: `a header with ${name}`, expected: "refused", options: () => ({ headers }) };
}

function refusedURL(name: string, baseURL: string): Attack {
  return { name: `a base URL ${name}`, expected: "refused", options: () => ({ baseURL }) };
}

function foreignTarget(name: string, stream: Target["stream"], expected: Attack["expected"]): Attack {
  return {
    name,
    expected,
    limits: QUICK,
    target: () => ({ ...deepseek("deepseek-flash", { apiKey: CANARIES.key }), stream }),
  };
}

const polluted: unknown = JSON.parse(`{"word":"x",${POLLUTION}}`);

/** Values as JavaScript hands them over. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types are set aside on purpose
const wrong = (value: unknown): never => value as never;

function withInput(request: Request, input: unknown): Request {
  const [first, , ...rest] = request.messages;
  if (first === undefined) return request;
  const call = { type: "tool-call", toolCallId: "call_1", toolName: "t", input } as const;
  return { ...request, messages: [first, { role: "assistant", content: [wrong(call)] }, ...rest] };
}

export const ROWS: readonly Row[] = [
  {
    name: "redirect leak",
    promise: "No redirect is followed, so key and prompt reach no other server.",
    attacks: redirects,
  },
  {
    name: "key in error text",
    promise: "A key that cannot be sent is refused without being shown; one that a vendor repeats is taken out.",
    attacks: [
      {
        name: "a key of two lines",
        expected: "refused",
        options: () => ({ apiKey: KEY_LINES }),
      },
      {
        name: "a 401 whose words, codes, names and ids are the key",
        expected: ["auth.invalid"],
        answer: refusal(401, () => CANARIES.key),
      },
      {
        name: "a 400 whose words, codes, names and ids are the value of a header",
        expected: ["request.rejected", "request.invalid"],
        answer: refusal(400, () => CANARIES.header),
      },
      {
        name: "a function that returns a key of two lines",
        expected: ["auth.invalid"],
        options: () => ({ apiKey: () => KEY_LINES }),
        on: isKeyed,
      },
      {
        name: "a function that throws the key",
        expected: ["auth.invalid"],
        options: () => ({
          apiKey: () => {
            throw new Error(CANARIES.key);
          },
        }),
        on: isKeyed,
      },
    ],
  },
  {
    name: "prompt in errors",
    promise: "A vendor's own words are in no error, trace or event.",
    attacks: [...echoes, ...html],
  },
  {
    name: "console",
    promise: "Nothing is printed, whatever a vendor sends and whatever log level an SDK is told.",
    attacks: [
      {
        name: "broken JSON in an event",
        expected: ["stream.malformed", "stream.truncated", "gateway.not-a-stream", "gateway.html"],
        answer: good((wire, { form }) => {
          const broken = `{"x":"${CANARIES.completion}`;
          return form === "whole" ? broken : wire.streamed([broken]);
        }),
      },
      {
        name: "an error inside the answer that repeats headers and body",
        expected: [
          "server.error",
          "stream.malformed",
          "unknown",
          "request.rejected",
          "server.overloaded",
          "gateway.not-a-stream",
          "auth.invalid",
          "rate.unknown",
        ],
        answer: inBand(echo),
      },
    ],
  },
  {
    name: "secret canaries",
    promise: "What was asked and answered is with the caller and the vendor, and nowhere else.",
    attacks: [
      { name: "an answer", expected: "answered", answer: fine },
      {
        name: "a call of a tool",
        expected: "answered",
        answer: good((wire, { form }) => wire.calls(form, JSON.stringify({ word: CANARIES.answered }))),
      },
      { name: "an answer that is cut", expected: ["stream.reset", "stream.truncated", "network.reset"], answer: cut },
    ],
  },
  {
    name: "header injection",
    promise: "A header that cannot be sent as it is given is refused before anything is sent.",
    attacks: [
      refusedHeader("a line break", { "x-a": `${CANARIES.header}\r\nx-b: 1` }),
      refusedHeader("a NUL", { "x-a": `${CANARIES.header}\u0000` }),
      refusedHeader("letters that no header has", { "x-a": `${CANARIES.header}\u0142` }),
      refusedHeader("a name of two words", { "x a": CANARIES.header }),
      refusedHeader("a line break in its name", { "x\r\nx-b": CANARIES.header }),
    ],
  },
  {
    name: "SSRF",
    promise: "Only https is asked, http on this machine; no credentials in a URL; media by URL are never fetched.",
    attacks: [
      refusedURL("with http to another machine", "http://10.0.0.7/v1"),
      refusedURL("of a cloud's metadata", "http://169.254.169.254/latest"),
      refusedURL("that only begins like this machine", "http://localhost.evil.test/v1"),
      refusedURL("with a user and a password", `https://user:${CANARIES.key}@api.test/v1`),
      refusedURL("of a file", "file:///etc/passwd"),
      refusedURL("of another protocol", "ftp://api.test/v1"),
      {
        name: "an image by URL",
        expected: ["request.rejected", "request.unsupported", "request.invalid"],
        answer: refusal(400, () => "no"),
        request: (request, elsewhere) => ({
          ...request,
          messages: [
            { role: "user", content: [{ type: "image", source: { type: "url", url: `${elsewhere}/a.png` } }] },
          ],
        }),
      },
    ],
  },
  {
    name: "prototype pollution",
    promise: "Names of prototypes are data like all others.",
    attacks: [
      {
        name: "in a history",
        expected: "answered",
        answer: fine,
        request: (request) => withInput(request, polluted),
      },
      {
        name: "in an answer",
        expected: "answered",
        answer: good((wire, { form }) =>
          form === "whole" ? wire.whole(`,${POLLUTION}`) : wire.streamed([wire.noise(`,${POLLUTION}`)]),
        ),
      },
      {
        name: "in the arguments of a call",
        expected: "answered",
        answer: good((wire, { form }) => wire.calls(form, `{${POLLUTION}}`)),
      },
      {
        name: "in native options, of every vendor",
        expected: ["request.invalid", "request.rejected", "request.unsupported"],
        answer: refusal(400, () => "no"),
        request: (request) => ({
          ...request,
          vendorOptions: wrong(
            Object.fromEntries(
              ["anthropic", "openai", "gemini", "deepseek", "mistral", "xai", "bedrock"].map((name) => [
                name,
                polluted,
              ]),
            ),
          ),
        }),
      },
    ],
  },
  {
    name: "SSE bomb",
    promise: "One event and one body have a limit in characters, which costs what was read until then.",
    attacks: [
      {
        name: "a line of 8 MiB against a limit of 512 KiB",
        expected: ["stream.oversized"],
        answer: oneLine(8 * MI),
        on: ({ wire }) => wire.isBinary !== true,
        options: () => ({ limits: { maxEventChars: 512 * KI, maxBytes: 4 * MI } }),
        isHeavy: true,
      },
      {
        name: "a line of 32 MiB",
        expected: ["stream.oversized"],
        answer: oneLine(32 * MI),
        isHeavy: true,
        on: ({ wire }) => ["anthropic", "openai", "gemini"].includes(wire.name),
      },
    ],
  },
  {
    name: "slow drip",
    promise: "Drips, pings and endless answers are bounded by the clocks and by the limit of a body.",
    attacks: [
      {
        name: "a byte at a time",
        expected: ["timeout.first-content", "timeout.progress", "timeout.liveness"],
        answer: again(() => " ", 30),
        limits: QUICK,
        isHeavy: true,
      },
      {
        name: "endless pings",
        expected: ["timeout.first-content", "timeout.progress", "timeout.liveness"],
        answer: again(({ isBinary }) => (isBinary === true ? " " : ": ping\n\n"), 30),
        limits: QUICK,
        isHeavy: true,
      },
      {
        name: "endless events that say nothing",
        expected: ["timeout.first-content", "timeout.progress", "stream.malformed", "stream.oversized"],
        answer: again((wire) => wire.streamed([wire.noise("")]).split("\n\n")[0] + "\n\n", 30),
        on: ({ wire }) => wire.isBinary !== true,
        limits: QUICK,
        isHeavy: true,
      },
      {
        name: "an answer without an end",
        expected: ["stream.oversized", "stream.malformed", "timeout.first-content", "timeout.progress"],
        answer: again(
          (wire) => wire.streamed([wire.noise(`,"x":"${"x".repeat(32 * KI)}"`)]).split("\n\n")[0] + "\n\n",
          1,
        ),
        on: ({ wire }) => wire.isBinary !== true,
        options: () => ({ limits: { maxBytes: MI } }),
        limits: QUICK,
        isHeavy: true,
      },
    ],
  },
  {
    name: "decompression bomb",
    promise: "What is unpacked counts, not what is sent.",
    attacks: [
      {
        name: "1 GiB of zeros in 1 MiB",
        // Zeros are no frame of a binary stream: seen with the first of them.
        expected: ["stream.oversized", "stream.malformed"],
        answer: bomb(200, 64),
        options: () => ({ limits: { maxBytes: 8 * MI } }),
        isHeavy: true,
      },
      { name: "1 GiB of zeros in the body of a 500", expected: ["server.error"], answer: bomb(500, 64), isHeavy: true },
    ],
  },
  {
    name: "JSON depth and size",
    promise: "Nesting and sizes that no answer has are an error, never a crash.",
    attacks: [
      {
        name: "an answer 100,000 deep",
        expected: ["stream.malformed", "stream.oversized"],
        answer: good((wire, { form }) => {
          const deep = `,"x":${arrays(100_000)}`;
          return form === "whole" ? wire.whole(deep) : wire.streamed([wire.noise(deep)]);
        }),
        isHeavy: true,
      },
      {
        name: "arguments of 10 MiB",
        expected: "answered",
        answer: good((wire, { form }) => wire.calls(form, JSON.stringify({ word: "x".repeat(10 * MI) }))),
        on: ({ wire, way }) => way !== "node" && wire.name === "openai",
        isHeavy: true,
      },
      {
        name: "a history 100,000 deep",
        expected: "refused",
        request: (request) => withInput(request, wrong(JSON.parse(objects(100_000)))),
      },
    ],
  },
  {
    name: "log forging",
    promise: "No sign from outside ends a line, changes a terminal or becomes a tag.",
    attacks: [400, 429, 500].map((status) => ({
      name: `a ${status} with line breaks, colours and tags in its words, codes and ids`,
      expected: echoes.find(({ name }) => name.startsWith(`a ${status}`))?.expected ?? [],
      answer: refusal(status, () => FORGED),
      look: forgeries,
    })),
  },
  {
    name: "hostile adapter",
    promise: "A target that breaks its contract is a failure like others, and the next one answers.",
    attacks: [
      foreignTarget(
        "throws a secret",
        () => {
          throw new Error(`${CANARIES.key} ${CANARIES.prompt}`);
        },
        ["adapter.threw", "adapter.contract"],
      ),
      foreignTarget("returns nothing", () => wrong(undefined), ["adapter.threw", "adapter.contract"]),
      foreignTarget(
        "yields what is no part",
        async function* () {
          yield wrong([null, 7, { type: CANARIES.prompt }, { type: "text-delta", id: {}, delta: CANARIES.prompt }]);
        },
        ["adapter.threw", "adapter.contract", "stream.truncated"],
      ),
      foreignTarget(
        "hangs, and does not heed its signal",
        async function* () {
          await delay(3_000, undefined, { ref: false });
          yield [];
        },
        ["timeout.first-content"],
      ),
    ],
  },
];

/** In what is printed or shown as a page. */
function forgeries(haul: Parameters<NonNullable<Attack["look"]>>[0]): readonly string[] {
  const faults: string[] = [];
  for (const surface of ["errors", "events", "reports", "live", "response", "ai-sdk", "telemetry", "redis"] as const) {
    const text = haul.of(surface);
    if (/^FORGED/m.test(text)) faults.push(`${surface}: a line is forged`);
    // oxlint-disable-next-line no-control-regex -- that is what it looks for
    if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text))
      faults.push(`${surface}: a control character stands in it`);
    if (surface === "live" && text.includes("<img src=x")) faults.push("live: a tag stands in it");
  }
  return faults;
}
