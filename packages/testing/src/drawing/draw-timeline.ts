import type { Trace } from "@understudy/core";
import type { Scenario } from "../rehearse/drill-result.ts";
import { drawScenario } from "./draw-scenario.ts";
import { drawTrace } from "./draw-trace.ts";

/** How a timeline is drawn. */
export interface DrawOptions {
  /** True leaves namespace, size and style out, for a page that has `TIMELINE_STYLE` in a `style` element. Default false. */
  readonly inline?: boolean | undefined;
}

const WANTED = "drawTimeline takes a trace, such as `answer.trace`, or a scenario of `rehearse`.";

/**
 * Draws one call, or a rehearsed outage, as an SVG document: bars for attempts, marks for what users saw. Light and dark, with
 * the same facts in words for whoever does not see it. Throws `TypeError` for something else.
 */
export function drawTimeline(subject: Trace | Scenario, options: DrawOptions = {}): string {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- files and plain JavaScript hold anything
  if (typeof subject !== "object" || subject === null) throw new TypeError(WANTED);
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- the same
  if (typeof options !== "object" || options === null)
    throw new TypeError("The options of drawTimeline must be an object.");
  const isInline = options.inline === true;
  try {
    if ("calls" in subject) return drawScenario(subject, isInline);
    if ("attempts" in subject) return drawTrace(subject, isInline);
  } catch (cause) {
    throw new TypeError(`${WANTED} This one lacks something that all of them have.`, { cause });
  }
  throw new TypeError(WANTED);
}
