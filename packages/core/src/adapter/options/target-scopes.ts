import type { TargetScopes } from "../../model/target.ts";
import { sha256 } from "./sha256.ts";

/** What the scopes of a target are made of. */
export interface ScopeParts {
  /** The vendor's name. */
  readonly vendor: string;
  /** The host: the same key at another endpoint is another scope. */
  readonly endpoint: string;
  /** Whatever distinguishes credentials. Only its hash is kept. */
  readonly credential: string;
  /** Credentials that share one limit. */
  readonly quotaGroup?: string | undefined;
}

/** Ids for cooldowns: stable over processes, and no credential can be read out of them. */
export function targetScopes({ vendor, endpoint, credential, quotaGroup }: ScopeParts): TargetScopes {
  const key = hashedId(["key", vendor, endpoint, credential]);
  return { key, quota: quotaGroup === undefined ? key : hashedId(["quota", vendor, quotaGroup]) };
}

/** Whether a header carries a credential, by its name. */
export function isCredentialHeader(name: string): boolean {
  return /^(?:[\w-]{1,64}-)?(?:authorization|api-?key|token)$/i.test(name);
}

/** 64 bits of SHA-256: enough to tell a fleet's keys apart. */
function hashedId(parts: readonly string[]): string {
  return sha256(parts.join("\n")).slice(0, 16);
}
