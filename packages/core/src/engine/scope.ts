import type { FailureScope } from "../model/failure.ts";
import type { Target } from "../model/target.ts";

/** The id of what a failure belongs to. Targets that share it are skipped together. */
export function scopeId(scope: FailureScope, target: Target): string | undefined {
  const { vendor, model, endpoint, scopes } = target;
  switch (scope) {
    case "key":
      return `key ${scopes.key}`;
    case "key+model":
      return `key ${scopes.key} ${model}`;
    case "quota":
      return `quota ${scopes.quota}`;
    case "quota+model":
      return `quota ${scopes.quota} ${model}`;
    case "model@endpoint":
      return `model ${vendor}/${model}@${endpoint}`;
    case "endpoint":
      return `endpoint ${endpoint}`;
    case "target":
      return `target ${vendor}/${model}@${endpoint} ${scopes.key}`;
    case "request":
    case "local":
    case "caller":
      return undefined;
    default:
      scope satisfies never;
      return undefined;
  }
}

const ALL: readonly FailureScope[] = [
  "key",
  "key+model",
  "quota",
  "quota+model",
  "model@endpoint",
  "endpoint",
  "target",
];

const idsOf = new WeakMap<Target, readonly string[]>();

/** Every scope id a target is part of. Asked for several times per call: made once per target. */
export function scopeIds(target: Target): readonly string[] {
  let ids = idsOf.get(target);
  if (ids === undefined) {
    ids = ALL.map((scope) => scopeId(scope, target)).filter((id) => id !== undefined);
    idsOf.set(target, ids);
  }
  return ids;
}
