import type { AttemptContext, AttemptPlan, Capabilities, Target, TargetRequest } from "../model/target.ts";
import type { Loss } from "../model/trace.ts";
import { movable, overOf, type Connect, type TransportOptions } from "./transport/transports.ts";
import type { Connection, NativeRequest, RequestContext } from "./transport/connection.ts";
import type { FailureTable } from "./failures/failure-table.ts";
import { classifyFailures, type FailureClassifier } from "./failures/http-failure.ts";
import { pathHint } from "./failures/path-hint.ts";
import { asObject } from "./foreign.ts";
import { TargetFailure } from "../model/target-failure.ts";
import { KnownRepairs } from "./repairs/known-repairs.ts";
import { mergeHeaders } from "./transport/merge-headers.ts";
import { withUsualMedia } from "./parts/media-source.ts";
import { actsAtVendor, toolNames } from "./requests/native-fields.ts";
import { prepareLater } from "./transport/load-once.ts";
import type { Framing } from "./reading/framing.ts";
import { readAnswer } from "./reading/read-answer.ts";
import { secretsOf } from "./failures/redact.ts";
import { STREAM } from "./repairs/repairs.ts";
import { toolCallIdProblem } from "./options/tool-call-id-rule.ts";
import type { CheckedOptions, PlainOptions } from "./options/target-options.ts";
import type { WireReader } from "./reading/wire-reader.ts";

/** What differs between vendors' targets. */
export interface TargetSetup {
  /** The vendor's name, as in traces and the `origin` of parts. */
  readonly vendor: string;
  /** Its key in a request's `vendorOptions`. Default: `vendor`. */
  readonly optionsKey?: string | undefined;
  /** The model's id, as the vendor spells it. */
  readonly model: string;
  /** What the user gave the factory. */
  readonly options: Pick<PlainOptions, "streaming" | "capabilities" | "limits"> & TransportOptions;
  /** What `checkTargetOptions` made of it. */
  readonly checked: CheckedOptions;
  /** As the adapter knows them; the user's own come over them. */
  readonly capabilities: Capabilities;
  /** How the vendor's errors are classified. */
  readonly failureTable: FailureTable;
  /** For answers that are streamed. */
  readonly plan: (request: TargetRequest) => Omit<AttemptPlan, "unary">;
  /** The request comes with its repairs, its own and those that helped earlier. */
  readonly toNativeRequest: (request: TargetRequest, context: RequestContext) => NativeRequest;
  /** The field of a native body that holds the turns: with none left, nothing is sent and the next tier is asked. */
  readonly turns?: string | undefined;
  /** How the vendor cuts a stream into events. Default: `sse`, server-sent events. */
  readonly framing?: Framing | undefined;
  /**
   * Carries the requests of this target. A function makes it over what was chosen: by the options `transport` and `fetch`,
   * or, where there is neither, by a chain.
   */
  readonly connection: Connection | Connect;
  /** A new reader for one answer. */
  readonly reader: (context: AttemptContext, failures: FailureClassifier, request: TargetRequest) => WireReader;
}

interface Translation {
  /** As the vendor gets it, before it is native. */
  readonly request: TargetRequest;
  readonly native: NativeRequest;
}

/** Puts a target together: it streams unless the endpoint refuses to, and reads through the wire's reader. */
export function makeTarget(setup: TargetSetup): Target {
  const { options, connection } = setup;
  const known = new KnownRepairs();
  if (typeof connection !== "function") return assemble(setup, known, connection);
  const over = (chosen: TransportOptions): Target => {
    const { problem, ...given } = overOf(chosen);
    return assemble(setup, known, connection(given), given.transport, problem);
  };
  const target = over(options);
  const hasChosen = options.transport !== undefined || options.fetch !== undefined;
  return hasChosen ? target : movable(target, (transport) => over({ transport }));
}

/** What is known of the endpoint is the same over each transport. */
function assemble(
  setup: TargetSetup,
  known: KnownRepairs,
  connection: Connection,
  transport?: string,
  transportProblem?: string,
): Target {
  const { vendor, model, options, checked } = setup;
  const { askCredential } = checked;
  const secrets = secretsOf(checked.credential, checked.headers);
  const isUnary = ({ without = [] }: TargetRequest): boolean =>
    options.streaming === "never" || without.includes(STREAM);
  const capabilities = { ...setup.capabilities, ...options.capabilities };
  const ownProblems = [toolCallIdProblem(capabilities.toolCallId), transportProblem].flatMap((problem) =>
    problem === undefined ? [] : [{ type: "invalid" as const, message: `${vendor}("${model}"): ${problem}` }],
  );
  // What it throws is known to come before anything was sent.
  const translate = (given: TargetRequest, { clock, loss }: Pick<AttemptContext, "clock" | "loss">): Translation => {
    const request = withUsualMedia(known.apply(given, loss));
    const native = setup.toNativeRequest(request, { stream: !isUnary(request), wallNow: clock.wallNow(), loss });
    if (setup.turns !== undefined && isEmptyList(native.body[setup.turns])) {
      throw new TargetFailure("request.unsupported", { explanation: "nothing of the messages can be sent" });
    }
    return { request, native };
  };
  return {
    vendor,
    model,
    endpoint: checked.endpoint,
    ...(checked.insecure && { insecure: true }),
    scopes: checked.scopes,
    capabilities,
    problems: [...checked.problems, ...ownProblems],
    ...(transport !== undefined && { transport }),
    plan: (given) => {
      const request = known.apply(given);
      const unary = isUnary(request);
      const plan = setup.plan(request);
      const key = setup.optionsKey ?? vendor;
      const native = asObject(asObject(request.vendorOptions)[key]);
      const nativeTools = [...toolNames(native["tools"]), ...(plan.nativeTools ?? [])];
      return {
        ...plan,
        eventsAtOnce: plan.eventsAtOnce && !unary,
        unary,
        ...(nativeTools.length > 0 && { nativeTools }),
        ...(actsAtVendor(native, request.tools, key) && { acts: true }),
      };
    },
    losses: (given, clock) => {
      const losses: Loss[] = [];
      translate(given, { clock, loss: (loss) => losses.push(loss) });
      return losses;
    },
    stream: (given, context) => {
      const { clock } = context;
      // Now, not when it is read.
      const { request, native } = translate(given, context);
      // More are known once the request is sent, and failures are classified later.
      const allSecrets = [...secrets, ...secretsOf("", native.headers)];
      const failures = classifyFailures(
        setup.failureTable,
        allSecrets,
        () => clock.wallNow(),
        request,
        () => pathHint(checked, native.path),
      );
      return readAnswer({
        open: async () => {
          const credential = (await askCredential?.(context)) ?? {};
          allSecrets.push(...secretsOf("", credential));
          try {
            const headers = mergeHeaders(credential, native.headers);
            return await connection.send({ ...native, headers }, context);
          } finally {
            allSecrets.push(...(connection.secrets ?? []));
          }
        },
        wire: setup.reader(context, failures, request),
        framing: setup.framing,
        failures,
        context,
        limits: options.limits,
        onAnswered: () => known.remember(given.repairs, clock),
      });
    },
    prepare: (clock) => prepareLater(clock, () => connection.prepare?.(clock)),
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
