import { firstOf } from "../json.ts";
import { bearerOf, parseBody, refused, type Admission, type AdmissionRules, type ArrivedRequest } from "../wire.ts";
import { badKey, exception, invalid, profileNeeded, retired } from "./errors.ts";
import { isRetired, needsProfile } from "./models.ts";
import { checkConversation } from "./conversation.ts";
import { checkFields } from "./fields.ts";
import { checkModel } from "./model-rules.ts";

const PATH = /^\/model\/([^/]+)\/(converse|converse-stream)$/;
const SIGNATURE =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/[a-z0-9-]+\/bedrock\/aws4_request, SignedHeaders=(?=[\w;-]*host)(?=[\w;-]*x-amz-date)[\w;-]+, Signature=[0-9a-f]{64}$/;

/** Takes a request of Converse or ConverseStream, or refuses it as the vendor does. */
export function admitBedrock(request: ArrivedRequest, rules: AdmissionRules): Admission {
  const [, encoded = "", operation] = PATH.exec(request.path) ?? [];
  if (operation === undefined || request.method !== "POST") {
    return refused(
      exception(404, "UnknownOperationException", "The requested operation is not recognized by the service."),
    );
  }
  const key = bearerOf(request) ?? signerOf(request);
  if (key === undefined) {
    return refused(exception(403, "MissingAuthenticationTokenException", "Missing Authentication Token"));
  }
  if (!rules.isGoodKey(key)) return refused(badKey);
  const body = parseBody(request.text);
  if (body === undefined) return refused(exception(400, "SerializationException", "The request is not JSON."));
  const model = decodeURIComponent(encoded);
  if (isRetired(model)) return refused(retired);
  if (!rules.isKnownModel(model)) return refused(invalid("The provided model identifier is invalid."));
  if (needsProfile(model)) return refused(profileNeeded(model));
  const problem = firstOf([
    () => checkFields(body),
    () => checkConversation(body, model, rules.organization),
    () => checkModel(body, model),
  ]);
  if (problem !== undefined) return refused(invalid(problem));
  const streamed = operation === "converse-stream";
  return { type: "call", call: { request, body, model, streamed, ids: rules.ids, organization: rules.organization } };
}

/** The name of the key that signed; the signature itself is not computed. */
function signerOf({ headers }: ArrivedRequest): string | undefined {
  if (!/^\d{8}T\d{6}Z$/.test(headers["x-amz-date"] ?? "")) return undefined;
  return SIGNATURE.exec(headers["authorization"] ?? "")?.[1];
}
