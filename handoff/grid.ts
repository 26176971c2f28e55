import type { Cell } from "./matrix.ts";

/** A short sign for what a conversation lost on its way. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/reasoning(?:\.effort)? dropped/, "R"],
  [/citations dropped/, "C"],
  [/opaque dropped/, "V"],
  [/file name/, "N"],
  [/output\.schema translated/, "S"],
  [/tool-call translated/, "T"],
  [/isError translated/, "E"],
  [/messages translated/, "M"],
];

export const LEGEND: readonly string[] = [
  "· nothing is lost",
  "– a vendor takes no such file, and is passed over before anything is sent",
  "R reasoning, or how hard, C citations, V blocks of the vendor's own tools, N a file's name: left out, or written another way",
  "S schema in the instructions, T unanswered calls closed, E error in words, M a turn between: said another way",
  "! not as it should be",
];

function signOf({ outcome, faults }: Cell): string {
  if (faults.length > 0) return "!";
  if (outcome.passedOver !== undefined) return "–";
  const signs = SIGNS.filter(([loss]) => outcome.losses.some((one) => loss.test(one))).map(([, sign]) => sign);
  return signs.length === 0 ? "·" : signs.join("");
}

/** Pairs by kinds, as a Markdown table. */
export function drawGrid(rows: readonly (readonly Cell[])[]): string {
  const [head = []] = rows;
  const lines = [
    ["from → to", ...head.map(({ kind }) => kind.name)],
    ["---", ...head.map(() => ":-:")],
    ...rows.map((cells) => [nameOf(cells), ...cells.map(signOf)]),
  ];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function nameOf([cell]: readonly Cell[]): string {
  return cell === undefined ? "" : `${cell.first.row.name} → ${cell.second.row.name}`;
}
