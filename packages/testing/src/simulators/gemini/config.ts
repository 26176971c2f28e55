import { firstOf, isObject, listOf, shown, unknownKey, type WireObject } from "../json.ts";
import { invalid, unknownField, type Problem } from "./errors.ts";
import { camel, known } from "./fields.ts";
import type { GeminiModel } from "./models.ts";

const int32 = 2_147_483_647;

/** `generationConfig` against its own rules and the model. */
export function checkConfig(fields: WireObject, model: GeminiModel): Problem {
  const config = camel(fields["generationConfig"]);
  const extra = unknownKey(config, known.generationConfig);
  if (extra !== undefined) return unknownField(extra, "generation_config");
  return firstOf([
    () => checkNumbers(config, model),
    () => checkOutput(config, fields, model),
    () => checkThinking(camel(config["thinkingConfig"]), model),
  ]);
}

function checkNumbers(config: WireObject, model: GeminiModel): Problem {
  const temperature = config["temperature"];
  if (typeof temperature === "number" && (temperature < 0 || temperature > 2)) {
    return invalid(
      "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].\n",
    );
  }
  const topP = config["topP"];
  if (typeof topP === "number" && (topP < 0 || topP > 1)) {
    return invalid("* GenerateContentRequest.generation_config.top_p: top_p must be in the range [0.0, 1.0].\n");
  }
  const most = config["maxOutputTokens"];
  if (typeof most === "number" && most < 1) {
    return invalid(
      "* GenerateContentRequest.generation_config.max_output_tokens: max_output_tokens must be positive.\n",
    );
  }
  const limit = model.outputTokens;
  if (typeof most === "number" && limit !== undefined && most > limit) {
    return invalid(
      `Unable to submit request because it has a maxOutputTokens value of ${most} but the supported range is from 1 (inclusive) to ${limit + 1} (exclusive). Update the value and try again.`,
    );
  }
  const seed = config["seed"];
  if (typeof seed === "number" && seed !== Math.trunc(Math.min(Math.max(seed, -int32), int32))) {
    return invalid(`Invalid value at 'generation_config.seed' (TYPE_INT32), ${seed}`);
  }
  return Number(config["candidateCount"] ?? 1) > 1 && model.generation >= 3
    ? invalid("Multiple candidates is not enabled for this model")
    : undefined;
}

function checkOutput(config: WireObject, fields: WireObject, model: GeminiModel): Problem {
  const both = config["responseSchema"] !== undefined && config["responseJsonSchema"] !== undefined;
  if (both) return invalid("Only one of response_schema and response_json_schema can be set.");
  const schema = config["responseSchema"] ?? config["responseJsonSchema"];
  const mime = config["responseMimeType"];
  if (schema !== undefined && mime !== "application/json" && mime !== "text/x.enum") {
    return invalid("response_mime_type must be application/json when a response schema is set.");
  }
  const functions = listOf(fields["tools"]).some((tool) => listOf(camel(tool)["functionDeclarations"]).length > 0);
  return mime === "application/json" && functions && !model.combines
    ? invalid("Function calling with a response mime type: 'application/json' is unsupported")
    : undefined;
}

function checkThinking(thinking: WireObject, model: GeminiModel): Problem {
  if (!isObject(thinking)) return undefined;
  const extra = unknownKey(thinking, known.thinkingConfig);
  if (extra !== undefined) return unknownField(extra, "generation_config.thinking_config");
  const { thinkingBudget: budget, thinkingLevel: level } = thinking;
  if (budget !== undefined && level !== undefined) {
    return invalid("You can only set only one of thinking budget and thinking level.");
  }
  if (level !== undefined) {
    if (model.levels.length === 0) return invalid("Thinking level is not supported for this model.");
    if (!model.levels.includes(shown(level).toUpperCase())) {
      return invalid(`Thinking level ${shown(level).toUpperCase()} is not supported for this model.`);
    }
  }
  return budget === 0 && !model.thinkingOff
    ? invalid("Budget 0 is invalid. This model only works in thinking mode.")
    : undefined;
}
