import type { Body } from "./body.ts";
import type { Line } from "./line.ts";
import type { Reason, Wire } from "./wires/wire.ts";

/** What a fault is played with: one request of a target. */
export interface Act {
  readonly wire: Wire;
  /** The good answer, in the form that was asked for. */
  readonly body: Body;
  readonly isStream: boolean;
}

/** One way in which a server fails. */
export interface Fault {
  /** In the grid. */
  readonly title: string;
  /** What the server does with a request. */
  readonly play: (line: Line, act: Act) => Promise<void> | void;
  /** Where nothing answers at all. */
  readonly at?: string | undefined;
  readonly scheme?: "https" | undefined;
  readonly hasCertificate?: true | undefined;
  /** Only time shows it: which limit is short. */
  readonly short?: "first-content" | "progress" | undefined;
  /** What the consumer does as soon as it sees text, or the call has been made where it sees none. */
  readonly consumer?: "breaks" | "aborts" | "pauses" | undefined;
  /** Nothing that comes in one piece, or no stream, can be like that. */
  readonly only?: "stream" | undefined;
  /** Some vendors have no words for it. */
  readonly refusal?: { readonly status: number; readonly reason?: Reason | undefined } | undefined;
}

export const CHUNKED = "transfer-encoding: chunked";
export const JSON_TYPE = "content-type: application/json";
const HTML_TYPE = "content-type: text/html; charset=utf-8";
const PAGE = "<!doctype html><html><head><title>Sorry</title></head><body>Come back later.</body></html>";
export const LINE_BYTES: number = 64 * 1_024 * 1_024;
const PIECE = Buffer.alloc(256 * 1_024, "a");
const PAUSE_MS = 40;
const MOST_WORDS = 100;

export const nothing = (): void => undefined;

/** The head of a good answer, the preamble and the first text, until they were seen. */
export async function begin(line: Line, { body }: Act): Promise<void> {
  await headOf(line, body);
  await line.chunk(Buffer.concat([body.preamble, body.text]));
  await line.seen();
}

export function headOf(line: Line, { contentType }: Body, how: string = CHUNKED): Promise<void> {
  return line.head(200, [`content-type: ${contentType}`, how]);
}

export function after(
  start: (line: Line, act: Act) => Promise<void>,
  end: (line: Line, act: Act) => unknown,
): Fault["play"] {
  return async (line, act) => {
    await start(line, act);
    await end(line, act);
  };
}

export function middle(end: (line: Line, act: Act) => unknown): Fault["play"] {
  return after(begin, end);
}
export const fin = (line: Line): void => line.fin();
export const reset = (line: Line): void => line.reset();
export const whole = (line: Line): Promise<void> => line.whole();

export function html(status: number): Fault {
  return { title: `web page with status ${status}`, play: (line) => line.answer(status, [HTML_TYPE], PAGE) };
}

export function refused(status: number, reason?: Reason, headers: readonly string[] = [], of = ""): Fault {
  const title = [`status ${status}`, reason ?? "", of].filter((word) => word !== "").join(", ");
  return {
    title,
    refusal: { status, reason },
    play: async (line, { wire }) => {
      const { body, headers: own = [] } = wire.refuse(status, reason) ?? { body: "" };
      await line.answer(status, [JSON_TYPE, ...own, ...headers], body);
    },
  };
}

export function bare(status: number, headers: readonly string[] = []): Fault {
  return { title: `status ${status}, no body`, play: (line) => line.answer(status, headers, "") };
}

export function redirect(status: number): Fault {
  return { title: `status ${status} to elsewhere`, play: (line) => line.answer(status, ["location: /elsewhere"], "") };
}

export async function pings(line: Line, { wire }: Act): Promise<void> {
  while (line.isOpen && line.closedAt === undefined) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await line.chunk(wire.ping);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await pause();
  }
}

/** Goes on with the answer, whoever has left. */
export async function chatter(line: Line, { wire, isStream }: Act): Promise<void> {
  for (let said = 0; said < MOST_WORDS && line.isOpen; said++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await line.chunk(isStream ? wire.text(" and") : Buffer.from(" and"));
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** Letters without an end, as long as somebody takes them. */
export async function letters(line: Line, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes && line.isOpen && line.closedAt === undefined; sent += PIECE.length) {
    // oxlint-disable-next-line no-await-in-loop -- the other side says when it takes more
    await line.chunk(PIECE);
  }
}
