import type { AssistantPart, JsonObject, Message, Request, UserPart } from "@understudy/core";
import type { ScriptedAnswer, Step } from "@understudy/testing";
import type { Row } from "./vendors.ts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
const IMAGE: UserPart = { type: "image", source: { type: "base64", mediaType: "image/png", data: PIXEL } };
const PDF: UserPart = {
  type: "file",
  name: "plan.pdf",
  source: { type: "base64", mediaType: "application/pdf", data: "JVBERi0xLjQKJSVFT0YK" },
};
const TOOLS = [
  {
    name: "look",
    description: "Looks out of a window.",
    inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
] as const;
const WEATHER = {
  type: "object",
  properties: { rain: { type: "boolean" } },
  required: ["rain"],
  additionalProperties: false,
} as const;
const COAT: ScriptedAnswer = { text: "Take a coat." };

/** What the first vendor does with one user's turn, until the conversation goes on elsewhere. */
export interface Kind {
  readonly name: string;
  /** Holds for every turn of the conversation. */
  readonly options?: Partial<Request>;
  readonly says: string | readonly UserPart[];
  /** One for each request to the first vendor. */
  readonly steps: readonly Step[];
  /** The parts that the first vendor runs on its side, behind its words. */
  readonly hosted?: true;
  /** `cut`: what came before the stream broke stays in the history. `unanswered`: no tool is run. */
  readonly interrupted?: "cut" | "unanswered";
  /** Answers of the other turns. Default: a text. */
  readonly later?: ScriptedAnswer;
}

const look = (city: string, id?: string) => ({ name: "look", id, input: { city } });

export const KINDS: readonly Kind[] = [
  { name: "plain", says: "Does it rain?", steps: [{ answer: COAT }] },
  {
    name: "tools",
    says: "Does it rain?",
    options: { tools: TOOLS },
    steps: [{ answer: { text: "I look. ", toolCalls: [look("Paris")] } }, { answer: COAT }],
  },
  {
    name: "parallel tools",
    says: "Where does it rain?",
    options: { tools: TOOLS },
    steps: [{ answer: { toolCalls: [look("Paris"), look("Oslo"), look("Rome")] } }, { answer: COAT }],
  },
  {
    name: "reasoning",
    says: "Does it rain?",
    options: { reasoning: { effort: "high" } },
    steps: [{ answer: { reasoning: "Clouds, so probably.", ...COAT } }],
    later: { reasoning: "Still clouds.", text: "Yes." },
  },
  {
    name: "reasoning, then tools",
    says: "Does it rain?",
    options: { reasoning: { effort: "high" }, tools: TOOLS },
    steps: [
      { answer: { reasoning: "I have to look.", toolCalls: [look("Paris"), look("Oslo")] } },
      { answer: { reasoning: "Wet.", ...COAT } },
    ],
    later: { reasoning: "Still wet.", text: "Yes." },
  },
  { name: "images", says: [{ type: "text", text: "Is this rain?" }, IMAGE], steps: [{ answer: COAT }] },
  { name: "PDFs", says: [{ type: "text", text: "Is it a plan?" }, PDF], steps: [{ answer: COAT }] },
  {
    name: "citations",
    says: "Who says that it rains?",
    steps: [
      {
        answer: {
          ...COAT,
          citations: [{ url: "https://example.com/rain", title: "Rain", citedText: "It rains a lot." }],
        },
      },
    ],
  },
  { name: "vendor-side tools", says: "Search for rain.", steps: [{ answer: COAT }], hosted: true },
  {
    name: "JSON",
    says: "Does it rain? Answer in JSON.",
    options: { output: { type: "json", name: "weather", schema: WEATHER } },
    steps: [{ answer: { text: '{"rain":true}' } }],
    later: { text: '{"rain":false}' },
  },
  { name: "refusals", says: "Make it rain.", steps: [{ answer: { refusal: "I cannot make rain." } }] },
  {
    name: "interrupted",
    says: "Tell me about rain.",
    options: { tools: TOOLS },
    steps: [
      {
        answer: { text: ["Rain falls ", "from clouds ", "when they are heavy."] },
        fault: { type: "cut", at: { deltas: 2 }, how: "reset" },
      },
    ],
    interrupted: "cut",
  },
  {
    name: "calls without results",
    says: "Does it rain?",
    options: { tools: TOOLS },
    steps: [{ answer: { text: "I look. ", toolCalls: [look("Paris"), look("Oslo")] } }],
    interrupted: "unanswered",
  },
];

/** The results of all calls of a turn, as an application gives them. */
export function resultsOf(message: Message): Message | undefined {
  if (message.role !== "assistant" || typeof message.content === "string") return undefined;
  const content = message.content.flatMap((part) =>
    part.type === "tool-call"
      ? [{ type: "tool-result", toolCallId: part.toolCallId, content: "It rains." } as const]
      : [],
  );
  return content.length === 0 ? undefined : { role: "tool", content };
}

/** An answer in which the vendor ran a tool on its side, in the vendor's own blocks. */
export function withHosted(message: Message, { hosted }: Row, origin: AssistantPart["origin"]): Message {
  if (message.role !== "assistant" || typeof message.content === "string") return message;
  const blocks = hosted.map((data: JsonObject) => ({ type: "opaque", kind: "hosted", data, origin }) as const);
  return { ...message, content: [...blocks, ...message.content] };
}
