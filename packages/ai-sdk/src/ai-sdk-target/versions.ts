import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { asArray, asObject, isJsonObject, type Foreign, type Loss } from "@understudy/core/adapter";
import { takeUnless, unsupported } from "@understudy/core/toolkit";

/** Of the specification that a model follows. Loaded for such models alone. */
export type OldVersion = "v3" | "v2";

/**
 * The options of a call as the model's version takes them. Before the fourth, file data stands bare, nothing is `custom`,
 * and there is no word for how much a model reasons; before the third, results of tools hold other media.
 */
export function toVersion(
  options: LanguageModelV4CallOptions,
  version: OldVersion,
  loss: (loss: Loss) => void,
): LanguageModelV4CallOptions {
  const { reasoning, prompt, ...others } = options;
  takeUnless("the model's version of the AI SDK has no word for it", "reasoning", reasoning, loss);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an older form of the same
  return { ...others, prompt: prompt.map((message) => toMessage(message, version)) as LanguageModelV4Prompt };
}

function toMessage(message: LanguageModelV4Prompt[number], version: OldVersion): object {
  if (typeof message.content === "string") return message;
  const parts: readonly Foreign[] = message.content.map((part) => asObject(part));
  const content = parts.flatMap((part) => {
    if (part["type"] === "custom") return [];
    if (part["type"] === "file") return [{ ...part, data: bare(part["data"]) }];
    return part["type"] === "tool-result" ? [{ ...part, output: toOutput(part["output"], version) }] : [part];
  });
  return { ...message, content };
}

function bare(data: unknown): unknown {
  const { type, data: bytes, url } = asObject(data);
  if (type === "reference") throw unsupported("files");
  return type === "url" ? url : bytes;
}

function toOutput(output: unknown, version: OldVersion): unknown {
  const { type, value } = asObject(output);
  if (type !== "content") return output;
  return {
    type,
    value: asArray(value).map((part) => {
      const { data, mediaType, filename } = asObject(part);
      if (!isJsonObject(data)) return part;
      const given = bare(data);
      if (version === "v2") {
        if (given instanceof URL) throw unsupported("urls");
        return { type: "media", data: given, mediaType };
      }
      if (given instanceof URL) return { type: "file-url", url: given.href };
      return { type: "file-data", data: given, mediaType, ...(filename !== undefined && { filename }) };
    }),
  };
}
