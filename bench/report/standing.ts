import { wireNames } from "../wires/wire.ts";
import type { Section } from "./section.ts";
import { rounded } from "./statistics.ts";
import { TARGETS, type Target } from "./targets.ts";

/** Whether each target is met by all wires, with the figure of each; those that miss it stand out. */
export function standing(sections: readonly Section[]): Section {
  return {
    name: "targets",
    title: "Against the targets",
    rows: TARGETS.map((target) => row(target, sections)),
    notes: ["Medians of the tables below; bold is what misses its target. Empty: no such driver on that wire."],
  };
}

function row({ what, limit, figure }: Target, sections: readonly Section[]): Section["rows"][number] {
  const figures = wireNames.map((wire) => [wire, figure(sections, wire)] as const);
  const measured = figures.flatMap(([, value]) => (value === undefined ? [] : [limit.isMet(value)]));
  const cells = figures.map(([wire, value]) => {
    if (value === undefined) return [wire, ""];
    return [wire, limit.isMet(value) ? String(rounded(value)) : `**${rounded(value)}**`];
  });
  return {
    what,
    target: limit.text,
    standing: measured.length === 0 ? "not measured" : measured.every(Boolean) ? "met" : "missed",
    ...Object.fromEntries(cells),
  };
}
