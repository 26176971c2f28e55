import type { RequestRepair, TargetRequest } from "../../model/target.ts";
import { leaveOut } from "./repairs.ts";
import type { VendorError } from "../failures/vendor-error.ts";

/** Of `TargetRequest.without`: schemas are sent, but the vendor is not asked to enforce them. */
export const STRICT = "strict";
/** Of `TargetRequest.without`: schemas are stated in words. */
export const SCHEMA = "schema";

const LOOSE_SCHEMAS = repairSchemas("with loose schemas", STRICT);
const SCHEMAS_IN_WORDS = repairSchemas("with schemas in words", SCHEMA);

/** After the refusal of a schema: first not enforced, which takes less from the request, then in words. */
export function looserSchemas(_: VendorError, request: TargetRequest | undefined): RequestRepair {
  return request?.without?.includes(STRICT) === true ? SCHEMAS_IN_WORDS : LOOSE_SCHEMAS;
}

/** The same where a tool's own native field asks for a schema to be enforced; undefined where none does, or not any more. */
export function looserTools(
  optionsKey: string,
): (error: VendorError, request?: TargetRequest) => RequestRepair | undefined {
  const isStrict = ({ tools, without = [] }: TargetRequest): boolean =>
    !without.includes(STRICT) && tools.some((tool) => tool.vendorOptions?.[optionsKey]?.[STRICT] === true);
  const { apply } = leaveOut(STRICT);
  const repair: RequestRepair = {
    description: "with loose tools",
    apply: (request) => (isStrict(request) ? apply(request) : request),
  };
  return (_, request) => (request !== undefined && isStrict(request) ? repair : undefined);
}

/** The translation reports what it takes from the request. */
function repairSchemas(description: string, field: string): RequestRepair {
  const { apply } = leaveOut(field);
  return { description, apply: (request) => (hasSchemas(request) ? apply(request) : request) };
}

function hasSchemas({ tools, output }: TargetRequest): boolean {
  return tools.length > 0 || (output.type === "json" && output.schema !== undefined);
}
