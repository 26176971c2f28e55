import { TargetFailure, type AskContext, type Clock } from "@understudy/core/adapter";
import { askFor } from "@understudy/core/toolkit";
import { readCredentials, type AwsCredentialProvider, type AwsCredentials } from "./credentials.ts";

/** Asked for again that long before they expire. */
const EARLY_MS = 5 * 60_000;

/** Credentials for one request after another. Rejects with a `TargetFailure` when there are none. */
export class CredentialSource {
  readonly #given: AwsCredentials | AwsCredentialProvider;
  #kept: AwsCredentials | undefined;

  constructor(given: AwsCredentials | AwsCredentialProvider) {
    this.#given = given;
  }

  async get(context: AskContext): Promise<AwsCredentials> {
    const given = this.#given;
    if (typeof given !== "function") {
      const fixed = readCredentials(given);
      if (fixed === undefined) throw new TargetFailure("auth.invalid");
      return fixed;
    }
    if (this.#kept !== undefined && isFresh(this.#kept, context.clock)) return this.#kept;
    this.#kept = await askFor("credentials", given, readCredentials, context);
    return this.#kept;
  }

  /** They were refused: a provider is asked for new ones. */
  forget(): void {
    this.#kept = undefined;
  }
}

function isFresh({ expiration }: AwsCredentials, clock: Clock): boolean {
  return expiration !== undefined && expiration.getTime() - clock.wallNow() > EARLY_MS;
}
