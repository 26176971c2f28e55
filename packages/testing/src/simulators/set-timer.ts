/** Runs the callback after a time; returns what calls it off. */
export type SetTimer = (callback: () => void, ms: number) => () => void;
