import type { Form } from "./form.ts";
import type { WireName } from "./wires/all.ts";

/** What is to be played. */
export interface Scene {
  readonly fault: string;
  readonly wire: WireName;
  readonly form: Form;
}

/** What the server saw of the target that fails. */
export interface Witness {
  /** On which something was said: some runtimes open one to have it when they give another one up. */
  readonly connections: number;
  readonly requests: number;
  /** Whether each of them asked for a stream, as the wire says it. */
  readonly streams: readonly boolean[];
  /**
   * How long after the loss the last of the connections was closed, in milliseconds; negative: before. Null when one of them
   * stayed open. A connection whose answer was sent whole is not counted.
   */
  readonly closedMs: number | null;
  /** How often the good target was asked. */
  readonly backups: number;
}

/** A target that fails, and a good one, each at an address of its own. */
export interface Place {
  readonly primary: string;
  readonly backup: string;
  /** Until the target that fails has got a request. */
  asked(): Promise<void>;
  /** The consumer has seen the text. */
  seen(): void;
  /** The call is over: waits until nothing is open any more, for a second at most, and ends the place. */
  leave(): Promise<Witness>;
}

/** Where scenes are played: in this process or in another one. */
export interface Stage {
  open(scene: Scene): Promise<Place>;
}
