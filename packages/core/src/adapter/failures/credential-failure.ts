import { isTargetFailure, TargetFailure } from "../../model/target-failure.ts";
import { AGAIN_MS } from "../transport/credential-functions.ts";
import { asNumber, asObject, asText } from "../foreign.ts";
import { CarriedResponse, causes, networkFailure } from "./network-failure.ts";

/** How clients speak of what they lack: a key, a token, a signature, or the account that a token is for. */
const WORDS =
  /credential|authenticat|oauth|api.?key|(?:access|bearer|security|session|refresh|id).?token|sign(?:ing|ature|er)\b|\bproject_?id\b|\bregion\b/i;
const MOST_CHARS = 500;

/**
 * What a client of an SDK threw because it has no credential to send, made a failure of ours without its words. Undefined
 * for everything else: for errors of a response and of our own fetch, which had something to send, and of a machine
 * without resources.
 */
export function credentialFailure(error: unknown): TargetFailure | undefined {
  if (asNumber(asObject(error)["status"]) !== undefined) return undefined;
  let speaksOfIt = false;
  for (const link of causes(error)) {
    if (isTargetFailure(link) || link instanceof CarriedResponse) return undefined;
    const { name, message } = asObject(link);
    speaksOfIt ||= WORDS.test(`${asText(name)} ${asText(message).slice(0, MOST_CHARS)}`);
  }
  if (!speaksOfIt || networkFailure(error, "headers").class === "local.resource") return undefined;
  return new TargetFailure("auth.invalid", {
    explanation: "the client could not get the credential, project or region that it needs; nothing was sent",
    retryAfterMs: AGAIN_MS,
  });
}
