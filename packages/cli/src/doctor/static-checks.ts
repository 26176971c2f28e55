import { isUnderstudyError, type Finding, type Target } from "@understudy/core";
import { withStream, withTargets } from "@understudy/testing/rehearse";
import { placesOf, type ChainFile } from "../chain-file.ts";
import { targetFindings } from "./target-findings.ts";

/** What is known without asking anyone. */
export interface StaticResult {
  readonly findings: readonly ChainFinding[];
  /** The chain itself cannot be built: nothing can be asked. */
  readonly isBroken: boolean;
}

export type ChainFinding = Pick<Finding, "level" | "message" | "fix" | "tiers"> & { readonly type: string };

/** Looks at the chain as if every key were there; missing ones are told for each target. */
export async function checkStatic(file: ChainFile): Promise<StaticResult> {
  const { tiers, options, request, createChain } = file;
  try {
    const { onEvent: _, onInternalError: __, store: ___, ...kept } = options;
    const chain = createChain(
      tiers.map((tier) => withTargets(tier, sound)),
      kept,
    );
    const found = await chain.check(request ?? "Answer with the word OK.");
    return { findings: worstFirst([...found, ...targetFindings(placesOf(file), file.options)]), isBroken: false };
  } catch (error) {
    if (!isUnderstudyError(error)) throw error;
    const finding: ChainFinding = {
      level: "error",
      type: "config",
      tiers: [],
      message: error.message,
      fix: "correct the chain file",
    };
    return { findings: [finding], isBroken: true };
  }
}

const LEVELS: readonly Finding["level"][] = ["error", "warning", "info"];

function worstFirst(findings: readonly ChainFinding[]): readonly ChainFinding[] {
  return LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level));
}

function sound(target: Target): Target {
  return withStream(target, (asked, context) => target.stream(asked, context));
}
