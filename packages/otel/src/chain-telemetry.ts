import {
  context,
  createNoopMeter,
  INVALID_SPANID,
  metrics,
  SpanKind,
  trace,
  type MeterProvider,
  type SpanOptions,
  type TracerProvider,
} from "@opentelemetry/api";
import type { AttemptRecord, CallEvent, Chain, EngineEvent, Observer } from "@understudy/core";
import type { AttemptStart, Mode } from "./attributes.ts";
import { CallSpans, type SpanSetup } from "./call-spans.ts";
import { Instruments } from "./instruments.ts";
import { NAMES, providerOf, SCOPE } from "./names.ts";
import type { Settings } from "./options.ts";

/** What is known of a call that runs. */
interface CallState {
  readonly spans: CallSpans;
  readonly mode: Mode;
  /** The last attempt that ended. */
  last: AttemptRecord | undefined;
  isReleased: boolean;
  attempts: number;
}

/** Turns what a chain reports into spans and metrics. */
export class ChainTelemetry {
  readonly #settings: Settings;
  readonly #chain: Pick<Chain, "tiers" | "snapshot">;
  readonly #chainName: string;
  /** Of every call. */
  readonly #spanName: string;
  readonly #spanOptions: SpanOptions;
  /** Calls that run, by number. */
  readonly #calls = new Map<number, CallState>();
  #tracerProvider: TracerProvider | undefined;
  #spans: SpanSetup | undefined;
  #meterProvider: MeterProvider | undefined;
  /** Undefined where no SDK takes metrics. */
  #instruments: Instruments | undefined;

  constructor(settings: Settings, chain: Pick<Chain, "tiers" | "snapshot">) {
    this.#settings = settings;
    this.#chain = chain;
    this.#chainName = settings.chain ?? chain.tiers.join(">");
    this.#spanName = `understudy ${this.#chainName}`;
    this.#spanOptions = {
      kind: SpanKind.INTERNAL,
      attributes: { "understudy.chain.name": this.#chainName, "understudy.chain.tiers": [...chain.tiers] },
    };
  }

  /** How many calls are known to run. */
  get size(): number {
    return this.#calls.size;
  }

  get observer(): Observer {
    return {
      onEvent: (event) => this.#onEvent(event),
      aroundAttempt: ({ callId, attempt }, run) => {
        const active = this.#calls.get(callId)?.spans.contextOf(attempt);
        return active === undefined ? run() : context.with(active, run);
      },
      ...(this.#settings.captureContent && {
        onContent: (content) => this.#calls.get(content.callId)?.spans.content(content),
      }),
    };
  }

  #onEvent(event: EngineEvent): void {
    switch (event.type) {
      case "call-start":
        this.#begin(event);
        break;
      case "breaker":
        this.#breaker(event);
        break;
      case "cooldown":
      case "isolated":
      case "enabled":
      case "store":
        break;
      default: {
        const call = this.#calls.get(event.callId);
        // Unknown: the SDK was registered while it ran.
        if (call !== undefined) this.#onCallEvent(event, call);
      }
    }
  }

  #onCallEvent(event: Exclude<CallEvent, { readonly type: "call-start" }>, call: CallState): void {
    switch (event.type) {
      case "attempt-start":
        this.#attemptStarted(event, call);
        break;
      case "attempt-end":
        if (event.record.stoppedBy === undefined) call.last = event.record;
        call.spans.attemptEnded(event.record);
        this.#instruments?.attemptEnded(event.record, call.mode);
        break;
      case "released":
        call.isReleased = true;
        break;
      case "skipped": {
        const { tier, reason, detail } = event.skip;
        call.spans.note("understudy.skipped", {
          "understudy.tier": tier,
          "understudy.reason": reason,
          "understudy.detail": detail,
        });
        this.#instruments?.skipped(tier, reason);
        break;
      }
      case "pin-left":
        call.spans.note("understudy.pin_left", { "understudy.tier": event.tier, "understudy.reason": event.because });
        break;
      case "hedge":
        call.spans.note("understudy.hedge", {
          "understudy.attempt": event.attempt,
          "understudy.tier": event.tier,
          "understudy.after_ms": event.afterMs,
          "understudy.reason": event.skipped ?? event.by,
        });
        break;
      case "credential-problem":
        call.spans.note("understudy.credential_problem", { "understudy.tier": event.tier, "error.type": event.reason });
        this.#instruments?.credentialProblem(event.tier, event.reason);
        break;
      case "end":
        this.#calls.delete(event.callId);
        call.spans.ended(event, call.attempts);
        this.#instruments?.callEnded(event, call.attempts);
        break;
      case "repeat":
      case "repair":
      case "failover":
      case "degraded":
      case "protocol-warning":
        break;
      default:
        event satisfies never;
    }
  }

  #begin({ callId, mode }: Extract<CallEvent, { readonly type: "call-start" }>): void {
    this.#lookUpMetrics();
    const setup = this.#lookUpTracer();
    // Where the call was made: events are told there.
    const parent = context.active();
    const span = setup.tracer.startSpan(this.#spanName, this.#spanOptions, parent);
    // No SDK is registered.
    if (this.#instruments === undefined && span.spanContext().spanId === INVALID_SPANID) return;
    const spans = new CallSpans(setup, mode, span, parent);
    this.#calls.set(callId, { spans, mode, last: undefined, isReleased: false, attempts: 0 });
  }

  #attemptStarted(start: AttemptStart, call: CallState): void {
    const { last, isReleased } = call;
    call.attempts++;
    if (last !== undefined && start.repeat === undefined && start.repair === undefined && start.hedge !== true) {
      call.spans.note("understudy.failover", {
        "understudy.from.tier": last.tier,
        "understudy.to.tier": start.tier,
        "error.type": last.class,
        "understudy.released": isReleased,
      });
      this.#instruments?.failover({ from: last, to: start, isReleased });
    }
    call.spans.attemptStarted(start);
  }

  #breaker({ callId, vendor, model, endpoint, from, to }: Extract<EngineEvent, { readonly type: "breaker" }>): void {
    const attributes = {
      "understudy.provider": providerOf(vendor, endpoint),
      "understudy.model": model,
      "understudy.breaker.from": from,
      "understudy.breaker.to": to,
    };
    if (callId !== undefined) this.#calls.get(callId)?.spans.note("understudy.breaker", attributes);
    this.#instruments?.transition(attributes);
  }

  /** The global provider is a proxy: a tracer of it finds an SDK that is registered later. */
  #lookUpTracer(): SpanSetup {
    const provider = this.#settings.tracerProvider ?? trace.getTracerProvider();
    if (this.#spans !== undefined && provider === this.#tracerProvider) return this.#spans;
    const names = NAMES[this.#settings.conventions];
    this.#tracerProvider = provider;
    this.#spans = { tracer: provider.getTracer(SCOPE, undefined, { schemaUrl: names.schemaUrl }), names };
    return this.#spans;
  }

  /** Instruments of the API know no SDK that is registered later: they are made anew for each provider. */
  #lookUpMetrics(): void {
    const { metrics: isWanted, meterProvider, conventions } = this.#settings;
    if (!isWanted) return;
    const provider = meterProvider ?? metrics.getMeterProvider();
    if (provider === this.#meterProvider) return;
    this.#meterProvider = provider;
    const meter = provider.getMeter(SCOPE, undefined, { schemaUrl: NAMES[conventions].schemaUrl });
    const setup = { meter, conventions, chainName: this.#chainName, chain: this.#chain };
    this.#instruments = meter === createNoopMeter() ? undefined : new Instruments(setup);
  }
}
