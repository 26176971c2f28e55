/** What a request on the wire asked for. */
export interface Heard {
  readonly path: string;
  readonly body: string;
}

/** Why a vendor refuses, where its status alone does not say. */
export type Reason = "model" | "context" | "requests" | "tokens" | "quota" | "daily" | "overloaded" | "key";

/** A vendor's own words for a failure. */
export interface Refusal {
  readonly body: string;
  readonly headers?: readonly string[];
}

/** The bytes of one vendor's wire, written from its documentation. */
export interface Wire {
  readonly name: string;
  /** Of a stream, as the vendor sends it. */
  readonly contentType: string;
  isStreamAsked(heard: Heard): boolean;
  /** Everything before the first text. */
  readonly preamble: Buffer;
  text(text: string): Buffer;
  /** Everything behind the last text, the terminal event included. */
  readonly closing: Buffer;
  /** The terminal event once more. */
  readonly terminal: Buffer;
  /** Something that is sent so that the connection stays open. */
  readonly ping: Buffer;
  /** An event that cannot be read. */
  readonly broken: Buffer;
  /** The beginning of an event of 64 MiB; letters follow. */
  readonly endless: Buffer;
  /** The vendor is overloaded, said inside of a stream. */
  readonly failing: Buffer;
  /** The whole answer, as JSON. */
  whole(text: string): string;
  /** What comes with a status; undefined where the vendor has no words for the reason. */
  refuse(status: number, reason?: Reason): Refusal | undefined;
}

/** An event of server-sent events. */
export function event(data: object | string, name?: string): Buffer {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return Buffer.from(`${name === undefined ? "" : `event: ${name}\n`}data: ${text}\n\n`);
}

export function asksInBody({ body }: Heard): boolean {
  return /"stream"\s*:\s*true/.test(body);
}
