import { firstOf, isObject, listOf, shown, textOf, unknownKey } from "../json.ts";
import { parseBody, refused, type Admission, type ArrivedRequest, type AdmissionRules, type Reply } from "../wire.ts";
import { checkConfig } from "./config.ts";
import { checkContents } from "./contents.ts";
import { badKey, invalid, modelNotFound, noKey, unknownField, type Problem } from "./errors.ts";
import { camel, known } from "./fields.ts";
import { geminiModel, type GeminiModel } from "./models.ts";
import { checkAnswered, checkGeminiTools } from "./tools.ts";

const route = /^\/(v1|v1beta)\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

/** Takes a generateContent request, or refuses it as the vendor does. */
export function admitGemini(request: ArrivedRequest, rules: AdmissionRules): Admission {
  const [, version = "", encoded = "", method = ""] = route.exec(request.path) ?? [];
  if (method === "" || request.method !== "POST") return refused(notFoundPage(request.path));
  const key = request.headers["x-goog-api-key"] ?? request.query.get("key") ?? "";
  if (key === "") return refused(noKey);
  if (!rules.isGoodKey(key)) return refused(badKey);
  const model = decodeURIComponent(encoded);
  // The aliases that follow the newest model exist in v1beta only.
  const exists = rules.isKnownModel(model) && !(version === "v1" && model.endsWith("-latest"));
  if (!exists) return refused(modelNotFound(model, version));
  const body = parseBody(request.text);
  if (body === undefined) return refused(invalid("Invalid JSON payload received. Expected an object key or }."));

  // In JSON for messages of this kind, null is a field that is not set.
  const fields = Object.fromEntries(Object.entries(camel(body)).filter(([, field]) => field !== null));
  const capabilities = geminiModel(model);
  const problem = firstOf([
    () => {
      const extra = unknownKey(fields, known.request);
      return extra === undefined ? undefined : unknownField(extra, "");
    },
    () => checkConfig(fields, capabilities),
    () => checkGeminiTools(fields, capabilities),
    () => checkSystem(fields["systemInstruction"], capabilities.systemInstruction, model),
    () => checkContents(fields["contents"], capabilities, rules.organization),
    () => checkAnswered(fields),
    () => checkCache(fields, capabilities),
    () => checkTier(fields["serviceTier"]),
  ]);
  if (problem !== undefined) return refused(problem);
  const streamed = method === "streamGenerateContent";
  return {
    type: "call",
    call: { request, body: fields, model, streamed, ids: rules.ids, organization: rules.organization },
  };
}

/** Paths that do not exist are answered by the front end, with a page. */
function notFoundPage(path: string): Reply {
  return {
    status: 404,
    headers: { "content-type": "text/html; charset=UTF-8" },
    body: `<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p>The requested URL <code>${path}</code> was not found on this server.</html>`,
  };
}

function checkSystem(system: unknown, allowed: boolean, model: string): Problem {
  if (system === undefined) return undefined;
  if (!allowed) return invalid(`Developer instruction is not enabled for models/${model}`);
  if (typeof system === "string") return invalid("Invalid value at 'system_instruction' (Content), \"…\"");
  const parts = listOf(camel(system)["parts"]);
  const single = camel(system)["parts"];
  return parts.length === 0 && !isObject(single)
    ? invalid("* GenerateContentRequest.system_instruction.parts: contents.parts must not be empty.\n")
    : undefined;
}

const tiers = ["standard", "flex", "priority"];

function checkTier(tier: unknown): Problem {
  if (tier === undefined || tiers.includes(shown(tier))) return undefined;
  return invalid(`Invalid value at 'service_tier' (ServiceTier), "${shown(tier)}"`);
}

function checkCache(fields: Readonly<Record<string, unknown>>, { generation }: GeminiModel): Problem {
  if (textOf(fields["cachedContent"]) === "") return undefined;
  if (generation >= 4) return invalid("CachedContent is not supported for this model.");
  const clash = ["systemInstruction", "tools", "toolConfig"].some((name) => fields[name] !== undefined);
  return clash
    ? invalid(
        "CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config.",
      )
    : undefined;
}
