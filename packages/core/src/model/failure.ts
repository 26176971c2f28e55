/** What a caller can branch on. Closed list. */
export type ErrorCode =
  | "unavailable"
  | "timeout"
  | "config"
  | "bad-response"
  | "invalid-request"
  | "unsupported"
  | "context-length"
  | "too-large"
  | "auth"
  | "billing"
  | "model-not-found"
  | "conflict"
  | "rate-limited"
  | "server-error"
  | "overloaded"
  | "policy"
  | "interrupted"
  | "empty-output"
  | "invalid-output"
  | "aborted"
  | "adapter-error"
  | "local-resource"
  | "all-failed";

/**
 * What a failure belongs to. For the rest of the call every candidate that shares the failed scope is skipped, and a
 * cooldown is put on it. `target` is one model at one endpoint with one credential.
 */
export type FailureScope =
  | "request"
  | "target"
  | "key"
  | "key+model"
  | "quota"
  | "quota+model"
  | "model@endpoint"
  | "endpoint"
  | "local"
  | "caller";

/** What a failure says about the health of a model at its endpoint. `neutral` says nothing. */
export type HealthVerdict = "ok" | "bad" | "slow" | "neutral";

/**
 * Whether the same target may be asked again. `fresh-connection`: once, at once, if the connection died before any
 * response byte. `backoff`: up to twice after a short wait, if nothing was released and no other candidate is left.
 * `wait`: once after the vendor's own stated time, if that is short and no other candidate is left.
 */
export type Repeat = "no" | "fresh-connection" | "backoff" | "wait";

/**
 * Whether the chain moves on. `capable`, `larger-window`: only to a tier that has what was missing. `policy`: only if
 * the policy function says so. `unreleased`: only while nothing of the attempt was released.
 */
export type Advance = "yes" | "no" | "capable" | "larger-window" | "policy" | "unreleased";

/** How long the failed scope is left alone across calls. A time stated by the vendor always comes first. */
export interface CooldownRule {
  /** Used when the vendor states no time; doubles per repetition where `capMs` is larger. `stated`: none then. */
  readonly baseMs: number | "stated";
  /** The longest cooldown without a stated time, in milliseconds. */
  readonly capMs: number;
  /** Lower bound, also for stated times. */
  readonly minMs?: number | undefined;
}

/** What the engine does about one class of failure. */
export interface FailureRule {
  /** The code of the error when the call fails with this class. */
  readonly code: ErrorCode;
  /** What the failure belongs to, unless the adapter says otherwise. */
  readonly scope: FailureScope;
  /** Whether the same target may be asked again. */
  readonly repeat: Repeat;
  /** Whether siblings in the same tier may be tried; they are skipped anyway when they share the scope. */
  readonly sibling: boolean;
  /** Whether the chain moves on to the next tier. */
  readonly advance: Advance;
  /** What the failure says about the model at its endpoint. */
  readonly health: HealthVerdict;
  /** How long the scope is left alone by later calls. Default: not at all. */
  readonly cooldown?: CooldownRule | undefined;
  /** The operator has to act: credentials, billing, configuration. Raises `credential-problem` on every call. */
  readonly loud?: true | undefined;
  /** Blocks until a person acts; one real request a minute is let through so that the fix is noticed. */
  readonly hardBlock?: true | undefined;
  /** The attempt did end with an answer: `stop` from the policy function delivers it. */
  readonly answer?: true | undefined;
}

/** Every class of failure. Adapters name it once; engine, policy, trace and docs use the same word. */
export type FailureClass =
  | "network.dns"
  | "network.refused"
  | "network.connect-timeout"
  | "network.tls"
  | "network.reset"
  | "network.protocol"
  | "network.proxy"
  | "timeout.first-content"
  | "gateway.html"
  | "gateway.not-a-stream"
  | "redirect"
  | "request.invalid"
  | "request.rejected"
  | "unknown"
  | "request.unsupported"
  | "request.context-length"
  | "request.too-large"
  | "auth.invalid"
  | "auth.forbidden"
  | "billing.exhausted"
  | "model.not-found"
  | "model.deprecated"
  | "endpoint.not-found"
  | "timeout.upstream"
  | "conflict"
  | "rate.requests"
  | "rate.tokens"
  | "rate.daily"
  | "rate.concurrency"
  | "rate.unknown"
  | "server.error"
  | "server.gateway"
  | "server.overloaded"
  | "policy.input-blocked"
  | "stream.reset"
  | "stream.truncated"
  | "stream.malformed"
  | "stream.oversized"
  | "timeout.liveness"
  | "timeout.progress"
  | "output.empty"
  | "policy.refusal"
  | "output.tool-json-cut"
  | "output.tool-json-invalid"
  | "output.schema-invalid"
  | "output.malformed"
  | "output.no-seam"
  | "caller.aborted"
  | "caller.deadline"
  | "caller.returned"
  | "caller.stopped-reading"
  | "adapter.threw"
  | "adapter.contract"
  | "local.resource"
  | "engine.no-target"
  | "engine.budget";
