import type { FailureScope } from "../../model/failure.ts";
import type { Target } from "../../model/target.ts";

/** A request, the process and the caller are not scopes of any target. */
type Ids = Readonly<Partial<Record<FailureScope, string>>>;

const known = new WeakMap<Target, { readonly ids: Ids; readonly all: readonly string[] }>();

/** The id of what a failure belongs to. Targets that share it are skipped together; `undefined`: nothing is. */
export function scopeId(scope: FailureScope, target: Target): string | undefined {
  return scopesOf(target).ids[scope];
}

/** Every scope id a target is part of. */
export function scopeIds(target: Target): readonly string[] {
  return scopesOf(target).all;
}

/** Asked for several times per call: made once per target. */
function scopesOf(target: Target): { readonly ids: Ids; readonly all: readonly string[] } {
  let scopes = known.get(target);
  if (scopes === undefined) {
    const { vendor, model, endpoint } = target;
    const { key, quota } = target.scopes;
    const ids: Ids = {
      key: `key ${key}`,
      "key+model": `key ${key} ${model}`,
      quota: `quota ${quota}`,
      "quota+model": `quota ${quota} ${model}`,
      "model@endpoint": `model ${vendor}/${model}@${endpoint}`,
      endpoint: `endpoint ${endpoint}`,
      target: `target ${vendor}/${model}@${endpoint} ${key}`,
    };
    scopes = { ids, all: Object.values(ids) };
    known.set(target, scopes);
  }
  return scopes;
}
