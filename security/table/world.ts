import { PassThrough } from "node:stream";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { understudyCall } from "@understudy/ai-sdk";
import { fromUIMessages, toUIMessageResponse } from "@understudy/ai-sdk/ui";
import { main } from "@understudy/cli";
import {
  createChain,
  isUnderstudyError,
  type Chain,
  type Request,
  type Target,
  type TierLimits,
} from "@understudy/core";
import { formatTrace } from "@understudy/core/trace";
import { errorResponse, memoryAnswers, resumeResponse, toResponse, type AnswerStore } from "@understudy/core/web";
import { livePage } from "@understudy/live";
import { openTelemetry } from "@understudy/otel";
import { redisAnswers, redisStore } from "@understudy/redis";
import { scriptedTarget } from "@understudy/testing";
import { jsonSchema, streamText, tool } from "ai";
import { CANARIES } from "./canaries.ts";
import type { Haul } from "./haul.ts";
import type { RedisServer } from "./redis.ts";
import { REQUEST } from "./request.ts";

export interface WorldSetup {
  readonly target: Target;
  readonly haul: Haul;
  readonly limits: TierLimits;
  readonly redis: RedisServer | undefined;
}

/** What one call came to. */
export interface Outcome {
  /** `answered`, the class of the target's first attempt, or the code of an error without attempts. */
  readonly what: string;
  readonly error: unknown;
}

const SUBJECT = "subject";
let worlds = 0;

/** One chain with everything on it that can be seen from outside. */
export class World {
  readonly chain: Chain;
  readonly #haul: Haul;
  readonly #spans = new InMemorySpanExporter();
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000,
  });
  readonly #page = livePage({ enabled: true });
  readonly #namespace = `world-${process.pid}-${++worlds}`;
  readonly #redis: RedisServer | undefined;
  readonly #store: ReturnType<typeof redisStore> | undefined;
  readonly #traces: unknown[] = [];

  constructor({ target, haul, limits, redis }: WorldSetup) {
    this.#haul = haul;
    this.#redis = redis;
    this.#store = redis && redisStore({ client: redis.client, namespace: this.#namespace });
    const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: this.#spans })] });
    const meterProvider = new MeterProvider({ readers: [this.#reader] });
    const backup = scriptedTarget([], { vendor: "backup", model: "backup", otherwise: { text: "It is well." } });
    this.chain = createChain([{ target, name: SUBJECT, ...limits }, backup], {
      // Nothing is gained by asking one that is hostile again.
      policy: () => "next",
      holdMs: 0,
      pins: true,
      store: this.#store,
      onEvent: (event) => haul.addDeep("events", event),
      onInternalError: (error) => haul.addForms("events", error),
      observers: [openTelemetry({ chain: "chat", tracerProvider, meterProvider }), this.#page.observe("chat")],
    });
  }

  /** One answer of the target alone. */
  async generate(request: Request): Promise<Outcome> {
    try {
      const answer = await this.chain.generate(request, { tiers: [SUBJECT] });
      this.#traces.push(answer.trace);
      this.#haul.addDeep("events", answer.trace);
      this.#haul.add("events", formatTrace(answer.trace));
      this.#haul.add("kept", String(answer.pin));
      return {
        what: answer.trace.attempts.find((one) => one.class !== undefined)?.class ?? "answered",
        error: undefined,
      };
    } catch (error) {
      this.#haul.addForms("errors", error);
      if (!isUnderstudyError(error)) return { what: `an untyped ${String(error)}`, error };
      this.#traces.push(error.toJSON());
      if (error.trace !== undefined) this.#haul.add("events", formatTrace(error.trace));
      await this.#addResponse(errorResponse(error));
      return { what: error.attempts[0]?.class ?? error.code, error };
    }
  }

  /** A stream to a browser, of the target and whoever takes over, kept in both stores. */
  async respond(request: Request): Promise<void> {
    const stores: readonly (AnswerStore | undefined)[] = [
      memoryAnswers(),
      this.#redis && redisAnswers({ client: this.#redis.client, namespace: `${this.#namespace}-kept` }),
    ];
    for (const resumable of stores) {
      this.chain.enable("all");
      if (resumable === undefined) continue;
      try {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const response = toResponse(await this.chain.stream(request), { resumable });
        // oxlint-disable-next-line no-await-in-loop -- as above
        const text = await this.#addResponse(response);
        const id = /^id: (\S+?)\.\d+$/m.exec(text)?.[1];
        // oxlint-disable-next-line no-await-in-loop -- as above
        const resumed = id === undefined ? undefined : await resumeResponse(`${id}.0`, { resumable });
        // oxlint-disable-next-line no-await-in-loop -- as above
        this.#haul.add("kept", (await resumed?.text()) ?? "");
      } catch (error) {
        this.#haul.addForms("errors", error);
      }
      if ("close" in resumable && typeof resumable.close === "function") resumable.close();
    }
  }

  async #addResponse(response: Response): Promise<string> {
    const text = await response.text();
    this.#haul.add(
      "response",
      `${response.status} ${response.statusText}\n${JSON.stringify([...response.headers])}\n${text}`,
    );
    return text;
  }

  /** The same through the AI SDK, and its messages for a chat. */
  async useAiSdk(): Promise<void> {
    this.chain.enable("all");
    const errors: unknown[] = [];
    const result = streamText({
      ...understudyCall(this.chain),
      system: CANARIES.system,
      prompt: CANARIES.prompt,
      tools: { t: tool({ inputSchema: jsonSchema({ type: "object" }) }) },
      onError: ({ error }) => void errors.push(error),
    });
    try {
      for await (const part of result.fullStream) this.#haul.addDeep("ai-sdk", withoutRequest(part));
    } catch (error) {
      errors.push(error);
    }
    for (const error of errors) this.#haul.addForms("ai-sdk", error);
    this.chain.enable("all");
    try {
      const messages = fromUIMessages([
        { role: "user", parts: [Object.assign({ type: "text" }, { text: CANARIES.prompt })] },
      ]);
      const response = toUIMessageResponse(await this.chain.stream({ messages, tools: REQUEST.tools }));
      this.#haul.add("ai-sdk", `${JSON.stringify([...response.headers])}\n${await response.text()}`);
    } catch (error) {
      this.#haul.addForms("ai-sdk", error);
    }
  }

  /** What can be seen behind the calls: telemetry, page, reports and stores. */
  async look(): Promise<void> {
    const metrics = await this.#reader.collect();
    this.#haul.addDeep("telemetry", this.#spans.getFinishedSpans());
    this.#haul.addDeep("telemetry", metrics);
    for (const path of ["/", "/state"]) {
      // oxlint-disable-next-line no-await-in-loop -- made in this process
      this.#haul.add("live", await this.#page.handler(new Request(`http://live.test${path}`)).text());
    }
    const lines = this.#traces.map((one) => `${JSON.stringify(one)}\n`);
    if (lines.length > 0) this.#haul.add("reports", await command(["trace", "-"], lines));
    if (this.#redis !== undefined && this.#store !== undefined) {
      await this.#store.ready(200);
      this.#haul.add("redis", await this.#redis.dump(`*{${this.#namespace}}*`));
      this.#haul.add("kept", await this.#redis.dump(`*${this.#namespace}-kept*`));
      this.#haul.addDeep("redis", this.#store.stats());
      this.#store.close();
    }
  }
}

/** The AI SDK puts the request that it was given itself into some of its parts: that is its caller's own. */
function withoutRequest(part: object): object {
  return { ...part, request: undefined };
}

/** A command of the program, and everything that it prints. */
export async function command(args: readonly string[], input: readonly string[] = []): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  // An empty environment: what the program would hide because it knows the key, it must not have in the first place.
  await main(args, { stdout, stderr, stdin: PassThrough.from(input), env: {}, cwd: import.meta.dirname });
  return [stdout, stderr].map((stream) => String(stream.read() ?? "")).join("\n");
}
