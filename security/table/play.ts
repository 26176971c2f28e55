import { createChain, isUnderstudyError, type Target } from "@understudy/core";
import { ANSWER, CANARIES, canariesIn, type Canary } from "./canaries.ts";
import type { Attack, Row } from "./case.ts";
import { Haul, SURFACES, type Surface } from "./haul.ts";
import type { Arrived, Origin } from "./origin.ts";
import type { RedisServer } from "./redis.ts";
import { HEADERS, REQUEST } from "./request.ts";
import { ROWS } from "./rows.ts";
import { SUBJECTS, type Subject, type Way } from "./ways.ts";
import { World } from "./world.ts";

/** A column of the table: a way to the vendor, or a place where something of a call can be seen. */
export type Column = Way | Surface;

export interface Cell {
  readonly row: string;
  readonly column: Column;
  /** How many attacks were played. */
  played: number;
  readonly faults: string[];
}

/** What a surface is there to carry: what the caller gets is not hidden from the caller. */
const CARRIES: Readonly<Partial<Record<Surface, readonly Canary[]>>> = {
  response: ANSWER,
  "ai-sdk": ANSWER,
  kept: ANSWER,
};

export interface PlaySetup {
  readonly origin: Origin;
  readonly redis: RedisServer | undefined;
  /** Fewer vendors, and nothing that takes long. */
  readonly isShort: boolean;
}

const SHORT: Readonly<Record<Way, string>> = { fetch: "deepseek", node: "gemini", sdk: "openai", client: "anthropic" };

let cases = 0;

/** Plays every attack of every row on every way to every vendor, and looks for canaries wherever they could be. */
export async function playTable(setup: PlaySetup): Promise<readonly Cell[]> {
  const cells = new Map<string, Cell>();
  for (const row of ROWS) {
    for (const attack of row.attacks) {
      if (setup.isShort && attack.isHeavy === true) continue;
      const subjects = SUBJECTS.filter(
        (subject) =>
          (attack.on?.(subject) ?? true) &&
          (!setup.isShort || SHORT[subject.way] === subject.wire.name) &&
          (attack.target === undefined || subject === SUBJECTS[0] || (setup.isShort && subject.way === "fetch")),
      );
      // oxlint-disable-next-line no-await-in-loop -- one attack after the other, all subjects at once
      await Promise.all(subjects.map((subject) => play(row, attack, subject, setup, cells)));
    }
  }
  return [...cells.values()];
}

function cellOf(cells: Map<string, Cell>, row: string, column: Column): Cell {
  const known = cells.get(`${row}/${column}`);
  if (known !== undefined) return known;
  const cell: Cell = { row, column, played: 0, faults: [] };
  cells.set(`${row}/${column}`, cell);
  return cell;
}

async function play(row: Row, attack: Attack, subject: Subject, setup: PlaySetup, cells: Map<string, Cell>): Promise<void> {
  const { origin, redis } = setup;
  const path = `case-${++cases}`;
  const arrived = origin.at(path, (exchange) => attack.answer?.(exchange, subject.wire));
  const haul = new Haul();
  const strayed = origin.strayed();
  const request = attack.request?.(REQUEST, origin.elsewhere) ?? REQUEST;
  const faults: string[] = [];
  let target: Target | undefined;
  try {
    target = attack.target?.() ?? targetOf(attack, subject, `${origin.url}/${path}`);
    createChain([target]);
  } catch (error) {
    haul.addForms("errors", error);
    if (attack.expected !== "refused") faults.push(`is refused: ${isUnderstudyError(error) ? error.message : String(error)}`);
    else if (!isUnderstudyError(error)) faults.push(`throws an untyped ${String(error)}`);
    target = undefined;
  }
  if (target !== undefined) {
    const world = new World({ target, haul, redis, limits: attack.limits ?? {} });
    const { what } = await world.generate(request);
    const isRight = attack.expected === "refused" ? what === "invalid-request" : isAmong(attack.expected, what);
    if (!isRight) faults.push(`comes to ${what}`);
    if (attack.isHeavy !== true) {
      await world.respond(request);
      await world.useAiSdk();
    }
    await world.look();
  }
  if (attack.expected === "refused" && arrived.texts.length > 0 && attack.request === undefined) faults.push("something was sent");
  if (origin.strayed() > strayed) faults.push("another server was asked");
  if (Reflect.get({}, "polluted") !== undefined) faults.push("every object has a new property");
  faults.push(...unsent(attack, subject, arrived));

  const named = (fault: string): string => `${subject.way}, ${subject.wire.name}, ${attack.name}: ${fault}`;
  if (attack.target === undefined) {
    const way = cellOf(cells, row.name, subject.way);
    way.played++;
    way.faults.push(...faults.map(named));
  }
  const found = attack.look?.(haul) ?? [];
  for (const surface of SURFACES) {
    if (!haul.has(surface)) continue;
    const cell = cellOf(cells, row.name, surface);
    cell.played++;
    const carried = CARRIES[surface] ?? [];
    const hits = canariesIn(haul.of(surface)).filter((canary) => !carried.includes(canary));
    cell.faults.push(...hits.map((canary) => named(`the ${canary} is in it`)));
    cell.faults.push(...found.filter((fault) => fault.startsWith(`${surface}:`)).map(named));
    if (attack.target !== undefined && surface === "errors") cell.faults.push(...faults.map(named));
  }
}

function isAmong(expected: Attack["expected"], what: string): boolean {
  return typeof expected === "string" ? expected === what : expected.some((one) => one === what);
}

function targetOf(attack: Attack, subject: Subject, baseURL: string): Target {
  return subject.make({ apiKey: CANARIES.key, baseURL, headers: HEADERS, ...attack.options?.(baseURL) });
}

/** Whatever was asked, key, header and prompt were in it: a canary that was never sent proves nothing where it is missing. */
function unsent(attack: Attack, { way }: Subject, { texts }: Arrived): readonly string[] {
  if (attack.request !== undefined || attack.target !== undefined) return [];
  const [first] = texts;
  if (first === undefined) return attack.answer === undefined ? [] : ["nothing was sent"];
  const sent = new Set(canariesIn(first));
  const wanted: readonly Canary[] = ["key", "prompt", "system", "argument", "result", "header"];
  return wanted.filter((canary) => !sent.has(canary)).map((canary) => `${way}: the ${canary} was not sent`);
}
