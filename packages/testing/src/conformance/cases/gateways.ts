import type { FailureClass } from "@understudy/core";
import type { GatewayCode } from "./case-id.ts";
import { RATE_LIMITED, TWO_DELTAS, type FaultCase } from "./fault-case.ts";

/** Codes in which gateways put the status of the server behind them, with the class that the status has. */
const CODES: readonly (readonly [code: GatewayCode, expected: readonly FailureClass[], message?: string])[] = [
  [401, ["auth.invalid"]],
  [402, ["billing.exhausted"]],
  [403, ["auth.forbidden"]],
  // The endpoint has just answered: what was not found is as likely the model.
  [404, ["endpoint.not-found", "model.not-found"]],
  ["404-model", ["model.not-found"], "There is no model of that name."],
  [408, ["timeout.upstream"]],
  [413, ["request.too-large"]],
  [429, RATE_LIMITED],
  [500, ["server.error"]],
  [502, ["server.gateway"]],
  [503, ["server.gateway", "server.overloaded"]],
  [504, ["timeout.upstream"]],
  [524, ["server.gateway"]],
  [529, ["server.overloaded"]],
];

const WAITS = [
  ["Rate limit reached. Please try again in 41.054s.", 41_054],
  ["Rate limit reached. Try again in 17 seconds.", 17_000],
] as const;

/** Errors inside a 200 that say in numbers and words what an HTTP answer says in status and headers. */
export const GATEWAY_CASES: readonly FaultCase[] = [...CODES.flatMap(coded), ...WAITS.flatMap(waiting)];

function coded([status, expected, message]: (typeof CODES)[number]): FaultCase[] {
  const number = status === "404-model" ? 404 : status;
  const about = message === undefined ? "" : " for a model";
  return (["number", "string"] as const).flatMap((type): FaultCase[] => {
    const code = type === "number" ? number : String(number);
    return [
      {
        id: `gateway.${status}.${type}.headers`,
        name: `an in-band error with the code ${JSON.stringify(code)}${about} first of all`,
        fault: { type: "in-band-error", at: "headers", code, message },
        expected,
      },
      {
        id: `gateway.${status}.${type}.later`,
        name: `an in-band error with the code ${JSON.stringify(code)}${about} after text`,
        fault: { type: "in-band-error", at: TWO_DELTAS, code, message },
        expected,
      },
    ];
  });
}

function waiting([message, waitMs]: (typeof WAITS)[number]): FaultCase[] {
  const limit = { type: "in-band-error", error: "rate-limited", message, retryAfterMs: waitMs } as const;
  const stated = { expected: RATE_LIMITED, waitMs };
  const seconds = `${waitMs / 1_000} s`;
  return [
    {
      id: `wait.${waitMs}.preamble`,
      name: `an in-band wait of ${seconds}`,
      fault: { ...limit, at: "preamble" },
      ...stated,
    },
    {
      id: `wait.${waitMs}.later`,
      name: `an in-band wait of ${seconds} after text`,
      fault: { ...limit, at: TWO_DELTAS },
      ...stated,
    },
    {
      id: `wait.${waitMs}.nested`,
      name: `an in-band wait of ${seconds}, nested`,
      fault: { ...limit, at: "preamble", form: "nested" },
      ...stated,
    },
    {
      id: `wait.${waitMs}.failed`,
      name: `an in-band wait of ${seconds} in a failure event`,
      fault: { ...limit, at: "preamble", form: "failed" },
      ...stated,
    },
    {
      id: `wait.${waitMs}.gateway`,
      name: `a gateway's wait of ${seconds}`,
      fault: { type: "in-band-error", at: "preamble", code: 429, message },
      ...stated,
    },
  ];
}
