import type { LanguageModelV2, LanguageModelV3, LanguageModelV4 } from "@ai-sdk/provider";
import {
  isJsonObject,
  readTargetOptions,
  type Capabilities,
  type PlainOptions,
  type Rule,
  type Shape,
  type TargetOptions,
  type TargetProblem,
} from "@understudy/core/adapter";
import { oneOf } from "@understudy/core/toolkit";

/** A model object of the AI SDK's, of any version that has streams of parts. */
export type AiSdkModel = LanguageModelV4 | LanguageModelV3 | LanguageModelV2;

/** Options of `aiSdk`; every one may be left out. */
export interface AiSdkOptions extends Pick<TargetOptions, "quotaGroup" | "streaming"> {
  /** The vendor's name in traces and in the origin of parts. Default: the model's provider, up to its first dot. */
  readonly vendor?: string | undefined;
  /** Host or region label, part of the origin. Default: the model's provider. */
  readonly endpoint?: string | undefined;
  /** Whatever tells this model's key apart from others; only its hash is kept. Default: the model's provider. */
  readonly credential?: string | undefined;
  /** What the model takes. Default: not known, so that everything is tried. */
  readonly capabilities?: Partial<Capabilities> | undefined;
  /**
   * The model may think for minutes and show nothing. Default: when the request asks for reasoning. A tier's
   * `silentReasoningMs` is its limit then.
   */
  readonly silentReasoning?: boolean | undefined;
}

const NAME: Rule = { must: "be a text that is not empty", test: (value) => typeof value === "string" && value !== "" };
const OF_PROVIDER: Rule = { must: "be given to the AI SDK's provider", test: () => false };
const OWN: Shape = {
  vendor: NAME,
  endpoint: NAME,
  credential: NAME,
  silentReasoning: oneOf(true, false),
  // What other targets take, and what this one cannot do anything with.
  ...Object.fromEntries(
    ["apiKey", "baseURL", "headers", "fetch", "allowInsecureHttp", "limits"].map((name) => [name, OF_PROVIDER]),
  ),
};
const VERSIONS: readonly unknown[] = ["v4", "v3", "v2"];

/** What `aiSdk` was called with, as far as it can be used. */
export interface CheckedModel {
  readonly provider: string;
  readonly modelId: string;
  readonly options: PlainOptions<AiSdkOptions & TargetOptions>;
  readonly problems: readonly TargetProblem[];
}

/** Throws nothing: what is wrong is reported. */
export function checkModel(model: unknown, options: unknown): CheckedModel {
  let provider = "";
  let modelId = "";
  let problem: string | undefined;
  try {
    if (isModel(model)) ({ provider, modelId } = model);
    else problem = "give a model object, such as mistral('mistral-large-latest'): names are not looked up";
    if (problem === undefined && !VERSIONS.includes(Reflect.get(Object(model), "specificationVersion")))
      problem = "the model follows a version of the AI SDK's specification that is not known here: v4, v3 and v2 are";
  } catch {
    problem = "the model cannot be read: a getter or proxy threw";
  }
  const given = readTargetOptions<AiSdkOptions & TargetOptions>(modelId || "unknown", options, OWN);
  const problems = [...(problem === undefined ? [] : [problem]), ...given.problems];
  return {
    provider: provider || "ai-sdk",
    modelId: given.model || "unknown",
    options: given.options,
    problems: problems.map((text) => ({ type: "invalid", message: `aiSdk("${given.model}"): ${text}` })),
  };
}

function isModel(model: unknown): model is AiSdkModel {
  return (
    isJsonObject(model) &&
    [model["doStream"], model["doGenerate"]].every((method) => typeof method === "function") &&
    [model["provider"], model["modelId"]].every((name) => typeof name === "string")
  );
}
