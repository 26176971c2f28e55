import { isObject } from "../simulators/json.ts";
import { jsonOf, type ErrorDetail, type Reply, type VendorErrorName } from "../simulators/wire.ts";
import type { CallScene } from "./scene.ts";
import { Unplayable } from "./unplayable.ts";

/** The vendor's error by its common name, with the sentence that it has to say. Throws where the wire does not say it. */
export function vendorError(
  { wire, ids, call }: CallScene,
  name: VendorErrorName,
  { retryAfterMs, message }: Pick<ErrorDetail, "retryAfterMs" | "message">,
): Reply {
  const reply = wire.error(name, { ids, model: call.model, retryAfterMs, message });
  if (message === undefined || says(reply, message)) return reply;
  const body = jsonOf(reply);
  const { error } = body;
  if (isObject(error) && typeof error["message"] === "string") {
    return { ...reply, body: { ...body, error: { ...error, message } } };
  }
  // Some vendors' errors have no object around them.
  if (typeof body["message"] === "string") return { ...reply, body: { ...body, message } };
  throw new Unplayable(
    `the wire of ${wire.name} does not write the \`message\` of a fault: its \`error\` gets it as \`detail.message\` and has to ` +
      "put it where the vendor's sentence stands (where the vendor sends none, exempt the adapter from the case)",
  );
}

function says({ body }: Reply, message: string): boolean {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return text.includes(message) || text.includes(JSON.stringify(message).slice(1, -1));
}
