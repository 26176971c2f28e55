import { isJsonObject, type JsonObject, type JsonValue, type Loss } from "@understudy/core/adapter";

type NativeFields = Readonly<Record<string, JsonValue | undefined>>;

/** They would make the answer depend on what one vendor keeps, or come later and elsewhere. */
const STATEFUL = ["previous_response_id", "conversation", "background"];

/** A caller's native fields without those that no chain can honour. */
export function nativeFields(native: NativeFields, loss: (loss: Loss) => void): NativeFields {
  const kept = Object.entries(native).filter(([name, value]) => {
    if (!STATEFUL.includes(name) || value === undefined || value === null) return name !== "stream";
    loss({ what: `vendorOptions ${name}`, action: "dropped", reason: "state at the vendor cannot follow a failover" });
    return false;
  });
  return Object.fromEntries(kept);
}

/**
 * Lays a caller's native fields over a body. A field that is there and undefined takes its namesake out: that is how a
 * request is repaired after the endpoint refused the field.
 */
export function mergeNative(
  body: JsonObject,
  native: NativeFields,
  rules: {
    readonly objects: readonly string[];
    readonly lists: readonly string[];
    readonly loss: (loss: Loss) => void;
  },
): JsonObject {
  const result: Record<string, JsonValue> = { ...body };
  for (const [name, given] of Object.entries(native)) {
    const own = Object.hasOwn(body, name) ? body[name] : undefined;
    if (given === undefined) {
      if (own === undefined) continue;
      delete result[name];
      rules.loss({ what: name, action: "dropped", reason: "the endpoint refuses it" });
    } else if (rules.objects.includes(name) && isJsonObject(own) && isJsonObject(given)) {
      result[name] = { ...own, ...given };
    } else if (rules.lists.includes(name) && Array.isArray(own) && Array.isArray(given)) {
      result[name] = [...own, ...given];
    } else result[name] = given;
  }
  return result;
}
