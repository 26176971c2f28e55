import { toolCallIds } from "../../handoff/tool-call-ids.ts";
import { isJsonObject } from "../../model/json.ts";
import type { Rule } from "../../model/rules.ts";
import type { Capabilities } from "../../model/target.ts";

/** Ids of vendors and servers: in many letters, short, empty, longer than any limit. */
const PROBES = ["toolu_01AbCdEf", "call_x9", "functions.get:0", "", "0", "ü", "Z".repeat(300)];
/** So often, so that ids that repeat are noticed. */
const TIMES = 4;

export const TOOL_CALL_ID: Rule = {
  must: "be { pattern, maxLength } and maybe { make }, with a pattern that is neither global nor sticky",
  test: (value) => {
    if (!isJsonObject(value)) return false;
    const { pattern, maxLength, make } = value;
    if (!(pattern instanceof RegExp) || pattern.global || pattern.sticky) return false;
    return Number.isInteger(maxLength) && Number(maxLength) > 0 && (make === undefined || typeof make === "function");
  },
};

/** Why core cannot map the ids of other targets' calls to ones that this rule takes; undefined where it can. */
export function toolCallIdProblem(rule: Capabilities["toolCallId"]): string | undefined {
  if (!TOOL_CALL_ID.test(rule)) return `\`capabilities.toolCallId\` must ${TOOL_CALL_ID.must}`;
  let isLegal = true;
  try {
    const map = toolCallIds(rule, () => (isLegal = false));
    // A legal id is mapped too where it comes again.
    for (let time = 0; time < TIMES; time++) PROBES.forEach(map);
  } catch {
    isLegal = false;
  }
  if (isLegal) return undefined;
  return rule.make === undefined
    ? "`capabilities.toolCallId` refuses ids that are made for calls of other targets (letters and digits, at most 30, cut to `maxLength`); give `make`, which returns a legal id for each number"
    : "`capabilities.toolCallId.make` must return an id that `pattern` and `maxLength` take, another one for each number";
}
