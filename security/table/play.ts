import { createChain, isUnderstudyError, type Target } from "@understudy/core";
import { ANSWER, CANARIES, canariesIn, type Canary } from "./canaries.ts";
import type { Attack, Row } from "./case.ts";
import { Haul, SURFACES, type Surface } from "./haul.ts";
import type { Arrived, Origin } from "./origin.ts";
import type { RedisServer } from "./redis.ts";
import { reportFaults } from "./reports.ts";
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
  /** One attack of a row, on one vendor, and nothing that takes long. */
  readonly isShort: boolean;
}

const SHORT: Readonly<Record<Way, string>> = { fetch: "deepseek", node: "gemini", sdk: "openai", client: "anthropic" };

const AT_ONCE = 8;

let cases = 0;

/** Plays every attack of every row on every way to every vendor, and looks for canaries wherever they could be. */
export async function playTable(setup: PlaySetup): Promise<readonly Cell[]> {
  const cells = new Map<string, Cell>();
  const plays = ROWS.flatMap((row, index) =>
    row.attacks.slice(0, setup.isShort ? 1 : undefined).flatMap((attack) =>
      subjectsOf(attack, setup.isShort ? index : undefined).map((subject) => ({
        isHeavy: attack.isHeavy === true,
        run: () => play(row, attack, subject, setup, cells),
      })),
    ),
  );
  await atOnce(
    AT_ONCE,
    plays.filter(({ isHeavy }) => !isHeavy),
  );
  // Clocks run while others are at work.
  await atOnce(
    2,
    plays.filter(({ isHeavy }) => isHeavy),
  );
  if (setup.isShort) return [...cells.values()];
  const reports = cellOf(cells, "secret canaries", "reports");
  reports.faults.push(...(await reportFaults(setup.origin, SUBJECTS)));
  reports.played += SUBJECTS.length;
  return [...cells.values()];
}

async function atOnce(count: number, plays: readonly { readonly run: () => Promise<void> }[]): Promise<void> {
  const left = [...plays];
  const work = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- some at once, to spend the time that others wait
    for (let next = left.shift(); next !== undefined; next = left.shift()) await next.run();
  };
  await Promise.all(Array.from({ length: count }, work));
}

/** On whom an attack is played: on all, or in the short form on one, of another way each time. */
function subjectsOf(attack: Attack, turn: number | undefined): readonly Subject[] {
  const able = SUBJECTS.filter((subject) => attack.on?.(subject) ?? true);
  if (attack.target !== undefined) return able.slice(0, 1);
  if (turn === undefined) return able;
  const few = able.filter(({ way, wire }) => SHORT[way] === wire.name);
  return attack.isHeavy === true ? [] : few.slice(turn % 4, (turn % 4) + 1);
}

function cellOf(cells: Map<string, Cell>, row: string, column: Column): Cell {
  const known = cells.get(`${row}/${column}`);
  if (known !== undefined) return known;
  const cell: Cell = { row, column, played: 0, faults: [] };
  cells.set(`${row}/${column}`, cell);
  return cell;
}

async function play(
  row: Row,
  attack: Attack,
  subject: Subject,
  setup: PlaySetup,
  cells: Map<string, Cell>,
): Promise<void> {
  const { origin, redis } = setup;
  const path = `case-${++cases}`;
  const arrived = origin.at(path, (exchange) => attack.answer?.(exchange, subject.wire));
  const haul = new Haul();
  const request = attack.request?.(REQUEST, `${origin.elsewhere}/${path}`) ?? REQUEST;
  const faults: string[] = [];
  let target: Target | undefined;
  try {
    target = attack.target?.() ?? targetOf(attack, subject, `${origin.url}/${path}`);
    createChain([target]);
  } catch (error) {
    haul.addForms("errors", error);
    if (attack.expected !== "refused")
      faults.push(`is refused: ${isUnderstudyError(error) ? error.message : String(error)}`);
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
      if (attack.expected !== "refused") await world.useAiSdk();
    }
    await world.look();
    if (attack.isHeavy !== true) faults.push(...unseen(haul, attack));
  }
  if (attack.expected === "refused" && arrived.texts.length > 0 && attack.request === undefined)
    faults.push("something was sent");
  if (origin.strayed(path) > 0) faults.push("another server was asked");
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

/** What every surface shows of every call, so that one that has gone silent is noticed. */
const SHOWS: Readonly<Partial<Record<Surface, string>>> = {
  events: "call-start",
  telemetry: "understudy.call.duration",
  live: '"tier":"subject"',
  "ai-sdk": "text/event-stream",
};

function unseen(haul: Haul, { expected, request }: Attack): readonly string[] {
  if (expected === "refused") return [];
  const wanted = Object.entries(SHOWS).filter(([surface, text]) => !haul.of(surfaceOf(surface)).includes(text));
  const silent = wanted.map(([surface]) => `${surface} shows nothing of the call`);
  if (!/subject/.test(haul.of("reports"))) silent.push("the report shows nothing of the call");
  if (expected !== "answered" || request !== undefined) return silent;
  const carried = ANSWER.filter((canary) => haul.of("response").includes(CANARIES[canary]));
  for (const surface of ["ai-sdk", "kept"] as const) {
    if (carried.some((canary) => !haul.of(surface).includes(CANARIES[canary])))
      silent.push(`${surface} lacks the answer`);
  }
  return silent;
}

function surfaceOf(name: string): Surface {
  return SURFACES.find((one) => one === name) ?? "errors";
}
