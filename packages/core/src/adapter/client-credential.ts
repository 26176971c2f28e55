import { asObject, asString } from "./foreign.ts";
import { isCredentialHeader } from "./scope-id.ts";

const ids = new WeakMap<object, string>();

/**
 * What tells a client's credential from others: its key or token if that is fixed and nothing stands in for it, else an
 * id of the client itself, which is stable as long as the client lives. Two clients whose credentials nobody knows
 * (functions, token providers, signing, headers of their own) never have the same.
 */
export function clientCredential(client: object): string {
  const known = ids.get(client) ?? knownCredential(client);
  if (known !== undefined) return known;
  const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
  ids.set(client, id);
  return id;
}

function knownCredential(client: object): string | undefined {
  const { apiKey, authToken, _options } = asObject(client);
  if (headerNames(asObject(_options)["defaultHeaders"]).some(isCredentialHeader)) return undefined;
  return [apiKey, authToken].map(asString).find((value) => value !== undefined && value !== "");
}

/** Of headers in any of the forms that SDKs take; their own form has what is set under `values`. */
function headerNames(headers: unknown): readonly string[] {
  if (typeof headers !== "object" || headers === null) return [];
  const { values } = asObject(headers);
  const named = values instanceof Headers ? values : headers;
  if (named instanceof Headers) return [...named.keys()];
  return Array.isArray(named) ? named.map((entry) => String(Object(entry)[0])) : Object.keys(named);
}
