import { firstOf, isObject, listOf, textOf, unknownKey, words } from "../json.ts";
import {
  bearerOf,
  parseBody,
  refused,
  type Admission,
  type ArrivedRequest,
  type AdmissionRules,
  type Reply,
} from "../wire.ts";
import { anthropicError, anthropicStatus } from "./errors.ts";
import { checkMessages } from "./messages.ts";
import { anthropicModel } from "./models.ts";
import { checkParameters } from "./parameters.ts";
import type { AnthropicRequest, Problem } from "./problem.ts";
import { checkTools } from "./tools.ts";

const MAX_BYTES = 32 * 1024 * 1024;
const MAX_MESSAGES = 100_000;
const versions = ["2023-01-01", "2023-06-01", "2026-10-21"];

const stableFields = words(
  `model max_tokens messages system tools tool_choice stop_sequences stream thinking output_config cache_control metadata service_tier speed inference_geo container diagnostics temperature top_p top_k`,
);
const betaFields = words(
  `fallbacks fallback_credit_token context_management compaction mcp_servers thread billing_policy output_format`,
);

/** Takes a request of the Messages API, or refuses it as the vendor does. */
export function admitAnthropic(request: ArrivedRequest, rules: AdmissionRules): Admission {
  const { ids } = rules;
  const refuse = (message: string): Reply => anthropicError(400, message, ids);

  if (request.path !== "/v1/messages") return refused(anthropicStatus(404, ids));
  if (request.method !== "POST") return refused(anthropicStatus(405, ids));
  const key = bearerOf(request) ?? request.headers["x-api-key"] ?? "";
  if (key === "") return refused(anthropicError(401, "x-api-key header is required", ids));
  if (!rules.isGoodKey(key)) return refused(anthropicStatus(401, ids));

  if (Buffer.byteLength(request.text) > MAX_BYTES) return refused(anthropicStatus(413, ids));

  const version = request.headers["anthropic-version"];
  if (version === undefined) return refused(refuse("anthropic-version: header is required"));
  if (!versions.includes(version)) return refused(refuse(`anthropic-version: "${version}" is not a valid version`));
  const body = parseBody(request.text);
  if (body === undefined) return refused(refuse("The request body is not valid JSON."));
  const half = loneSurrogate(request.text);
  if (half !== undefined) {
    const place = `line 1 column ${half + 1} (char ${half})`;
    return refused(refuse(`The request body is not valid JSON: no low surrogate in string: ${place}`));
  }

  const model = textOf(body["model"]);
  const betas = [request.headers["anthropic-beta"] ?? "", request.query.get("beta") === "true" ? "path" : ""].join("");
  const asked: AnthropicRequest = { body, model, version, betas, organization: rules.organization };
  const shape = checkShape(asked);
  if (shape !== undefined) return refused(refuse(shape));
  if (!rules.isKnownModel(model)) return refused(anthropicError(404, `model: ${model}`, ids));
  const problem = firstOf([
    () => checkParameters(asked, anthropicModel(model)),
    () => checkTools(asked, anthropicModel(model)),
    () => checkMessages(asked, anthropicModel(model)),
  ]);
  if (problem !== undefined) return refused(refuse(problem));
  const streamed = body["stream"] === true;
  return { type: "call", call: { request, body, model, streamed, ids, organization: rules.organization } };
}

/** Where an escape of half a surrogate pair stands alone, which the vendor's parser takes for broken JSON. */
function loneSurrogate(text: string): number | undefined {
  const escapes = text.matchAll(/\\(?:u([0-9a-f]{4})|[^])/gi);
  let high: number | undefined;
  for (const { index, 1: hex = "" } of escapes) {
    const unit = Number.parseInt(hex, 16);
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (high !== undefined && !(isLow && index === high + 6)) return high;
    if (isLow && high === undefined) return index;
    high = unit >= 0xd800 && unit <= 0xdbff ? index : undefined;
  }
  return high;
}

function checkShape({ body, betas }: AnthropicRequest): Problem {
  const missing = ["model", "max_tokens", "messages"].find((field) => body[field] === undefined);
  if (missing !== undefined) return `${missing}: Field required`;
  const extra = unknownKey(body, betas === "" ? stableFields : [...stableFields, ...betaFields]);
  if (extra !== undefined) return `${extra}: Extra inputs are not permitted`;
  if (typeof body["model"] !== "string") return "model: Input should be a valid string";
  if (!Array.isArray(body["messages"])) return "messages: Input should be a valid list";
  const { length } = body["messages"];
  if (length === 0) return "messages: at least one message is required";
  if (length > MAX_MESSAGES) return `messages: List should have at most ${MAX_MESSAGES} items, not ${length}`;
  if (!Number.isInteger(body["max_tokens"])) return "max_tokens: Input should be a valid integer";
  if (Number(body["max_tokens"]) < 0) return "max_tokens: Input should be greater than or equal to 0";
  if (!["undefined", "boolean"].includes(typeof body["stream"])) return "stream: Input should be a valid boolean";
  return checkSystem(body["system"]);
}

function checkSystem(system: unknown): Problem {
  if (system === undefined || typeof system === "string") return undefined;
  if (!Array.isArray(system)) return "system: Input should be a valid string";
  const wrong = listOf(system).findIndex((block) => !isObject(block) || block["type"] !== "text");
  if (wrong !== -1) return `system.${wrong}: Input should be a valid text block`;
  const empty = listOf(system).some((block) => isObject(block) && block["text"] === "");
  return empty ? "system: text content blocks must be non-empty" : undefined;
}
