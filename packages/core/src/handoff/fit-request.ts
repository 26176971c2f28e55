import type { Target, TargetMessage, TargetRequest } from "../model/target.ts";
import type { UserPart } from "../model/parts.ts";
import type { Loss } from "../model/trace.ts";
import { fitHistory } from "./history.ts";
import type { ResolvedRequest } from "./resolve-request.ts";
import { toolCallIdMapper } from "./tool-call-ids.ts";

export type Fit =
  | { readonly ok: true; readonly request: TargetRequest; readonly losses: readonly Loss[] }
  /** The target says of itself that it cannot take this; it is not called. */
  | { readonly ok: false; readonly missing: readonly string[] };

/** Makes a request fit one target and says what was lost. The resolved request is not touched. */
export function fitRequest(resolved: ResolvedRequest, target: Target): Fit {
  const losses: Loss[] = [...resolved.losses];
  const messages = fitHistory(resolved.messages, {
    origin: { vendor: target.vendor, model: target.model, endpoint: target.endpoint },
    mapId: toolCallIdMapper(target.capabilities.toolCallId),
    isNativeTool: (name) => name !== "" && JSON.stringify(resolved.options.vendorOptions ?? {}).includes(`"${name}"`),
    loss: (loss) => losses.push(loss),
  });
  const request: TargetRequest = { ...resolved.options, messages };
  const missing: string[] = [...needs(request)].filter((need) => target.capabilities[need] === false);
  if (messages.length === 0) missing.push("messages: nothing of them can be sent");
  if (hasForeignFile(request, target.vendor)) missing.push("files");
  return missing.length > 0 ? { ok: false, missing } : { ok: true, request, losses };
}

type Need = "tools" | "images" | "urls" | "files" | "audio" | "jsonOutput";

function needs(request: TargetRequest): Set<Need> {
  const found = new Set<Need>();
  if (request.tools.length > 0 && request.toolChoice !== "none") found.add("tools");
  if (request.output.type === "json") found.add("jsonOutput");
  for (const part of request.messages.flatMap(inputParts)) {
    if (part.type === "text" || part.type === "opaque") continue;
    found.add(part.type === "image" ? "images" : part.type === "file" ? "files" : "audio");
    if (part.source.type === "url") found.add("urls");
  }
  return found;
}

/** A file stored at one vendor does not exist at another. */
function hasForeignFile(request: TargetRequest, vendor: string): boolean {
  return request.messages
    .flatMap(inputParts)
    .some((part) => "source" in part && part.source.type === "vendor-file" && part.source.vendor !== vendor);
}

/** What the caller put in. Media a model made is history; an adapter that cannot send it back reports a loss. */
function inputParts(message: TargetMessage): readonly UserPart[] {
  if (message.role === "user") return message.content;
  return message.role === "tool" ? message.content.flatMap((result) => result.content) : [];
}
