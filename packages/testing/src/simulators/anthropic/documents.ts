import { isObject, type WireObject } from "../json.ts";
import type { Problem } from "./problem.ts";
import type { Turn } from "./turns.ts";

/** Documentation: "citations must be enabled on all or none of the documents within a request". Results are not cited. */
export function checkCitations(turns: readonly Turn[]): Problem {
  const documents = turns.flatMap(({ blocks }) => blocks.filter((block) => block["type"] === "document"));
  const citing = documents.filter(isCiting).length;
  return citing === 0 || citing === documents.length
    ? undefined
    : "messages: citations must be enabled on all or none of the documents within a request";
}

export function isCiting({ citations }: WireObject): boolean {
  return isObject(citations) && citations["enabled"] === true;
}
