import type { Fault } from "../faults/fault.ts";
import type { ScriptedAnswer } from "./answer.ts";
import type { SetTimer } from "./set-timer.ts";
import type { Reply } from "./wire.ts";

export interface SimulatorOptions {
  /** The one good key. Default: every key that does not start with `bad-key`. */
  readonly apiKey?: string | undefined;
  /** The models that exist. Default: every id that does not start with `no-such-`. */
  readonly models?: readonly string[] | undefined;
  /** Time before every answer. Default: none. */
  readonly latencyMs?: number | undefined;
  /**
   * Who owns the opaque data (signatures, encrypted reasoning) made here. Servers of one organization take each
   * other's. Default: an organization of its own.
   */
  readonly organization?: string | undefined;
  /** Timer of all pauses; a test may hand in a virtual one. Default: `setTimeout`. */
  readonly setTimer?: SetTimer | undefined;
  /** The TCP port, for clients that have to know it before. One in use rejects the start. Default 0: any free one. */
  readonly port?: number | undefined;
}

/** What is answered: always the same, or made for the request. */
export type ScriptedAnswerSource = ScriptedAnswer | ((request: RequestRecord) => ScriptedAnswer);

/** How one request is met. Without an answer it is the default one, without a fault all goes well. */
export interface Step {
  /** Default: what `answer()` set. */
  readonly answer?: ScriptedAnswerSource | undefined;
  /** Default: none. */
  readonly fault?: Fault | undefined;
}

/** One request and what became of it. The fields change until `closed` resolves. */
export interface RequestRecord {
  /** Position among all requests of this server. */
  readonly index: number;
  /** The HTTP method, in upper case. */
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined when it was none. */
  readonly body: unknown;
  /** The body as it came. */
  readonly text: string;
  /** Which TCP connection carried it, counted from 0. */
  readonly connection: number;
  /** Whether the answer was asked for as a stream. */
  readonly streamed: boolean;
  /** The model asked for; empty when the request was refused. */
  readonly model: string;
  /** Why the simulator refused it, as the vendor would. */
  readonly refusal: Reply | undefined;
  /** The fault that was played; undefined when there was none. */
  readonly fault: Fault | undefined;
  /** Status that was sent; undefined while none was. */
  readonly status: number | undefined;
  /** What was answered so far, as text: the first 4,096 characters of the body. */
  readonly answered: string;
  /** True when the client went away before the answer was whole. */
  readonly closedByClient: boolean;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Monotonic milliseconds; undefined until the answer is over. */
  readonly finishedAt: number | undefined;
  /** Resolves when the answer is sent whole or the connection is gone; never rejects. */
  readonly closed: Promise<void>;
}

/**
 * How a connection dies while nothing is asked on it: `closed` in an orderly way, now; or when the next request comes,
 * with a `reset` or a `fin`. That request reaches no server and is in no record.
 */
export type IdleEnd = "closed" | "reset" | "fin";

/** A running simulator. */
export interface Vendor extends AsyncDisposable {
  /** The base URL that an adapter takes. */
  readonly url: string;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly RequestRecord[];
  /** Sockets open now, and accepted since the start. */
  readonly connections: {
    /** Sockets that are open now. */
    readonly open: number;
    /** Sockets accepted since the start. */
    readonly accepted: number;
  };
  /**
   * What every further request gets, unless a step of the script says otherwise. Throws for what is not an answer; what a
   * function throws or returns wrongly is answered with status 599 and thrown by `expectDone`.
   */
  answer(answer: ScriptedAnswerSource): void;
  /**
   * Replaces the script: one step for each further request, in order of arrival; after the last one the default
   * answer again. A request that the vendor refuses uses its step up and is refused all the same. Throws for a script that
   * cannot be played as written, and names the step, what is wrong with it and what was probably meant.
   */
  script(steps: readonly Step[]): void;
  /** The steps of the script that no request has used, in order. */
  readonly unused: readonly Step[];
  /**
   * What could not be answered as it was written, and why, in sentences: an answer's function or the wire threw, or the wire
   * does not write what a fault has to say. The client got a status 599 for it.
   */
  readonly unplayable: readonly string[];
  /** Throws when steps of the script are unused, or something was `unplayable`: then the rehearsal did not take place. */
  expectDone(): void;
  /** Resolves with the record of the request of this index, once it has come in whole. */
  arrived(index: number): Promise<RequestRecord>;
  /** Resolves when no answer is in flight and connections that ended with theirs are closed. */
  idle(): Promise<void>;
  /** Every connection that waits for its next request is dead from now on. Others are not touched. */
  dropIdle(how: IdleEnd): void;
  /** Ends the server and every connection. */
  close(): Promise<void>;
}
