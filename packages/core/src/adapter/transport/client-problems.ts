import { isJsonObject } from "../../model/json.ts";
import { isHeaderName, isHeaderValue } from "../../model/header.ts";
import { asObject } from "../foreign.ts";

/** What SDKs send as a header, under the names that their clients have for it. */
const SENT = ["apiKey", "authToken", "organization", "project"];

/**
 * What a client would fail with at its first request, in the words of `Headers`, which tell the value: found when the target is
 * made, and told without it.
 */
export function clientProblems(client: object): readonly string[] {
  const problems = SENT.filter((name) => !isSendable(Reflect.get(client, name))).map(
    (name) =>
      `the \`${name}\` of \`client\` holds a line break, control character or letter that no header has; make the client with the right one`,
  );
  const { defaultHeaders } = asObject(Reflect.get(client, "_options"));
  if (!isJsonObject(defaultHeaders) || defaultHeaders instanceof Headers) return problems;
  const isWrong = Object.entries(defaultHeaders).some(([name, value]) => !isHeaderName(name) || !isSendable(value));
  if (!isWrong) return problems;
  return [
    ...problems,
    "the `defaultHeaders` of `client` hold a name or value that no header has, such as a line break",
  ];
}

/** White space around a value is taken off when it is sent. */
function isSendable(value: unknown): boolean {
  return typeof value !== "string" || isHeaderValue(value.trim());
}
