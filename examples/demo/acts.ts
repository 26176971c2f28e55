import type { Fault } from "@understudy/testing";

/** One act of the rehearsal: what happens to each tier, and who has to answer. */
export interface Act {
  readonly title: string;
  /** By position in the chain; a tier without a fault is well. */
  readonly faults: readonly Fault[];
  /** Position of the tier that answers; undefined when nobody can. */
  readonly answeredBy: number | undefined;
  /** Whether the seam is visible: text had been shown when its tier died. */
  readonly seam: boolean;
}

/** The acts for a chain of so many tiers. */
export function acts(tiers: number): readonly Act[] {
  const down: Fault = { type: "status", status: 503 };
  return [
    { title: "All healthy", faults: [], answeredBy: 0, seam: false },
    { title: "The primary answers 503", faults: [down], answeredBy: 1, seam: false },
    {
      title: "The primary is silent past its limit",
      faults: [{ type: "silence", at: "headers" }],
      answeredBy: 1,
      seam: false,
    },
    {
      title: "The primary dies before anything is shown",
      faults: [{ type: "cut", at: "preamble", how: "clean" }],
      answeredBy: 1,
      seam: false,
    },
    {
      title: "The primary dies in mid-answer",
      faults: [{ type: "cut", at: { deltas: 6 }, how: "reset" }],
      answeredBy: 1,
      seam: true,
    },
    {
      title: "The primary is out of quota",
      faults: [{ type: "error", error: "out-of-quota" }],
      answeredBy: 1,
      seam: false,
    },
    {
      title: "Everything is down",
      faults: Array.from({ length: tiers }, () => down),
      answeredBy: undefined,
      seam: false,
    },
  ];
}
