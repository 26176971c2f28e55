import type { AttemptContext, AttemptPlan, Capabilities, Target, TargetRequest } from "../model/target.ts";
import type { Connection, NativeRequest, RequestContext } from "./connection.ts";
import type { FailureTable } from "./failure-table.ts";
import { classifyFailures, type FailureClassifier } from "./http-failure.ts";
import { readAnswer } from "./read-answer.ts";
import { secretsOf } from "./redact.ts";
import { RefusedFields } from "./refused-fields.ts";
import { STREAM } from "./repairs.ts";
import type { CheckedOptions, PlainOptions } from "./target-options.ts";
import type { WireReader } from "./wire-reader.ts";

/** What one vendor's targets have of their own. */
export interface TargetSetup {
  readonly vendor: string;
  readonly model: string;
  readonly options: Pick<PlainOptions, "streaming" | "capabilities" | "limits">;
  readonly checked: CheckedOptions;
  /** As the adapter knows them; the user's own come over them. */
  readonly capabilities: Capabilities;
  readonly failureTable: FailureTable;
  /** For answers that are streamed. */
  readonly plan: (request: TargetRequest) => Omit<AttemptPlan, "unary">;
  /** `refused`: native fields that this request goes without, by a repair of its own or an earlier one that helped. */
  readonly toNativeRequest: (
    request: TargetRequest,
    context: RequestContext,
    refused: ReadonlySet<string>,
  ) => NativeRequest;
  readonly connection: Connection;
  /** A new reader for one answer. */
  readonly reader: (
    context: AttemptContext,
    failures: FailureClassifier,
    request: TargetRequest,
    refused: ReadonlySet<string>,
  ) => WireReader;
}

/** Puts a target together: it streams unless the endpoint refuses to, and reads through the wire's reader. */
export function makeTarget(setup: TargetSetup): Target {
  const { vendor, model, options, checked, connection } = setup;
  const fields = new RefusedFields();
  const secrets = secretsOf(checked.credential, checked.headers);
  const isUnary = (refused: ReadonlySet<string>): boolean => options.streaming === "never" || refused.has(STREAM);
  return {
    vendor,
    model,
    endpoint: checked.endpoint,
    scopes: checked.scopes,
    capabilities: { ...setup.capabilities, ...options.capabilities },
    problems: checked.problems,
    plan: (request) => {
      const { silentReasoning, eventsAtOnce } = setup.plan(request);
      const unary = isUnary(fields.with(request.without));
      return { silentReasoning, eventsAtOnce: eventsAtOnce && !unary, unary };
    },
    stream: (request, context) => {
      const { clock, loss } = context;
      const refused = fields.with(request.without);
      // Now, not when it is read: what the translation throws is known to come before anything was sent.
      const native = setup.toNativeRequest(request, { stream: !isUnary(refused), loss }, refused);
      const known = [...secrets, ...secretsOf("", native.headers)];
      const failures = classifyFailures(setup.failureTable, known, () => clock.wallNow());
      return readAnswer({
        open: () => connection.send(native, context),
        wire: setup.reader(context, failures, request, refused),
        failures,
        context,
        limits: options.limits,
        onAnswered: () => fields.remember(request.without ?? [], clock),
      });
    },
  };
}
