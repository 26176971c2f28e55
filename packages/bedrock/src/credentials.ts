import { asObject, asString, type Rule } from "@understudy/core/adapter";
import { FUNCTION } from "@understudy/core/toolkit";
import { variable } from "./region.ts";

/** A key pair of AWS, for the signature of requests. */
export interface AwsCredentials {
  /** Names the key. */
  readonly accessKeyId: string;
  /** Signs, and is never sent. */
  readonly secretAccessKey: string;
  /** Comes with keys that expire. */
  readonly sessionToken?: string | undefined;
  /** When they expire. Left out: a provider is asked before each request. */
  readonly expiration?: Date | undefined;
}

/** Returns a key pair, such as what `fromNodeProviderChain()` of `@aws-sdk/credential-providers` makes. */
export type AwsCredentialProvider = () => AwsCredentials | PromiseLike<AwsCredentials>;

export const CREDENTIALS: Rule = {
  must: "be { accessKeyId, secretAccessKey, sessionToken? }, or a function that returns them",
  test: (value) => FUNCTION.test(value) || readCredentials(value) !== undefined,
};

/** What can sign; undefined for anything else. */
export function readCredentials(given: unknown): AwsCredentials | undefined {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = asObject(given);
  const [id, secret] = [asString(accessKeyId)?.trim(), asString(secretAccessKey)?.trim()];
  if (id === undefined || id === "" || secret === undefined || secret === "") return undefined;
  const token = asString(sessionToken)?.trim();
  if ([id, token].some((text) => text !== undefined && !/^[\x21-\x7e]*$/.test(text))) return undefined;
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(token !== undefined && token !== "" && { sessionToken: token }),
    ...(expiration instanceof Date && { expiration }),
  };
}

/** Those of the environment. */
export function credentialsOfEnvironment(): AwsCredentials | undefined {
  return readCredentials({
    accessKeyId: variable("AWS_ACCESS_KEY_ID"),
    secretAccessKey: variable("AWS_SECRET_ACCESS_KEY"),
    sessionToken: variable("AWS_SESSION_TOKEN"),
  });
}
