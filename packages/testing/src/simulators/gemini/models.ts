/** What a model of this vendor takes and refuses. */
export interface GeminiModel {
  /** For example 3.5; an unknown model counts as the newest. */
  readonly generation: number;
  /** Signatures of function calls of the current turn have to come back. */
  readonly signatures: boolean;
  /** A request may end with a turn of the model, which is then continued. */
  readonly prefill: boolean;
  /** Thinking can be turned off with a budget of 0. */
  readonly thinkingOff: boolean;
  /** `thinkingLevel` exists, with these values. */
  readonly levels: readonly string[];
  /** Function calls carry an id. */
  readonly callIds: boolean;
  /** Structured output and server tools together with functions. */
  readonly combines: boolean;
  readonly systemInstruction: boolean;
  /** Tokens that it writes at most, where that is published. */
  readonly outputTokens: number | undefined;
}

const newest = 4;

export function geminiModel(id: string): GeminiModel {
  const [, major, minor] = /^gemini-(\d+)(?:\.(\d+))?/.exec(id) ?? [];
  const generation = major === undefined ? newest : Number(`${major}.${minor ?? "0"}`);
  const third = generation >= 3;
  const gemma = id.startsWith("gemma");
  const noMinimal = /^gemini-3(\.1)?-pro/.test(id) || /^gemini-3\.[78]-flash(?!-lite)/.test(id) || generation >= newest;
  const levels = noMinimal ? ["LOW", "MEDIUM", "HIGH"] : ["MINIMAL", "LOW", "MEDIUM", "HIGH"];
  return {
    generation,
    // Nothing of the kind is said of open models.
    signatures: third && !gemma,
    prefill: generation < 3.6 && !id.startsWith("gemini-3.5-flash-lite"),
    thinkingOff: generation < 3 && !id.includes("pro"),
    levels: third ? levels : [],
    callIds: third,
    combines: third,
    systemInstruction: !gemma,
    outputTokens: outputTokens(id),
  };
}

function outputTokens(id: string): number | undefined {
  if (id.startsWith("gemini-4-")) return 1_048_576;
  if (id === "gemini-2.5-pro") return 65_535;
  return /^gemini-(?:2\.5|3\.[5-8])-flash(?:-lite)?$/.test(id) ? 65_536 : undefined;
}
