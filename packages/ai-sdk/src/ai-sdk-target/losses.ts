import { asArray, asObject, asString, type Loss } from "@understudy/core/adapter";

/** What the AI SDK's warnings call otherwise than a request does. */
const WORDS: Readonly<Record<string, string>> = {
  reasoning: "reasoning.effort",
  responseFormat: "output",
  stopSequences: "stop",
};

/** Other warnings are advice for developers, and may quote the request. */
export function lossesOf(warnings: unknown): Loss[] {
  return asArray(warnings).flatMap((warning) => {
    const { type, feature, setting, details } = asObject(warning);
    // The second version calls it a setting.
    const name = asString(feature) ?? asString(setting);
    if (name === undefined || type === "deprecated" || type === "other") return [];
    const action = type !== "compatibility" ? "dropped" : name === "reasoning" ? "downgraded" : "translated";
    return [{ what: WORDS[name] ?? name, action, reason: asString(details) }];
  });
}
