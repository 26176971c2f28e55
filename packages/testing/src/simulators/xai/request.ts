import { firstOf, isObject, shown, textOf, type WireObject } from "../json.ts";
import { bearerOf, parseBody, refused, type Admission, type AdmissionRules, type ArrivedRequest } from "../wire.ts";
import {
  badKey,
  modelNotFound,
  noKey,
  notParsed,
  problemReply,
  xaiError,
  xaiStatus,
  type XAIProblem,
} from "./errors.ts";
import { checkInput } from "./input.ts";
import { effortsOf } from "./models.ts";
import { checkTools } from "./tools.ts";

type Problem = XAIProblem | undefined;

/** Of other vendors and of the older API, with the names under which the vendor refuses them. */
const refusedFields = [
  ["instructions", "instructions"],
  ["stop", "stop"],
  ["presence_penalty", "presencePenalty"],
  ["frequency_penalty", "frequencyPenalty"],
  ["stream_options", "streamOptions"],
  ["safety_identifier", "safetyIdentifier"],
  ["top_k", "topK"],
] as const;

/** Takes a request of the Responses API, or refuses it as the vendor does. */
export function admitXAI(request: ArrivedRequest, rules: AdmissionRules): Admission {
  if (request.path !== "/v1/responses") return refused(xaiStatus(404));
  if (request.method !== "POST") return refused(xaiError(405, "Method not allowed."));
  const key = bearerOf(request);
  if (key === undefined) return refused(noKey);
  if (!rules.isGoodKey(key)) return refused(badKey);
  const body = parseBody(request.text);
  if (body === undefined) return refused(problemReply({ error: "Failed to parse the request body as JSON" }));
  const model = textOf(body["model"]);
  if (model === "") return refused(problemReply(notParsed("missing field `model`")));
  if (!rules.isKnownModel(model)) return refused(modelNotFound(model));
  const problem = firstOf([
    () => checkFields(body),
    () => checkEffort(body, model),
    () => checkText(body),
    () => checkTools(body),
    () => checkInput(body, rules.organization),
  ]);
  if (problem !== undefined) return refused(problemReply(problem));
  const streamed = body["stream"] === true;
  return {
    type: "call",
    call: { request, body, model, streamed, ids: rules.ids, organization: rules.organization },
  };
}

function checkFields(body: WireObject): Problem {
  const found = refusedFields.find(([name]) => body[name] !== undefined && body[name] !== null);
  return found === undefined ? undefined : { error: `Argument not supported on this model: ${found[1]}` };
}

function checkEffort(body: WireObject, model: string): Problem {
  const effort = isObject(body["reasoning"]) ? body["reasoning"]["effort"] : undefined;
  if (effort === undefined || effort === null || effortsOf(model).includes(shown(effort))) return undefined;
  return { error: `Model ${model} does not support parameter reasoningEffort.` };
}

function checkText(body: WireObject): Problem {
  const format = isObject(body["text"]) ? body["text"]["format"] : undefined;
  if (!isObject(format)) return undefined;
  const type = textOf(format["type"]);
  if (!["text", "json_object", "json_schema"].includes(type)) return notParsed(`unknown variant \`${type}\``);
  return type === "json_schema" && !isObject(format["schema"]) ? notParsed("missing field `schema`") : undefined;
}
