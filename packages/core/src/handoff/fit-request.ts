import type { Target, TargetMessage, TargetRequest } from "../model/target.ts";
import type { UserPart } from "../model/parts.ts";
import type { Loss } from "../model/trace.ts";
import { fitHistory } from "./history.ts";
import type { ResolvedRequest } from "./resolve-request.ts";
import { toolCallIds } from "./tool-call-ids.ts";

export type Fit =
  | { readonly ok: true; readonly request: TargetRequest; readonly losses: readonly Loss[] }
  /** The target says of itself that it cannot take this; it is not called. */
  | { readonly ok: false; readonly missing: readonly string[] };

const NO_LEGAL_ID = "toolCallId: none is legal";

/** Makes a request fit one target and says what was lost. The resolved request is not touched. */
export function fitRequest(resolved: ResolvedRequest, target: Target): Fit {
  const losses: Loss[] = [...resolved.losses];
  let missing: string[] = [];
  const messages = fitHistory(resolved.messages, {
    origin: { vendor: target.vendor, model: target.model, endpoint: target.endpoint },
    callId: toolCallIds(target.capabilities.toolCallId, () => (missing = [NO_LEGAL_ID])),
    native: JSON.stringify(resolved.options.vendorOptions ?? {}),
    loss: (loss) => losses.push(loss),
  });
  const request: TargetRequest = { ...resolved.options, messages };
  missing.push(...missingOf(request, target));
  return missing.length > 0 ? { ok: false, missing } : { ok: true, request, losses };
}

type Need = "tools" | "images" | "urls" | "files" | "audio" | "jsonOutput";

function missingOf({ messages, tools, toolChoice, output }: TargetRequest, target: Target): Set<string> {
  const missing = new Set<string>();
  const need = (what: Need): void => {
    if (target.capabilities[what] === false) missing.add(what);
  };
  if (messages.length === 0) missing.add("messages: nothing of them can be sent");
  if (tools.length > 0 && toolChoice !== "none") need("tools");
  if (output.type === "json") need("jsonOutput");
  for (const part of messages.flatMap(inputParts)) {
    if (!("source" in part)) continue;
    need(part.type === "image" ? "images" : part.type === "file" ? "files" : "audio");
    const { source } = part;
    if (source.type === "url") need("urls");
    // A file stored at one vendor does not exist at another.
    if (source.type === "vendor-file" && source.vendor !== target.vendor) missing.add("files");
  }
  return missing;
}

/** What the caller put in. Media a model made is history; an adapter that cannot send it back reports a loss. */
function inputParts(message: TargetMessage): readonly UserPart[] {
  if (message.role === "user") return message.content;
  return message.role === "tool" ? message.content.flatMap((result) => result.content) : [];
}
