import { carries, request, says, type PlantedBug } from "./planted-bug.ts";

const SYSTEM = carries("the system prompt");
const VERBATIM = carries("every text to its last character");
const TOOLS = carries("every tool with description and schema");
const SCHEMA = carries("the schema of JSON output");
const ARGUMENTS = carries("the arguments of earlier calls, encoded once at most");
const RESULTS = carries("every part of every result");
const CALLS = carries("the text of an answer that also calls tools, and its calls");
const FOREIGN = carries("nothing that only another vendor understands: its reasoning, its opaque data, its ids");
const PARTS = carries("every text of every user's turn");
const IMAGE = carries("an image and its media type");
const CHOICE = says("the choice of tools");
const IDS = request("connects every result with its call");
const RULE = request("has ids of calls that its own rule takes");
const OPTIONS = carries("the vendor's native fields, and nobody else's");

/** What is not sent, or sent wrong. */
export const SENT_BUGS: readonly PlantedBug[] = [
  bug(
    "the system prompt is dropped",
    `...(system === undefined ? [] : [{ role: "system", content: system }]),`,
    "",
    SYSTEM,
    VERBATIM,
  ),
  bug(
    "images are dropped",
    "message.content.map((part) => toNativePart(part, lost))",
    `message.content.filter(({ type }) => type !== "image").map((part) => toNativePart(part, lost))`,
    IMAGE,
    carries("an image by its URL"),
  ),
  bug(
    "the URL of an image is dropped",
    `url: source.type === "url" ? source.url : toDataURL(source)`,
    `url: source.type === "url" ? "" : toDataURL(source)`,
    carries("an image by its URL"),
  ),
  bug("every image is a JPEG", "toDataURL(source)", `toDataURL({ ...source, mediaType: "image/jpeg" })`, IMAGE),
  {
    name: "a file is left out",
    from: `throw unsupported("files");\n    case "audio":`,
    to: `return { type: "text", text: "" };\n    case "audio":`,
    and: ["files: false,", "files: true,"],
    foundBy: [carries("a document")],
  },
  bug("maxOutputTokens is dropped", "max_tokens: request.maxOutputTokens,", "", carries("maxOutputTokens")),
  bug("temperature is dropped", "temperature: request.temperature,", "", carries("temperature")),
  bug("topP is dropped", "top_p: request.topP,", "", carries("topP")),
  bug(
    "stop sequences are dropped",
    "stop: request.stop.length === 0 ? undefined : request.stop,",
    "",
    carries("every stop sequence"),
    carries("everything together"),
  ),
  bug(
    "all stop sequences but the first are dropped",
    "stop: request.stop.length === 0 ? undefined : request.stop,",
    "stop: request.stop.slice(0, 1),",
    carries("every stop sequence"),
  ),
  bug("topK is dropped without a loss", `["topK", "seed"`, `["seed"`, carries("topK")),
  bug("seed is dropped without a loss", `["topK", "seed", `, `["topK", `, carries("seed")),
  bug("userId is dropped without a loss", `, "userId"]`, "]", carries("userId")),
  bug("cache is ignored without a loss", `"cache", `, "", says("whether the prompt is cached")),
  bug("the schema is not sent", "jsonInstruction(output.schema)", "jsonInstruction(undefined)", SCHEMA),
  bug(
    "JSON is not asked for",
    "return addToSystem(system, jsonInstruction(output.schema));",
    "return system;",
    SCHEMA,
    says("whether the output is JSON"),
  ),
  bug(
    "the instruction takes the place of the system prompt",
    "return addToSystem(system, jsonInstruction(output.schema));",
    "return jsonInstruction(output.schema);",
    carries("everything together"),
  ),
  bug(
    "descriptions of tools are dropped",
    "defined({ name, description, parameters",
    "defined({ name, parameters",
    TOOLS,
  ),
  bug("schemas of tools are dropped", "parameters: inputSchema", `parameters: { type: "object" }`, TOOLS),
  bug(
    "all tools but the first are dropped",
    "request.tools.map(toNativeTool)",
    "request.tools.slice(0, 1).map(toNativeTool)",
    TOOLS,
  ),
  bug("toolChoice is ignored", "tool_choice: chooseTool(tools, request, true),", "", CHOICE),
  bug(
    "a tool by name is any tool",
    "tool_choice: chooseTool(tools, request, true),",
    `tool_choice: typeof request.toolChoice === "string" ? request.toolChoice : "required",`,
    CHOICE,
  ),
  bug("the reasoning effort is ignored", "reasoning_effort: effort,", "", says("how much the model reasons")),
  bug(
    "the reasoning budget is dropped without a loss",
    "planEffort(request, { efforts: EFFORTS }, loss)",
    "planEffort({ ...request, reasoning: { ...request.reasoning, budgetTokens: undefined } }, { efforts: EFFORTS }, loss)",
    carries("reasoning.budgetTokens"),
  ),
  bug("vendorOptions are ignored", "request.vendorOptions?.parrot ?? {}", "{}", OPTIONS),
  bug(
    "another vendor's options are sent",
    "request.vendorOptions?.parrot ?? {}",
    "Object.assign({}, ...Object.values(request.vendorOptions ?? {}))",
    OPTIONS,
  ),
  bug(
    "vendorOptions of a tool are ignored",
    `layOverTools(tools, request.tools, "parrot")`,
    "tools",
    carries("the vendor's native fields of a tool"),
  ),
  bug(
    "the option headers is ignored",
    "`Bearer ${apiKey}`, ...headers }",
    "`Bearer ${apiKey}` }",
    request("carries the target's own headers"),
  ),
  bug("the option fetch is ignored", "fetch: given.options.fetch,", "", request("goes through the target's own fetch")),
  bug(
    "the key is in the body",
    `...(system === undefined ? [] : [{ role: "system", content: system }]),`,
    `{ role: "system", content: KEY_IN_BODY },`,
    request("names its model and carries the key, outside of the body"),
  ),
  bug(
    "an answer is always asked for as a stream",
    "    model,\n    stream,",
    "    model,\n    stream: true,",
    "a request for an answer in one piece > carries the system prompt",
  ),
  bug(
    "white space is tidied up",
    `{ type: "text", text: part.text }`,
    `{ type: "text", text: part.text.replaceAll(/\\s+/g, " ") }`,
    VERBATIM,
  ),
  bug(
    "texts are escaped",
    `{ type: "text", text: part.text }`,
    `{ type: "text", text: encodeURI(part.text) }`,
    VERBATIM,
  ),
  bug(
    "all parts of a user but the first are dropped",
    "message.content.map((part)",
    "message.content.slice(0, 1).map((part)",
    PARTS,
  ),
  bug(
    "answers go out as the user's",
    `role: "assistant",\n      content,`,
    `role: "user",\n      content,`,
    request("keeps users, answers and results apart"),
  ),
  bug(
    "the text of an answer with calls is dropped",
    "      content,\n      reasoning:",
    `      content: calls.length > 0 ? "" : content,\n      reasoning:`,
    CALLS,
  ),
  bug(
    "earlier refusals are dropped",
    `      case "text":\n      case "refusal":\n        content`,
    `      case "refusal":\n        break;\n      case "text":\n        content`,
    carries("an earlier refusal"),
  ),
  bug(
    "an image of an answer is dropped without a loss",
    `lost(part.type, "dropped", "it cannot go back");`,
    "",
    carries("an image that a model made"),
  ),
  bug(
    "its own reasoning is dropped without a loss",
    "reasoning += part.text;",
    "",
    request("brings back what the target answered: reasoning, text and call"),
  ),
  bug(
    "arguments are encoded twice",
    "arguments: JSON.stringify(input)",
    "arguments: JSON.stringify(JSON.stringify(input))",
    ARGUMENTS,
  ),
  bug("arguments of earlier calls are dropped", "arguments: JSON.stringify(input)", `arguments: "{}"`, ARGUMENTS),
  bug(
    "ids of other vendors are sent as they are",
    "{ pattern: /^[\\w-]+$/, maxLength: 64 }",
    "{ pattern: /^[^]*$/, maxLength: 10_000 }",
    FOREIGN,
  ),
  bug(
    "the rule for ids is another vendor's",
    "toolCallId: { pattern: /^[\\w-]+$/, maxLength: 64 },",
    "toolCallId: { pattern: /^pr_\\d+$/, maxLength: 64, make: (number) => `pr_${number}` },",
    RULE,
  ),
  bug(
    "ids are cut on the call alone",
    "const { toolCallId: id, toolName: name, input } = part;",
    "const { toolName: name, input } = part;\n        const id = part.toolCallId.slice(0, 12);",
    IDS,
  ),
  bug("results come without the id of their call", "tool_call_id: toolCallId,", "", IDS),
  bug("failed results go out as good ones", ", failed: isError || undefined", "", says("whether a tool failed")),
  bug("all parts of a result but the first are dropped", `texts.join("\\n")`, "texts[0]", RESULTS),
  bug(
    "an image in a result is dropped",
    `if (part.type !== "text") throw unsupported(part.type === "image" ? "images" : "files");`,
    `if (part.type !== "text") return "";`,
    carries("an image in the result of a tool, beside its text"),
  ),
  bug(
    "the beginning of an answer is dropped",
    "...request.messages.flatMap(",
    `...request.messages.filter(({ role }, at, all) => role !== "assistant" || at < all.length - 1).flatMap(`,
    carries("the beginning of an answer that is to be continued"),
  ),
  bug(
    "the request is changed",
    "const native = request.",
    `Object.assign(request, { system: undefined });\n  const native = request.`,
    request("is not changed by being sent"),
  ),
];

function bug(name: string, from: string, to: string, first: string, ...more: readonly string[]): PlantedBug {
  return { name, from, to, foundBy: [first, ...more] };
}
