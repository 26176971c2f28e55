const upToHigh = ["low", "medium", "high"];

/** The values of `reasoning.effort` that a model takes; an empty list: it refuses the field. */
export function effortsOf(model: string): readonly string[] {
  if (/^grok-4\.20(?:-\d{4})?-(?:non-)?reasoning$|^grok-build-/.test(model)) return [];
  if (model === "grok-4.5") return upToHigh;
  if (model === "grok-4.3") return ["none", ...upToHigh];
  return model === "grok-4.6" ? [...upToHigh, "xhigh"] : ["none", ...upToHigh, "xhigh"];
}
