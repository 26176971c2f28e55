import type { Foreign, Usage } from "@understudy/core/adapter";
import { readUsage as readNamed } from "../usage.ts";

/** The same counts under older names. */
export function readUsage(native: Foreign): Usage {
  return readNamed(native, "prompt_tokens", "completion_tokens");
}
