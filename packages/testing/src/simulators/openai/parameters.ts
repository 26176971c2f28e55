import { isObject, shown, type WireObject } from "../json.ts";
import type { OpenAIProblem } from "./errors.ts";
import type { OpenAIModel } from "./models.ts";

export function missing(param: string): OpenAIProblem {
  return { message: `Missing required parameter: '${param}'.`, param, code: "missing_required_parameter" };
}

export function wrongValue(param: string, value: unknown, allowed: readonly string[]): OpenAIProblem {
  const values = allowed.map((one) => `'${one}'`);
  const list = values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")}, and ${values.at(-1)}`;
  return { message: `Invalid value: '${shown(value)}'. Supported values are: ${list}.`, param, code: "invalid_value" };
}

export function wrongType(param: string, expected: string, value: unknown): OpenAIProblem {
  const found = value === null ? "null" : Array.isArray(value) ? "an array" : article(typeof value);
  const message = `Invalid type for '${param}': expected ${expected}, but got ${found} instead.`;
  return { message, param, code: "invalid_type" };
}

function article(type: string): string {
  return type === "object" ? "an object" : `a ${type}`;
}

export function tooLong(param: string, value: string, limit: number): OpenAIProblem | undefined {
  if (value.length <= limit) return undefined;
  const message = `Invalid '${param}': string too long. Expected a string with maximum length ${limit}, but got a string with length ${value.length} instead.`;
  return { message, param, code: "string_above_max_length" };
}

export function wrongPattern(param: string): OpenAIProblem {
  const message = `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`;
  return { message, param, code: "invalid_value" };
}

export function emptyArray(param: string): OpenAIProblem {
  const message = `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`;
  return { message, param, code: "empty_array" };
}

export function unsupportedParameter(param: string, hint = ""): OpenAIProblem {
  const message = `Unsupported parameter: '${param}' is not supported with this model.${hint}`;
  return { message, param, code: "unsupported_parameter" };
}

const verbosities = ["low", "medium", "high"];

/** What both endpoints check in the same way. */
export function checkCommon(body: WireObject, verbosity: string, value: unknown): OpenAIProblem | undefined {
  const { metadata, safety_identifier: user } = body;
  const pairs = isObject(metadata) ? Object.keys(metadata).length : 0;
  if (pairs > 16) {
    const message = `Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with ${pairs} properties instead.`;
    return { message, param: "metadata", code: "object_above_max_properties" };
  }
  if (value !== undefined && value !== null && !verbosities.includes(shown(value))) {
    return wrongValue(verbosity, value, verbosities);
  }
  return typeof user === "string" ? tooLong("safety_identifier", user, 128) : undefined;
}

/** `temperature` and `top_p` against their ranges and the model, and log probabilities against the model. */
export function checkSampling(body: WireObject, model: OpenAIModel, effort: unknown): OpenAIProblem | undefined {
  for (const [param, max] of [
    ["temperature", 2],
    ["top_p", 1],
  ] as const) {
    const value = body[param];
    if (value === undefined || value === null) continue;
    if (typeof value !== "number") return wrongType(param, "a decimal", value);
    if (value < 0) return bound(param, "below minimum", ">= 0", value, "decimal_below_min_value");
    if (value > max) return bound(param, "above maximum", `<= ${max}`, value, "decimal_above_max_value");
    if (value !== 1 && !maySample(model, effort)) return unsupportedParameter(param);
  }
  const logprobs = ["logprobs", "top_logprobs"].find((name) => (body[name] ?? false) !== false);
  return logprobs === undefined || maySample(model, effort) ? undefined : unsupportedParameter(logprobs);
}

function maySample(model: OpenAIModel, effort: unknown): boolean {
  return (
    model.sampling === "always" || (model.sampling === "effort-none" && (effort ?? model.defaultEffort) === "none")
  );
}

function bound(param: string, side: string, expected: string, value: number, code: string): OpenAIProblem {
  const message = `Invalid '${param}': decimal ${side} value. Expected a value ${expected}, but got ${value} instead.`;
  return { message, param, code };
}

/** The reasoning effort against the values that the model knows. */
export function checkEffort(param: string, effort: unknown, model: OpenAIModel, id: string): OpenAIProblem | undefined {
  if (effort === undefined || effort === null) return undefined;
  if (model.efforts.length === 0) return unsupportedParameter(param);
  if (model.efforts.includes(shown(effort))) return undefined;
  const values = model.efforts.map((one) => `'${one}'`);
  const list = values.length === 1 ? values.join("") : `${values.slice(0, -1).join(", ")}, and ${values.at(-1)}`;
  const message = `Unsupported value: '${shown(effort)}' is not supported with the '${id}' model. Supported values are: ${list}.`;
  return { message, param, code: "unsupported_value" };
}
