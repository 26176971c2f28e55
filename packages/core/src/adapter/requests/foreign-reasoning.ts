import type { AssistantPart } from "../../model/parts.ts";
import type { TargetRequest } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";
import { asString } from "../foreign.ts";
import { changeAnswers } from "../repairs/repairs.ts";

/** In the opaque data of reasoning: whose key it was made with. */
export const ORGANIZATION = "organization";

/**
 * Without reasoning that was made with another organization's key, to which it is bound. Where a target does not say whose
 * its key is, nothing is known and everything goes back.
 */
export function withoutForeignReasoning(
  request: TargetRequest,
  organization: string | undefined,
  loss: (loss: Loss) => void,
): TargetRequest {
  if (organization === undefined) return request;
  const isForeign = (part: AssistantPart): boolean => {
    const maker = part.type === "reasoning" ? asString(part.opaque?.[ORGANIZATION]) : undefined;
    return maker !== undefined && maker !== organization;
  };
  const kept = changeAnswers(request, (parts) =>
    parts.some(isForeign) ? parts.filter((part) => !isForeign(part)) : parts,
  );
  if (kept !== request) {
    loss({ what: "messages reasoning", action: "dropped", reason: "made with another organization's key" });
  }
  return kept;
}
