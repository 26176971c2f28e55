import { TargetFailure } from "../model/target-failure.ts";
import { asObject, asString, asText } from "./foreign.ts";

/** How Node says it of a package, and browsers and bundlers of the parts of a program, which they fetch when needed. */
const UNREADABLE = /Cannot read package config|ChunkLoadError|dynamically imported module|importing a module script/i;

/**
 * Loads what is needed with the first request, once. A load that failed is forgotten: the next call tries again. Its
 * error is `local.resource` if this machine could not read the code, and else stays as it is.
 */
export function loadOnce<Given extends readonly unknown[], Value>(
  load: (...given: Given) => Promise<Value>,
): (...given: Given) => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return (...given) => {
    loading ??= load(...given).catch((error: unknown) => {
      loading = undefined;
      throw loadFailure(error);
    });
    return loading;
  };
}

function loadFailure(error: unknown): unknown {
  const { name, code, errno, message } = asObject(error);
  // Only errors of the operating system have a number: no descriptor left, no memory, a disk that does not answer.
  const isLocal = typeof errno === "number" || UNREADABLE.test(`${asText(name)} ${asText(message)}`);
  return isLocal ? new TargetFailure("local.resource", { vendorCode: asString(code) ?? asString(name) }) : error;
}
