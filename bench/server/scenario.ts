import { isWireName, type WireName } from "../wires/wire.ts";

/**
 * What the server shall do, written into the base URL that a client is given, so that every client can be told
 * without a header or a field of its own: `/<wire>/<kind>,<number>,<number>/<the vendor's own path>`.
 */
export type ScenarioKind =
  | "full" // deltas
  | "per-read" // deltas, streams, pace in ms
  | "answer" // deltas; in one piece or streamed, as the request asks
  | "first" // deltas, ms between the first delta and the rest
  | "slow" // ms between deltas, for ever
  | "unavailable" // -
  | "error-event" // deltas before it, ms to wait between them and it
  | "cut"; // deltas before it, ms to wait between them and it

const kinds: Readonly<Record<ScenarioKind, number>> = {
  full: 1,
  "per-read": 3,
  answer: 1,
  first: 2,
  slow: 1,
  unavailable: 0,
  "error-event": 2,
  cut: 2,
};

export interface Scenario {
  readonly wire: WireName;
  readonly kind: ScenarioKind;
  readonly numbers: readonly number[];
  /** Equal for requests with equal scenarios. */
  readonly key: string;
}

function isKind(value: string): value is ScenarioKind {
  return Object.hasOwn(kinds, value);
}

export function scenarioPath(wire: WireName, kind: ScenarioKind, ...numbers: readonly number[]): string {
  return `/${wire}/${[kind, ...numbers].join(",")}`;
}

/** The scenario of a request path, or `undefined` when the path names none. */
export function parseScenario(path: string): Scenario | undefined {
  const [, wire = "", key = ""] = path.split("/");
  const [kind = "", ...parameters] = key.split(",");
  const numbers = parameters.map(Number);
  if (!isWireName(wire) || !isKind(kind) || numbers.length !== kinds[kind] || numbers.some(Number.isNaN)) {
    return undefined;
  }
  return { wire, kind, numbers, key: `${wire}/${key}` };
}
