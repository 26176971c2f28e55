import type { Message, Request, ToolMessage, ToolResultContent, UserPart } from "@understudy/core";
import type { ScriptedAnswer, Step } from "@understudy/testing";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
const IMAGE: UserPart & ToolResultContent = {
  type: "image",
  source: { type: "base64", mediaType: "image/png", data: PIXEL },
};
const PDF: UserPart = {
  type: "file",
  name: "plan.pdf",
  source: { type: "base64", mediaType: "application/pdf", data: "JVBERi0xLjQKJSVFT0YK" },
};
const NOTES: UserPart = {
  type: "file",
  name: "notes.txt",
  source: { type: "base64", mediaType: "text/plain", data: "SXQgcmFpbnMgYSBsb3Qu" },
  citations: true,
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
  /** The first vendor runs its own tools, in each step. */
  readonly hosted?: true;
  /**
   * `cut`: what came before the stream broke stays in the history. `unanswered`: no tool is run. `shared`: whoever is asked
   * next goes on with the results.
   */
  readonly interrupted?: "cut" | "unanswered" | "shared";
  /** Tools return a picture with their words. */
  readonly photographs?: true;
  /** Answers of the other turns, the last one for all that follow. Default: a text. */
  readonly later?: readonly ScriptedAnswer[];
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
    later: [{ reasoning: "Still clouds.", text: "Yes." }],
  },
  {
    name: "reasoning, then tools",
    says: "Does it rain?",
    options: { reasoning: { effort: "high" }, tools: TOOLS },
    steps: [
      { answer: { reasoning: "I have to look.", toolCalls: [look("Paris"), look("Oslo")] } },
      { answer: { reasoning: "Wet.", ...COAT } },
    ],
    later: [{ reasoning: "Still wet.", text: "Yes." }],
  },
  {
    name: "a shared tool loop",
    says: "Does it rain?",
    options: { reasoning: { effort: "high" }, tools: TOOLS },
    steps: [{ answer: { reasoning: "I have to look.", text: "I look. ", toolCalls: [look("Paris"), look("Oslo")] } }],
    interrupted: "shared",
    later: [
      { reasoning: "And there?", toolCalls: [look("Rome"), look("Bonn")] },
      { reasoning: "And here?", text: "One more. ", toolCalls: [look("Bern")] },
      { reasoning: "All wet.", text: "Yes." },
    ],
  },
  { name: "images", says: [{ type: "text", text: "Is this rain?" }, IMAGE], steps: [{ answer: COAT }] },
  {
    name: "images from tools",
    says: "Does it rain?",
    options: { tools: TOOLS },
    steps: [{ answer: { toolCalls: [look("Paris"), look("Oslo")] } }],
    interrupted: "shared",
    photographs: true,
  },
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
  { name: "documents to cite", says: [NOTES, { type: "text", text: "What is in it?" }], steps: [{ answer: COAT }] },
  { name: "vendor-side tools", says: "Search for rain.", steps: [{ answer: COAT }], hosted: true },
  {
    name: "vendor-side tools in a loop",
    says: "Search for rain.",
    options: { reasoning: { effort: "high" }, tools: TOOLS },
    steps: [{ answer: { reasoning: "Not found.", text: "I look. ", toolCalls: [look("Paris"), look("Oslo")] } }],
    hosted: true,
    interrupted: "shared",
  },
  {
    name: "JSON",
    says: "Does it rain? Answer in JSON.",
    options: { output: { type: "json", name: "weather", schema: WEATHER } },
    steps: [{ answer: { text: '{"rain":true}' } }],
    later: [{ text: '{"rain":false}' }],
  },
  { name: "refusals", says: "Make it rain.", steps: [{ answer: { refusal: "I cannot make rain." } }] },
  {
    name: "interrupted",
    says: "Tell me about rain.",
    options: { tools: TOOLS },
    steps: [
      {
        answer: { text: ["Rain falls ", "from clouds ", "when they are heavy."] },
        fault: { type: "cut", at: { deltas: 2 }, how: "fin" },
      },
    ],
    interrupted: "cut",
  },
  {
    name: "interrupted calls",
    says: "Does it rain?",
    options: { tools: TOOLS },
    steps: [
      {
        answer: { text: ["I look ", "out there. "], toolCalls: [look("Paris")] },
        fault: { type: "cut", at: { deltas: 3 }, how: "fin" },
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

/** The results of all calls of a turn, as an application gives them: of several the last tool fails. */
export function resultsOf(message: Message | undefined, photographs = false): ToolMessage | undefined {
  if (message?.role !== "assistant" || typeof message.content === "string") return undefined;
  const calls = message.content.filter((part) => part.type === "tool-call");
  const content = calls.map(({ toolCallId, input }, index) => {
    const isError = index > 0 && index === calls.length - 1;
    const text = `Seen: ${JSON.stringify(input).length} drops.`;
    const shown = [{ type: "text", text } as const, IMAGE];
    return { type: "tool-result", toolCallId, content: photographs && !isError ? shown : text, isError } as const;
  });
  return content.length === 0 ? undefined : { role: "tool", content };
}
