import { faulty, request, streamed, target, whole, type PlantedBug } from "./planted-bug.ts";

const TEXT = "text has its text, finish reason and usage";
const CALLS = "parallel tool calls has them whole and apart, just before finish";
const EVERYTHING = "reasoning, text and calls has all of them, in their order";
const WRONG_OPTIONS = target("is made of whatever options without throwing, and says what is wrong with them");
const FETCH = "fetch: given.options.fetch,";
const next = (classes: string): string => `leads to the next tier (${classes})`;
const CUT = next("stream.truncated or stream.reset");

/** What is read wrong, and how an adapter behaves. */
export const READ_BUGS: readonly PlantedBug[] = [
  bug(
    "the usage of an answer in one piece is lost",
    `this.#readUsage(chunk["usage"], out);`,
    `if (field === "delta") this.#readUsage(chunk["usage"], out);`,
    whole(TEXT),
  ),
  bug(
    "lists of blocks are ignored",
    "for (const block of asArray(content).map(asObject)) {",
    "for (const block of [] as Foreign[]) {",
    whole(TEXT),
    whole(EVERYTHING),
  ),
  bug(
    "calls of an answer in one piece are lost",
    `asArray(message["tool_calls"])`,
    `asArray(field === "delta" ? message["tool_calls"] : [])`,
    whole(CALLS),
  ),
  bug("an answer in one piece is not read", `this.#choice(asObject(body), "message", out);`, "", whole(TEXT)),
  bug(
    "reasoning is not read",
    `this.#texts.append("reasoning", asText(message["reasoning"]), out);`,
    "",
    streamed(EVERYTHING),
  ),
  bug(
    "reasoning is read as text",
    `this.#texts.append("reasoning", asText(message["reasoning"]), out);`,
    `this.#texts.append("text", asText(message["reasoning"]), out);`,
    streamed(EVERYTHING),
  ),
  bug("parallel calls are merged", `asNumber(call["index"]) ?? this.#calls.size`, "0", streamed(CALLS)),
  bug(
    "an unknown finish reason is stop",
    `?? "other"`,
    `?? "stop"`,
    "an answer that is streamed > with a finish reason of the future is not taken for stop",
  ),
  bug(
    "the token limit is not told",
    `length: "length"`,
    `length: "stop"`,
    "an answer that is streamed > cut by the token limit says so",
  ),
  bug(
    "input counts as output",
    `outputTokens: asNumber(usage["completion_tokens"])`,
    `outputTokens: (asNumber(usage["completion_tokens"]) ?? 0) + (asNumber(usage["prompt_tokens"]) ?? 0)`,
    streamed(TEXT),
  ),
  bug(
    "cached tokens are not told",
    `cacheReadTokens: asNumber(asObject(usage["prompt_tokens_details"])["cached_tokens"]),`,
    "cacheReadTokens: undefined,",
    streamed(TEXT),
  ),
  bug(
    "cached tokens are taken off the input",
    `inputTokens: asNumber(usage["prompt_tokens"]),`,
    `inputTokens: (asNumber(usage["prompt_tokens"]) ?? 0) - (asNumber(asObject(usage["prompt_tokens_details"])["cached_tokens"]) ?? 0),`,
    streamed(TEXT),
  ),
  bug(
    "content is taken for the evidence",
    `this.#readContent(message["content"], out);`,
    `this.#readContent(message["content"], out);\n    if (message["content"] !== undefined) this.evidence.complete();`,
    faulty(`a terminal event without a finish reason ${CUT}`),
  ),
  bug(
    "any event is the evidence",
    "if (finish === undefined) return;",
    "this.evidence.complete();\n    if (finish === undefined) return;",
    faulty(`a terminal event without a finish reason ${CUT}`),
  ),
  bug(
    "a broken-off answer is an answer",
    "checkFinishValue(finish);",
    "",
    faulty(`the finish value error after half of the text ${next("server.error")}`),
  ),
  bug(
    "error events are swallowed",
    `this.#failures.check(chunk, chunk["choices"] !== undefined);`,
    "",
    faulty(`an in-band error before text ${next("server.overloaded")}`),
  ),
  bug(
    "one reader reads all answers",
    "reader: (context, failures) => new ParrotReader(context, failures),",
    "reader: (context, failures) => (ONE.reader ??= new ParrotReader(context, failures)),",
    streamed(TEXT),
  ),
  bug("all parts have one id", "this.#newId = context.newId;", `this.#newId = () => "p0";`, streamed(CALLS)),
  bug(
    "every 429 is the limit of the day",
    "  rows: [",
    `  rows: [\n    { status: 429, class: "rate.daily" },`,
    faulty(`status 429 without a body ${next("rate.requests or rate.tokens or rate.concurrency or rate.unknown")}`),
  ),
  bug(
    "the vendor's request id is not read",
    `requestIdHeaders: ["x-request-id"]`,
    "requestIdHeaders: []",
    request("is known by the vendor's own id"),
  ),
  bug(
    "the factory throws",
    "const { apiKey, baseURL, headers } = checked;",
    "const { apiKey, baseURL, headers } = checked;\n  if (checked.problems.length > 0) throw new Error(checked.problems.join());",
    WRONG_OPTIONS,
  ),
  bug(
    "the factory throws a TypeError",
    "const { apiKey, baseURL, headers } = checked;",
    "const { apiKey, baseURL, headers } = checked;\n  void new URL(options.baseURL ?? baseURL);",
    WRONG_OPTIONS,
  ),
  bug("problems are swallowed", "    checked,\n", "    checked: { ...checked, problems: [] },\n", WRONG_OPTIONS),
  bug(
    "the request is printed",
    "const native = request.",
    "console.log(request);\n  const native = request.",
    request("carries the system prompt"),
  ),
  bug(
    "a line goes to stderr",
    "this.#usage = {",
    `process.stderr.write("usage\\n");\n    this.#usage = {`,
    streamed(TEXT),
  ),
  bug("the adapter retries", FETCH, "fetch: again,", faulty(`status 500 without a body ${next("server.error")}`)),
  bug(
    "the connection stays open after an abort",
    FETCH,
    "fetch: unclosed,",
    target("closes its connection when the caller aborts"),
  ),
  bug(
    "redirects are followed",
    FETCH,
    `fetch: (input, init) => fetch(input, { ...init, redirect: "follow" }),`,
    faulty("a redirect is not followed and leads to the next tier"),
  ),
  bug(
    "the key is in the name of the endpoint",
    "    checked,\n",
    "    checked: { ...checked, endpoint: apiKey },\n",
    target("keeps key, prompt and answer out of errors, traces and events"),
  ),
  bug(
    "the vendor's message is its code",
    "isJsonObject(error) ? readErrorFields(error)",
    `isJsonObject(error) ? { ...readErrorFields(error), code: String(error["message"]).split(" ")[3]?.slice(0, 6) }`,
    target("keeps key, prompt and answer out of errors, traces and events"),
  ),
];

function bug(name: string, from: string, to: string, first: string, ...more: readonly string[]): PlantedBug {
  return { name, from, to, foundBy: [first, ...more] };
}
