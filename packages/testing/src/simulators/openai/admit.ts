import { parseBody, bearerOf, refused, type Admission, type ArrivedRequest, type AdmissionRules } from "../wire.ts";
import { textOf, type WireObject } from "../json.ts";
import { badKey, modelNotFound, noKey, noSuchMethod, noSuchPath, openAIError, openAIRefusal } from "./errors.ts";
import type { OpenAIProblem } from "./errors.ts";

/** What differs between the endpoints of this vendor when a request comes in. */
export interface Endpoint {
  readonly path: string;
  /** Status for a model that does not exist. */
  readonly notFound: 400 | 404;
  check(body: WireObject, model: string, rules: AdmissionRules): OpenAIProblem | undefined;
}

/** Takes a request of the endpoint, or refuses it as the vendor does: path, key, JSON, shape, model, content. */
export function admitOpenAI(request: ArrivedRequest, rules: AdmissionRules, endpoint: Endpoint): Admission {
  if (request.path !== endpoint.path) return refused(noSuchPath(request.method, request.path));
  if (request.method !== "POST") return refused(noSuchMethod(request.method, request.path));
  const key = bearerOf(request) ?? request.headers["api-key"] ?? "";
  if (key === "") return refused(noKey);
  if (!rules.isGoodKey(key)) return refused(badKey(key));
  const body = parseBody(request.text);
  if (body === undefined) {
    const message = "We could not parse the JSON body of your request.";
    return refused(openAIError({ status: 400, message }));
  }
  const model = textOf(body["model"]);
  if (model !== "" && !rules.isKnownModel(model)) return refused(modelNotFound(model, endpoint.notFound));
  const problem = endpoint.check(body, model, rules);
  if (problem !== undefined) return refused(openAIRefusal(problem));
  const streamed = body["stream"] === true;
  return {
    type: "call",
    call: { request, body, model, streamed, ids: rules.ids, organization: rules.organization },
  };
}
