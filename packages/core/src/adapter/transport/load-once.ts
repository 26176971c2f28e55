import type { Clock } from "../../model/clock.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import { asObject, asString, asText } from "../foreign.ts";

/** How Node says it of a package, and browsers and bundlers of the parts of a program, which they fetch when needed. */
const UNREADABLE = /Cannot read package config|ChunkLoadError|dynamically imported module|importing a module script/i;

/** The loads that have begun, and those that wait for them. Never rejects. */
let loads: Promise<unknown> = Promise.resolve();

/**
 * Loads what is needed with the first request, once. A load that failed is forgotten: the next call tries again. Its
 * error is `local.resource` if this machine could not read the code, and else stays as it is.
 */
export function loadOnce<Given extends readonly unknown[], Value>(
  load: (...given: Given) => Promise<Value>,
): (...given: Given) => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return (...given) => {
    if (loading === undefined) {
      loading = load(...given).catch((error: unknown) => {
        loading = undefined;
        throw loadFailure(error);
      });
      const begun = loading;
      loads = loads.then(() => begun).catch(() => undefined);
    }
    return loading;
  };
}

/**
 * Runs what loads code ahead of its use, once no request needs the processor to load its own. Never rejects: what goes
 * wrong comes up again with the first request. A process with nothing else to do ends meanwhile.
 */
export function prepareLater(clock: Clock, prepare: () => Promise<void> | undefined): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(() => resolve((loads = loads.then(prepare).then(noop, noop))), 0, true);
  });
}

const noop = (): void => undefined;

function loadFailure(error: unknown): unknown {
  const { name, code, errno, message } = asObject(error);
  // Only errors of the operating system have a number: no descriptor left, no memory, a disk that does not answer.
  const isLocal = typeof errno === "number" || UNREADABLE.test(`${asText(name)} ${asText(message)}`);
  return isLocal ? new TargetFailure("local.resource", { vendorCode: asString(code) ?? asString(name) }) : error;
}
