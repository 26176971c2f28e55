import type { AttemptContext, AttemptPlan, Capabilities, Target, TargetRequest } from "../model/target.ts";
import type { Connection, NativeRequest, RequestContext } from "./connection.ts";
import { classifyFailures, type FailureClassifier, type FailureTable } from "./http-failure.ts";
import { readAnswer } from "./read-answer.ts";
import type { CheckedOptions, TargetOptions } from "./target-options.ts";
import type { WireReader } from "./wire-reader.ts";

/** What one vendor's targets have of their own. */
export interface TargetSetup {
  readonly vendor: string;
  readonly model: string;
  readonly options: TargetOptions;
  readonly checked: CheckedOptions;
  /** As the adapter knows them; the user's own come over them. */
  readonly capabilities: Capabilities;
  /** `stopStreaming` makes the target ask for answers in one piece from then on. */
  readonly failureTable: (stopStreaming: () => void) => FailureTable;
  /** For answers that are streamed. */
  readonly plan: (request: TargetRequest) => Omit<AttemptPlan, "unary">;
  readonly toNativeRequest: (request: TargetRequest, context: RequestContext) => NativeRequest;
  readonly connection: Connection;
  /** A new reader for one answer. */
  readonly reader: (context: AttemptContext, failures: FailureClassifier, request: TargetRequest) => WireReader;
}

/** Puts a target together: it streams until the endpoint refuses to, and reads through the wire's reader. */
export function makeTarget(setup: TargetSetup): Target {
  const { vendor, model, options, checked, connection } = setup;
  let unary = options.streaming === "never";
  const stopStreaming = (): void => {
    unary = true;
  };
  const { credential } = checked;
  // A token may have been given with its scheme, and be quoted without.
  const secrets = [credential, credential.replace(/^Bearer\s+/i, "")];
  const failures = classifyFailures(setup.failureTable(stopStreaming), secrets);
  return {
    vendor,
    model,
    endpoint: checked.endpoint,
    scopes: checked.scopes,
    capabilities: { ...setup.capabilities, ...options.capabilities },
    problems: checked.problems,
    plan: (request) => {
      const { silentReasoning, eventsAtOnce } = setup.plan(request);
      return { silentReasoning, eventsAtOnce: eventsAtOnce && !unary, unary };
    },
    stream: (request, context) =>
      readAnswer({
        open: () => {
          const { loss } = context;
          return connection.send(setup.toNativeRequest(request, { stream: !unary, loss }), context);
        },
        wire: setup.reader(context, failures, request),
        failures,
        context,
      }),
  };
}
