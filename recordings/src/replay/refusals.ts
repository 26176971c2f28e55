import type { TargetFailure } from "@understudy/core/adapter";
import { expectedFailures, type ExpectedFailure } from "../expected/errors.ts";
import { fields, known } from "../expected/reading.ts";
import { readJson, type Recording } from "../recordings.ts";

/** One recorded refusal with what it means. */
export interface RefusalCase {
  readonly file: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: ExpectedFailure & { readonly status: number };
}

export function refusalCase({ file, status }: Recording): RefusalCase {
  const recorded = fields(readJson(file));
  const body = recorded["body"];
  const headers = Object.entries(fields(recorded["headers"])).map(([name, value]) => [name, String(value)]);
  const expected = expectedFailures[file];
  if (expected === undefined) throw new Error(`${file} is new: state in src/expected/errors.ts what it means.`);
  return {
    file,
    status,
    headers: { "content-type": "application/json", ...Object.fromEntries(headers) },
    body: typeof body === "string" ? body : JSON.stringify(body),
    expected: { ...expected, status },
  };
}

/** What an adapter says about a refusal, as far as it is stated by hand. */
export function failureOf(failure: TargetFailure | undefined): object {
  if (failure === undefined) return {};
  const { status, scope, retryAfterMs, contextWindow, capability, repair } = failure.details;
  const repaired = repair === undefined ? undefined : true;
  return known({ class: failure.class, scope, retryAfterMs, contextWindow, capability, repaired, status });
}
