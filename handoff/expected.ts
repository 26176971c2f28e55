import type { Request } from "@understudy/core";
import type { Entry } from "./entries.ts";
import type { Row } from "./vendors.ts";

/** What the vendors' own pages say, for what a conversation loses on the way from one to another. */
interface Facts {
  /** Its answers show what it reasoned. */
  readonly reasons: boolean;
  /** Its answers cite; `beside`: in a block of its own, next to the text. */
  readonly cites: "in text" | "beside" | undefined;
  /** Its citations go back to it. Where they never do, a vendor's own are no news at any of its targets. */
  readonly citationsReturn: boolean;
  /** It takes a PDF in a message. */
  readonly files: boolean;
  /** A file has a name there; `letters`: of letters, figures and few signs. */
  readonly fileNames: boolean | "letters";
  /** It takes texts as files; elsewhere they are read as text. */
  readonly textFiles: boolean;
  /** It cites the documents that it gets, where it is asked to. */
  readonly citesDocuments: boolean;
  /** It holds an answer to a JSON Schema; elsewhere the schema stands in the instructions. */
  readonly schemas: boolean;
  /** A tool's result can be marked as an error. */
  readonly toolErrors: boolean;
  /** A history with calls is refused where the request has no tools. */
  readonly wantsTools: boolean;
  /** How hard it reasons can be said. */
  readonly efforts: boolean;
  /** A tool's result can hold pictures; elsewhere they are shown as the user's. */
  readonly pictures: boolean;
  /** The user may speak right behind a tool's result. */
  readonly userAfterResult: boolean;
}

const CLAUDE: Facts = {
  reasons: true,
  cites: "in text",
  citationsReturn: true,
  files: true,
  fileNames: true,
  textFiles: true,
  citesDocuments: true,
  schemas: true,
  toolErrors: true,
  wantsTools: false,
  efforts: true,
  pictures: true,
  userAfterResult: true,
};
const RESPONSES: Facts = { ...CLAUDE, citesDocuments: false, toolErrors: false };
const CONVERSE: Facts = { ...CLAUDE, citationsReturn: false, fileNames: "letters", wantsTools: true };
const GEMINI: Facts = { ...CLAUDE, cites: "beside", citationsReturn: false, citesDocuments: false, fileNames: false };
const CHAT: Facts = { ...RESPONSES, citationsReturn: false, textFiles: false, pictures: false };

const FACTS: Readonly<Record<string, Facts>> = {
  anthropic: CLAUDE,
  "anthropic on Vertex": CLAUDE,
  bedrock: CONVERSE,
  openai: RESPONSES,
  "openai.chat": { ...CHAT, reasons: false },
  gemini: GEMINI,
  "gemini on Vertex": GEMINI,
  deepseek: { ...CHAT, cites: undefined, files: false, schemas: false },
  mistral: { ...CHAT, cites: undefined, userAfterResult: false },
  xai: { ...RESPONSES, files: false, textFiles: false },
  "bedrock with Nova": CONVERSE,
  "bedrock with Llama": { ...CONVERSE, reasons: false, toolErrors: false, efforts: false, userAfterResult: false },
};

/** Whether it cannot take what the conversation holds: then it is not asked. */
export function isRefused(entries: readonly Entry[], row: Row): boolean {
  return !factsOf(row).files && entries.some(({ says }) => filesOf(says).some(({ isText }) => !isText));
}

/** What one of two vendors cannot be told of a conversation as it was: each message by its place. */
export function expectedLosses(
  entries: readonly Entry[],
  { output, reasoning, tools }: Request,
  to: Row,
): readonly string[] {
  const facts = factsOf(to);
  const unanswered = (index: number): number => {
    const entry = entries[index];
    if (entry === undefined || typeof entry.by === "string" || entry.isCut) return 0;
    return entries[index + 1]?.by === "user" ? (entry.answer.toolCalls ?? []).length : 0;
  };
  const lost = entries.flatMap((entry, index) => {
    const open = unanswered(index);
    return [
      ...(entry.by === "user" ? filesOf(entry.says).flatMap((file) => ofFile(file, facts)) : []),
      ...(entry.by === "tools" ? ofResults(entry, facts) : []),
      ...(typeof entry.by === "string" ? [] : ofAnswer(entry, to)),
      ...repeated("tool-call translated", open),
      // What stands in the place of a result says that the call failed.
      ...(facts.toolErrors ? [] : repeated("tool-result isError translated", open)),
    ].map((loss) => `messages[${firstOf(entries, index, to)}] ${loss}`);
  });
  const bridges = entries.filter((entry, index) => {
    // Pictures that are shown as the user's stand behind results too.
    if (entry.by === "tools") return (entry.pictures > 0 && !facts.pictures) || entries[index + 1]?.by === "user";
    return unanswered(index) > 0;
  });
  return [
    ...(reasoning?.effort === undefined || facts.efforts ? [] : ["reasoning.effort dropped"]),
    ...(facts.wantsTools && tools === undefined && hasHosted(entries, to) ? ["tools translated"] : []),
    ...(output?.type !== "json" || facts.schemas ? [] : ["output.schema translated"]),
    ...(facts.userAfterResult ? [] : repeated("messages translated", bridges.length)),
    ...lost,
  ];
}

/** Turns of the user's are one turn where nothing of the answers between them is sent; it is known by the first of them. */
function firstOf(entries: readonly Entry[], index: number, to: Row): number {
  if (entries[index]?.by !== "user") return index;
  const before = entries.slice(0, index).findLastIndex((entry) => !isSkipped(entry, to));
  return entries[before]?.by === "user" ? firstOf(entries, before, to) : index;
}

function isSkipped(entry: Entry, to: Row): boolean {
  if (typeof entry.by === "string" || entry.isFor === "all") return false;
  return entry.isFor === "nobody" || entry.by !== to;
}

function hasHosted(entries: readonly Entry[], row: Row): boolean {
  return entries.some((entry) => entry.by === row && entry.hosted > 0);
}

function ofAnswer({ by, answer, hosted, isCut }: Answered, to: Row): readonly string[] {
  const from = factsOf(by);
  if (by === to) return [];
  return [
    ...(from.reasons && answer.reasoning !== undefined && !isCut ? ["reasoning dropped"] : []),
    ...(from.cites === "beside" && answer.citations !== undefined ? ["opaque dropped"] : []),
    ...(from.cites === undefined || answer.citations === undefined || !isNews(by, to) ? [] : ["citations dropped"]),
    ...repeated("opaque dropped", hosted),
  ];
}

function ofResults({ failed, pictures }: Results, facts: Facts): readonly string[] {
  return [
    ...(facts.toolErrors ? [] : repeated("tool-result isError translated", failed)),
    ...(facts.pictures ? [] : repeated("tool-result image translated", pictures)),
  ];
}

type Results = Extract<Entry, { readonly by: "tools" }>;
type Answered = Extract<Entry, { readonly by: Row }>;

interface GivenFile {
  readonly isText: boolean;
  readonly hasName: boolean;
  readonly isCited: boolean;
}

function filesOf(says: Entry["says"]): readonly GivenFile[] {
  if (says === undefined || typeof says === "string") return [];
  return says.flatMap((part) => {
    if (part.type !== "file" || part.source.type !== "base64") return [];
    const isText = part.source.mediaType === "text/plain";
    return [{ isText, hasName: part.name !== undefined, isCited: part.citations === true }];
  });
}

function ofFile({ isText, hasName, isCited }: GivenFile, facts: Facts): readonly string[] {
  return [
    ...(isText && !facts.textFiles ? ["file translated"] : []),
    ...(hasName && facts.fileNames === false ? ["file name dropped"] : []),
    ...(hasName && facts.fileNames === "letters" ? ["file name translated"] : []),
    ...(isCited && !facts.citesDocuments ? ["citations dropped"] : []),
  ];
}

function isNews(from: Row, to: Row): boolean {
  return factsOf(to).citationsReturn || vendorOf(from) !== vendorOf(to);
}

/** `gemini on Vertex` and `openai.chat` are forms of one vendor each. */
function vendorOf({ name }: Row): string {
  return name.replace(/[. ].*/, "");
}

function repeated(loss: string, times: number): readonly string[] {
  return Array.from({ length: times }, () => loss);
}

function factsOf({ name }: Row): Facts {
  const facts = FACTS[name];
  if (facts === undefined) throw new Error(`expected.ts has no facts of ${name}.`);
  return facts;
}
