import type { ScriptedAnswer } from "./answer.ts";
import type { Ids } from "./ids.ts";
import { isObject, type WireObject } from "./json.ts";

/** A request as it arrived. */
export interface ArrivedRequest {
  /** The HTTP method, in upper case. */
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** The parsed query of the URL. */
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it came. */
  readonly text: string;
}

/** A request that the vendor takes. */
export interface Call {
  /** The request as it arrived. */
  readonly request: ArrivedRequest;
  /** The parsed body. */
  readonly body: WireObject;
  /** The model asked for. */
  readonly model: string;
  /** Whether the answer is asked for as a stream. */
  readonly streamed: boolean;
  /** Makes the ids of this answer. */
  readonly ids: Ids;
  /** Who owns opaque data made here. */
  readonly organization: string;
}

/** A whole HTTP answer that is not a stream. */
export interface Reply {
  /** The HTTP status. */
  readonly status: number;
  /** More headers beside the wire's own. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** An object is sent as JSON. */
  readonly body: WireObject | readonly WireObject[] | string;
}

/** What the server knows about its caller: which keys and models are good. */
export interface AdmissionRules {
  /** Whether the vendor knows this key. */
  isGoodKey(key: string): boolean;
  /** Whether a model of this id exists. */
  isKnownModel(model: string): boolean;
  /** Makes the ids of what is answered. */
  readonly ids: Ids;
  /** Who owns opaque data made here. */
  readonly organization: string;
}

/** Whether the vendor takes a request. */
export type Admission =
  /** The vendor takes the request. */
  | {
      readonly type: "call";
      /** The request as it was understood. */
      readonly call: Call;
    }
  /** The vendor refuses it. */
  | {
      readonly type: "refusal";
      /** The refusal, as the vendor writes it. */
      readonly reply: Reply;
    };

/**
 * One event of a stream.
 * - `preamble`: roles, ids, start events: nothing a reader would see
 * - `delta`: a piece of content
 * - `structure`: opens or closes a block between deltas
 * - `evidence`: the vendor's first sign that the answer is complete (and what follows before the terminal)
 * - `terminal`: the event that ends the stream
 * - `last`: `evidence` and `terminal` in one: the event that says that the answer is complete, and that nothing follows
 */
export interface Frame {
  /** What the event is to a fault that strikes at a place. */
  readonly kind: "preamble" | "delta" | "structure" | "evidence" | "terminal" | "last";
  /** Name of the event, on wires that name them. */
  readonly event?: string | undefined;
  /** A string is sent as it is. */
  readonly data: WireObject | string;
}

/** Ways of framing an answer that some servers have. A wire that has no such way frames the answer as usual. */
export interface Manner {
  /** The deltas that carry the finish reason, and whether the last frame carries it too. Default: only the last frame. */
  readonly finishIn?: "every" | "first" | "first-and-last" | undefined;
  /** The usage has its own frame behind the finish reason. */
  readonly usageAlone?: boolean | undefined;
  /** The last frame with usage counts no input, after one with the true number. */
  readonly usageShrinks?: boolean | undefined;
}

/** Failures that every vendor has under its own name. */
export type VendorErrorName =
  | "bad-request"
  | "bad-key"
  | "out-of-quota"
  | "forbidden"
  | "model-not-found"
  | "too-large"
  | "context-length"
  | "rate-limited"
  | "daily-limit"
  | "concurrency-limit"
  | "spend-limit"
  | "server-error"
  | "overloaded"
  | "timeout";

/**
 * How a failure is written into a stream that has begun. `native` is the documented way; the others are ways that
 * one vendor is known to use besides: `nested` and `failed` by OpenAI Responses, `bare` (JSON without framing) by
 * Gemini. A wire that does not know a form uses its native one.
 */
export type InBandForm = "native" | "nested" | "failed" | "bare";

/** What is native to one wire. All else (sockets, timing, faults) is shared. */
export interface Wire {
  /** The vendor's name, for messages. */
  readonly name: string;
  /** What a client puts between the server's address and the paths of the wire. */
  readonly basePath: string;
  /** What the server sends while there is nothing to say: inside a stream, and before a whole answer. */
  readonly keepAlive: {
    /** Sent between two events. */
    readonly stream: string | Uint8Array;
    /** Sent before an answer in one piece. */
    readonly whole: string;
  };
  /** An event that no client of today can know. */
  readonly unknownEvent: Frame;
  /** Reads a request as the vendor would: takes it, or refuses it in the vendor's words. */
  admit(request: ArrivedRequest, rules: AdmissionRules): Admission;
  /** The answer as the events of one stream, in order. */
  frames(answer: ScriptedAnswer, call: Call, manner?: Manner): readonly Frame[];
  /** The frame as it goes over the wire; `position` counts from the start of the stream. */
  encode(frame: Frame, position: number, call: Call): string;
  /**
   * Puts what `encode` made into a binary frame, for wires that have such. Faults inside an event then change what is in
   * the frame, and the frame stays right. Left out: the text goes out as it is.
   */
  seal?(payload: Uint8Array, frame: Frame): Uint8Array;
  /** The answer in one piece. */
  whole(answer: ScriptedAnswer, call: Call): WireObject;
  /** The vendor's answer to a named failure. */
  error(name: VendorErrorName, detail: ErrorDetail): Reply;
  /** The vendor's usual answer with this status. */
  statusError(status: number, ids: Ids): Reply;
  /** A failure as events of a stream that has begun; `position` is that of the first one. */
  inBand(reply: Reply, form: InBandForm, call: Call, position: number): readonly Frame[];
  /** The vendor's own headers; `call` is there when a request was taken. */
  headers(kind: "stream" | "whole" | "error", ids: Ids, call?: Call): Readonly<Record<string, string>>;
}

/** What goes into a vendor's error. */
export interface ErrorDetail {
  /** Makes the ids in the error. */
  readonly ids: Ids;
  /** The model asked for; empty when the request did not say. */
  readonly model: string;
  /** When the vendor says to come back, if it says so. */
  readonly retryAfterMs?: number | undefined;
  /**
   * What the error has to say, in place of the vendor's usual sentence. A wire whose errors are `{ error: { message } }`
   * or `{ message }` may leave it: then it is written there.
   */
  readonly message?: string | undefined;
}

export function refused(reply: Reply): Admission {
  return { type: "refusal", reply };
}

/** The body of a reply that is one JSON object. */
export function jsonOf(reply: Reply): WireObject {
  const body: unknown = reply.body;
  return isObject(body) ? body : {};
}

/** The body as an object, or nothing when it is no JSON object. */
export function parseBody(text: string): WireObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // Not JSON: the wire refuses it in its own words.
    return undefined;
  }
}

/** The key of an `Authorization: Bearer` header. */
export function bearerOf(request: ArrivedRequest): string | undefined {
  return /^Bearer +(\S+)\s*$/i.exec(request.headers["authorization"] ?? "")?.[1];
}
