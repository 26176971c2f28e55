import type { MeterProvider, TracerProvider } from "@opentelemetry/api";

/** Which names are used: those of v1.41.0, which backends read, or those of the conventions' own repository since then. */
export type Conventions = "1.41" | "latest";

/** Options of `openTelemetry`; every one may be left out. */
export interface OpenTelemetryOptions {
  /**
   * The name of the chain, in spans and metrics: one of few, such as `chat`, never an id. Not empty. Default: the names of
   * its tiers, joined by `>`.
   */
  readonly chain?: string | undefined;
  /**
   * Which names are used; never both. Default `1.41`, or `latest` where the environment's `OTEL_SEMCONV_STABILITY_OPT_IN`
   * lists `gen_ai_latest_experimental`.
   */
  readonly conventions?: Conventions | undefined;
  /**
   * Puts prompts, tools and answers on the spans of attempts, at most 64 KiB each. They are personal data of your users.
   * Default false, or true where the environment's `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` is `true` or
   * `SPAN_ONLY`.
   */
  readonly captureContent?: boolean | undefined;
  /** False: spans alone. Default true. */
  readonly metrics?: boolean | undefined;
  /** Where spans go. Default: the global one, whenever it is registered. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Where metrics go. Default: the global one, whenever it is registered. */
  readonly meterProvider?: MeterProvider | undefined;
}

/** Options with what the environment says of those that were left out. */
export interface Settings extends Omit<OpenTelemetryOptions, "conventions" | "captureContent" | "metrics"> {
  readonly conventions: Conventions;
  readonly captureContent: boolean;
  readonly metrics: boolean;
}

const NAMES: readonly string[] = [
  "chain",
  "conventions",
  "captureContent",
  "metrics",
  "tracerProvider",
  "meterProvider",
] satisfies readonly (keyof OpenTelemetryOptions)[];

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws one error that names everything that is wrong. */
export function readOptions(given: OpenTelemetryOptions, environment: Environment = processEnvironment()): Settings {
  if (typeof given !== "object" || given === null) throw new TypeError("openTelemetry needs an object of options.");
  const options = fieldsOf(given);
  const { chain, tracerProvider, meterProvider } = options;
  const {
    conventions = listed(environment["OTEL_SEMCONV_STABILITY_OPT_IN"]).includes("gen_ai_latest_experimental")
      ? "latest"
      : "1.41",
    captureContent = ["true", "span_only"].includes(
      environment["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"]?.trim().toLowerCase() ?? "",
    ),
    metrics = true,
  } = options;
  const problems = Object.keys(options)
    .filter((name) => !NAMES.includes(name))
    .map((name) => `there is no option ${JSON.stringify(name)}`);
  if (chain !== undefined && (typeof chain !== "string" || chain === "")) {
    problems.push("`chain` must be a string that is not empty");
  }
  if (conventions !== "1.41" && conventions !== "latest") problems.push("`conventions` must be '1.41' or 'latest'");
  if (typeof captureContent !== "boolean") problems.push("`captureContent` must be true or false");
  if (typeof metrics !== "boolean") problems.push("`metrics` must be true or false");
  if (!has(tracerProvider, "getTracer")) problems.push("`tracerProvider` must have getTracer");
  if (!has(meterProvider, "getMeter")) problems.push("`meterProvider` must have getMeter");
  if (problems.length > 0) throw new TypeError(`openTelemetry cannot be set up: ${problems.join("; ")}.`);
  return { chain, conventions, captureContent, metrics, tracerProvider, meterProvider };
}

function fieldsOf(options: OpenTelemetryOptions): OpenTelemetryOptions {
  try {
    return { ...options };
  } catch {
    throw new TypeError("openTelemetry cannot be set up: its options cannot be read, a getter or proxy threw.");
  }
}

function listed(value: string | undefined): readonly string[] {
  return (value ?? "").split(",").map((one) => one.trim());
}

function has(provider: unknown, method: string): boolean {
  if (provider === undefined) return true;
  return typeof provider === "object" && provider !== null && typeof Reflect.get(provider, method) === "function";
}

/** Not every runtime has one. */
function processEnvironment(): Environment {
  const { process }: { readonly process?: { readonly env?: Environment } } = globalThis;
  return process?.env ?? {};
}
