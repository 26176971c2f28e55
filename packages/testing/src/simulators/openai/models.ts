/** What a model of this vendor takes and refuses. */
export interface OpenAIModel {
  /** Values of the reasoning effort; empty: the model does not reason and refuses the parameter. */
  readonly efforts: readonly string[];
  /** `effort-none`: only while reasoning is off. */
  readonly sampling: "always" | "effort-none" | "never";
  /** The effort of a request that names none. */
  readonly defaultEffort: string;
  /** Where it is served. `chat-without-reasoning`: Chat takes tools only with effort `none`. */
  readonly chatTools: "both" | "chat-without-reasoning" | "responses";
  readonly chat: boolean;
  /** Output tokens at most; undefined where the vendor does not say. */
  readonly mostOutput?: number | undefined;
}

const low = ["low", "medium", "high"];
const toXhigh = ["none", ...low, "xhigh"];
const toMax = [...toXhigh, "max"];

const plain: OpenAIModel = { efforts: [], sampling: "always", defaultEffort: "none", chatTools: "both", chat: true };
const reasoning: OpenAIModel = {
  efforts: low,
  sampling: "never",
  defaultEffort: "medium",
  chatTools: "both",
  chat: true,
};
const responsesOnly: OpenAIModel = { ...reasoning, chatTools: "responses", chat: false };
const newest: OpenAIModel = { ...reasoning, efforts: [...low, "xhigh", "max"], chatTools: "responses" };

/** First match wins; the order runs from the narrow to the wide. */
const table: readonly (readonly [RegExp, OpenAIModel])[] = [
  [/^gpt-3\.5-turbo-instruct|^text-|^davinci|^babbage/, { ...plain, chat: false }],
  [/^(gpt-4|gpt-3|chatgpt-4|ft:gpt-4|ft:gpt-3)/, plain],
  [/^o\d.*-pro|^o\d.*-deep-research/, responsesOnly],
  [/^o\d/, reasoning],
  [/^gpt-5(\.\d)?-chat-latest/, { ...reasoning, efforts: ["medium"] }],
  [/^gpt-5\.1-codex-max/, { ...responsesOnly, efforts: [...low, "xhigh"] }],
  [/^gpt-5(\.\d)?-codex/, responsesOnly],
  [/^gpt-5\.2-pro/, { ...responsesOnly, efforts: ["medium", "high", "xhigh"] }],
  [/^gpt-5-pro/, { ...responsesOnly, efforts: ["high"] }],
  [/^gpt-5\.1/, { ...reasoning, efforts: ["none", ...low], defaultEffort: "none" }],
  [/^gpt-5\.[2-5]/, { ...reasoning, efforts: toXhigh, sampling: "effort-none", defaultEffort: "none" }],
  [/^gpt-5\./, { ...reasoning, efforts: toMax, sampling: "effort-none", defaultEffort: "none" }],
  [/^gpt-5/, { ...reasoning, efforts: ["minimal", ...low] }],
  [
    /^gpt-6-(sol|luna)|^gpt-6\.1-terra/,
    { ...reasoning, efforts: toMax, sampling: "effort-none", chatTools: "chat-without-reasoning" },
  ],
  [/^gpt-\d/, newest],
];

/** Output tokens, after the vendor's model pages. First match wins. */
const limits: readonly (readonly [RegExp, number])[] = [
  [/^gpt-4o-2024-05-13|^gpt-4-turbo|^gpt-3\.5-turbo/, 4_096],
  [/^(ft:)?gpt-4o|-chat-latest/, 16_384],
  [/^gpt-4\.1/, 32_768],
  [/^o[134](-|$)/, 100_000],
  [/^gpt-5-pro/, 272_000],
  [/^gpt-[56]/, 128_000],
];

/** An unknown model is taken for one that does not reason, as most compatible servers host. */
export function openAIModel(id: string): OpenAIModel {
  const model = table.find(([pattern]) => pattern.test(id))?.[1] ?? plain;
  return { ...model, mostOutput: limits.find(([pattern]) => pattern.test(id))?.[1] };
}
