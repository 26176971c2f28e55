import type { Kind } from "./kinds.ts";
import type { Row } from "./vendors.ts";

/** What the vendors' own pages say, for what a conversation loses on the way from one to another. */
interface Facts {
  /** Its answers show what it reasoned. */
  readonly reasons: boolean;
  /** Its answers cite; `beside`: in a block of its own, next to the text. */
  readonly cites: "in text" | "beside" | undefined;
  /** It takes a PDF in a message. */
  readonly files: boolean;
  /** A file has a name there; `letters`: of letters, figures and few signs. */
  readonly fileNames: boolean | "letters";
  /** It holds an answer to a JSON Schema; elsewhere the schema stands in the instructions. */
  readonly schemas: boolean;
  /** A tool's result can be marked as an error. */
  readonly toolErrors: boolean;
  /** How hard it reasons can be said. */
  readonly efforts: boolean;
  /** The user may speak right behind a tool's result. */
  readonly userAfterResult: boolean;
}

const CLAUDE: Facts = {
  reasons: true,
  cites: "in text",
  files: true,
  fileNames: true,
  schemas: true,
  toolErrors: true,
  efforts: true,
  userAfterResult: true,
};
const RESPONSES: Facts = { ...CLAUDE, toolErrors: false };
const GEMINI: Facts = { ...CLAUDE, cites: "beside", fileNames: false };
const CHAT: Facts = { ...RESPONSES, reasons: false };

const FACTS: Readonly<Record<string, Facts>> = {
  anthropic: CLAUDE,
  "anthropic on Vertex": CLAUDE,
  bedrock: { ...CLAUDE, fileNames: "letters" },
  openai: RESPONSES,
  "openai.chat": CHAT,
  gemini: GEMINI,
  "gemini on Vertex": GEMINI,
  deepseek: { ...RESPONSES, cites: undefined, files: false, schemas: false },
  mistral: { ...RESPONSES, cites: undefined, userAfterResult: false },
  xai: { ...RESPONSES, files: false },
  "bedrock with Nova": { ...CLAUDE, fileNames: "letters" },
  "bedrock with Llama": { ...CHAT, fileNames: "letters", efforts: false, userAfterResult: false },
};

/** Who cannot take what the conversation holds; undefined: both can. */
export function expectedRefusal(kind: Kind, rows: readonly Row[]): string | undefined {
  if (kind.name !== "PDFs") return undefined;
  const [without] = rows.filter((row) => !factsOf(row).files);
  return without === undefined ? undefined : `${without.name}: files`;
}

/** What the second vendor cannot be told as it was, in order. */
export function expectedLosses(kind: Kind, first: Row, second: Row): readonly string[] {
  const [from, to] = [factsOf(first), factsOf(second)];
  switch (kind.name) {
    case "reasoning":
      return [...(from.reasons ? ["messages[1] reasoning dropped"] : []), ...effortLost(to)];
    case "reasoning, then tools":
      return [
        ...(from.reasons ? ["messages[1] reasoning dropped", "messages[3] reasoning dropped"] : []),
        ...effortLost(to),
      ];
    case "PDFs":
      if (to.fileNames === true) return [];
      return [`messages[0] file name ${to.fileNames === "letters" ? "translated" : "dropped"}`];
    case "citations":
      return [
        ...(from.cites === "beside" ? ["messages[1] opaque dropped"] : []),
        // Chat takes nobody's back, and does not report it between the two APIs of its vendor: there it is no news.
        ...(from.cites === undefined || isWithin("openai", first, second) ? [] : ["messages[1] citations dropped"]),
      ];
    case "vendor-side tools":
      return repeated("messages[1] opaque dropped", first.hosted.length);
    case "JSON":
      return to.schemas ? [] : ["output.schema translated"];
    case "calls without results":
      return [
        ...repeated("messages[1] tool-call translated", 2),
        ...(to.toolErrors ? [] : repeated("messages[2] tool-result isError translated", 2)),
        ...(to.userAfterResult ? [] : ["messages translated"]),
      ];
    default:
      return [];
  }
}

function effortLost({ efforts }: Facts): readonly string[] {
  return efforts ? [] : ["reasoning.effort dropped"];
}

function isWithin(vendor: string, ...rows: readonly Row[]): boolean {
  return rows.every(({ name }) => name.startsWith(vendor)) && rows[1]?.name === `${vendor}.chat`;
}

function repeated(loss: string, times: number): readonly string[] {
  return Array.from({ length: times }, () => loss);
}

function factsOf({ name }: Row): Facts {
  const facts = FACTS[name];
  if (facts === undefined) throw new Error(`expected.ts has no facts of ${name}.`);
  return facts;
}
