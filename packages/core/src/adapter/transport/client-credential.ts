import { isJsonObject } from "../../model/json.ts";
import { asObject, asString } from "../foreign.ts";
import { isCredentialHeader } from "../options/target-scopes.ts";

const ids = new WeakMap<object, string>();

/** An id of an object or function, which is stable as long as it lives, in this process. */
export function identity(value: object): string {
  const known = ids.get(value);
  if (known !== undefined) return known;
  const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
  ids.set(value, id);
  return id;
}

/**
 * What distinguishes a client's credential from others: what is fixed of it if nothing stands in for that, else an id of
 * the client itself. Two clients whose credentials are unknown (functions, token providers, credential chains, headers of
 * their own) never have the same.
 */
export function clientCredential(client: object): string {
  return ids.get(client) ?? fixedCredential(client) ?? identity(client);
}

/**
 * The key or token, or what names the account: the id of the key that a cloud's client signs with, the project of one
 * that asks for tokens, each with its region. It is the same in every process.
 */
function fixedCredential(client: object): string | undefined {
  const { apiKey, authToken, awsAccessKey, awsRegion, projectId, region, skipAuth, _options } = asObject(client);
  const options = asObject(_options);
  if (headerNames(options["defaultHeaders"]).some(isCredentialHeader)) return undefined;
  // Some SDKs write into `apiKey` what their function returned.
  if (typeof options["apiKey"] === "function" || skipAuth === true) return undefined;
  const key = [apiKey, authToken].map(asString).find((value) => value !== undefined && value !== "");
  if (key !== undefined) return key;
  const account = isText(awsAccessKey) ? [awsAccessKey, awsRegion] : [projectId, region];
  if (!account.every(isText)) return undefined;
  const auth = [options["authClient"], options["googleAuth"]].filter((value) => isJsonObject(value));
  return [...account, ...auth.map(identity)].join("\n");
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Of headers in any of the forms that SDKs take; their own form has what is set under `values`. */
function headerNames(headers: unknown): readonly string[] {
  if (typeof headers !== "object" || headers === null) return [];
  const { values } = asObject(headers);
  const named = values instanceof Headers ? values : headers;
  if (named instanceof Headers) return [...named.keys()];
  return Array.isArray(named) ? named.map((entry) => String(Object(entry)[0])) : Object.keys(named);
}
