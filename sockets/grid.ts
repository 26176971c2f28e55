import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAULTS } from "./faults.ts";
import { FORMS } from "./form.ts";
import type { Line } from "./player.ts";

export type Played = Exclude<Line, { readonly unhandled: string }>;

const PAGE = join(import.meta.dirname, "README.md");
const BEGIN = "<!-- matrix -->";
const END = "<!-- /matrix -->";

const KINDS: readonly (readonly [name: string, ids: RegExp])[] = [
  ["nothing fails", /^none$/],
  ["before headers", /^(?:refused|dns|tls|headers)\b/],
  ["another answer than the vendor's", /^(?:redirect|html|empty|json\.(?:stranger|error))\b/],
  ["each status, with and without a stated wait", /^status\b/],
  ["a body that ends too early", /^(?:cut|chunk)\b/],
  ["silence", /^stall\b/],
  ["something wrong in a good body", /^(?:in-band|json\.broken|line)\b/],
  ["something behind its end", /^late\b/],
  ["a consumer that leaves", /^consumer\b/],
];

/** Rows are faults, columns ways to vendors, each with a sign for every form: `.` as specified, a letter, or no such cell. */
export function drawGrid(played: readonly Played[]): string {
  const columns = [...new Set(played.map(nameOf))];
  const rows = Object.entries(FAULTS).filter(([id]) => played.some(({ fault }) => fault === id));
  const width = Math.max(...rows.map(([, { title }]) => title.length)) + 2;
  const heads = ["vendor", "transport"].map((what, place) => {
    const names = columns.map((name) => (name.split("/")[place] ?? "").slice(0, 4).padEnd(5));
    return `${what.padEnd(width)}${names.join("")}`;
  });
  const lines = rows.map(([id, { title }]) => {
    const signs = columns.map((name) =>
      FORMS.map((form) => signOf(played, id, name, form))
        .join("")
        .padEnd(5),
    );
    return `${title.padEnd(width)}${signs.join("")}`.trimEnd();
  });
  return [...heads, "", ...lines].join("\n");
}

function signOf(played: readonly Played[], id: string, column: string, form: string): string {
  const cell = played.find((one) => one.fault === id && one.form === form && nameOf(one) === column);
  if (cell === undefined) return " ";
  return cell.differences[0]?.letter ?? ".";
}

/** What differs, one line for each cell. */
export function listOf(played: readonly Played[]): readonly string[] {
  return played
    .filter(({ differences }) => differences.length > 0)
    .map((cell) => {
      const texts = cell.differences.map(({ letter, text }) => `${letter}: ${text}`).join("; ");
      return `${cell.fault}, ${nameOf(cell)}, ${cell.form}: ${texts}`;
    });
}

function nameOf({ column, transport }: Played): string {
  return `${column}/${transport}`;
}

/** How many cells of each kind were as specified, by runtime and transport. */
export function writePage(byRuntime: ReadonlyMap<string, readonly Played[]>): void {
  const columns = [...byRuntime].flatMap(([runtime, played]) =>
    [...new Set(played.map(({ transport }) => transport))].map((transport) => ({
      name: `${/^\d/.test(runtime) ? "Node " : ""}${runtime}, ${transport}`,
      cells: played.filter((cell) => cell.transport === transport),
    })),
  );
  const table = [
    ["", ...columns.map(({ name }) => name)],
    ["---", ...columns.map(() => "---:")],
    ...KINDS.map(([kind, ids]) => [
      kind,
      ...columns.map(({ cells }) => share(cells.filter(({ fault }) => ids.test(fault)))),
    ]),
    ["**all**", ...columns.map(({ cells }) => share(cells))],
  ];
  const text = table.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const page = readFileSync(PAGE, "utf8");
  const [before = "", rest = ""] = page.split(BEGIN);
  const [, after = ""] = rest.split(END);
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
}

function share(cells: readonly Played[]): string {
  const right = cells.filter(({ differences }) => differences.length === 0).length;
  return right === cells.length ? String(right) : `${right} of ${cells.length}`;
}
