/** A mistake in an adapter, and the case of the kit that has to notice it. */
export interface PlantedBug {
  readonly name: string;
  /** Of the source, exactly once, and what stands there instead. */
  readonly from: string;
  readonly to: string;
  /** The same once more, where one place does not make the bug. */
  readonly and?: readonly [from: string, to: string] | undefined;
  /** Titles of the kit, without the adapter's name: group and test. At least one, and each of them has to fail. */
  readonly foundBy: readonly [string, ...string[]];
}

/** The title of a test about what is sent. */
export const carries = (what: string): string => `a request for a stream > carries ${what}`;
export const says = (what: string): string => `a request for a stream > says ${what}`;
export const request = (what: string): string => `a request for a stream > ${what}`;
export const streamed = (what: string): string => `an answer that is streamed > of ${what}`;
export const whole = (what: string): string => `an answer in one piece > of ${what}`;
export const faulty = (what: string): string => `stream and > ${what}`;
export const target = (what: string): string => `a target > ${what}`;
