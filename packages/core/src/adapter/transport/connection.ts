import type { Clock } from "../../model/clock.ts";
import type { JsonObject } from "../../model/json.ts";
import type { AttemptContext } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";

/** What a native request is made for. */
export interface RequestContext {
  /** The answer is asked for as a stream, not in one piece. */
  readonly stream: boolean;
  /** Milliseconds since 1970 by the attempt's clock. */
  readonly wallNow?: number | undefined;
  /** Reports something of the request that the native one cannot say. */
  readonly loss: (loss: Loss) => void;
}

/** A request in the words of its vendor. */
export interface NativeRequest {
  /** Behind the base URL, with its slash. */
  readonly path: string;
  /** Of this request only; they take the place of the target's own of the same name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON, unchanged. */
  readonly body: JsonObject;
}

/** Carries a native request to the vendor and brings the answer back as it came. */
export interface Connection {
  /**
   * Resolves with the response, whatever its status; one that goes through an SDK rejects with the SDK's error for a
   * status that is not 2xx. Rejects when there is no response, and when the signal aborts.
   */
  send(request: NativeRequest, context: AttemptContext): Promise<Response>;
  /** Loads and builds what the first request needs. Opens no connection and asks for no credential; may reject. */
  prepare?(clock: Clock): Promise<void>;
  /** What it sent as credentials and the options do not show. Never kept. */
  readonly secrets?: readonly string[];
}
