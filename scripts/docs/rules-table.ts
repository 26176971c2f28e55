import { FAILURE_RULES, type FailureClass, type FailureRule } from "@understudy/core";

type Advance = FailureRule["advance"];
type Cooldown = NonNullable<FailureRule["cooldown"]>;

const HEAD = ["Class", "Code", "Belongs to", "Same target again", "Sibling", "Next tier", "Health", "Cooldown", "Also"];

const ADVANCE: Readonly<Record<Advance, string>> = {
  yes: "yes",
  no: "no",
  capable: "if it has what was missing",
  "larger-window": "if its window is larger",
  policy: "only by policy",
  unreleased: "while nothing was shown",
};

/** The failure table as Markdown, one row per class. */
export function rulesTable(): string {
  const rows = [HEAD, ...classes().map((name) => rowOf(name, FAILURE_RULES[name]))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const [head, ...body] = rows.map((cells) =>
    lineOf(widths.map((width, column) => cells[column]?.padEnd(width) ?? "")),
  );
  return [head, lineOf(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}

/** Padded, as the formatter wants it. */
function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

export function classes(): readonly FailureClass[] {
  // The table's type has exactly the classes as keys.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.keys(FAILURE_RULES) as FailureClass[];
}

function rowOf(name: FailureClass, rule: FailureRule): readonly string[] {
  return [
    `\`${name}\``,
    `\`${rule.code}\``,
    rule.scope,
    rule.repeat,
    rule.sibling ? "yes" : "no",
    ADVANCE[rule.advance],
    rule.health,
    rule.cooldown === undefined ? "" : cooldownOf(rule.cooldown),
    [
      rule.loud === true ? "loud" : "",
      rule.hardBlock === true ? "hard block" : "",
      rule.answer === true ? "answer" : "",
    ]
      .filter((word) => word !== "")
      .join(", "),
  ];
}

function cooldownOf({ baseMs, capMs, minMs }: Cooldown): string {
  if (baseMs === "stated") return "if stated";
  const usual = baseMs === capMs ? duration(baseMs) : `${duration(baseMs)}, doubling up to ${duration(capMs)}`;
  return minMs === undefined ? usual : `${usual}, at least ${duration(minMs)}`;
}

function duration(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`;
}
