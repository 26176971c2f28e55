const PLACE = /^([\w-]{22})\.(\d{1,9})$/;

/** How far a client has come in an answer. */
export interface AnswerPlace {
  readonly id: string;
  /** How many messages it has. */
  readonly count: number;
}

/** 128 random bits: who knows it may read the answer. */
export function newAnswerId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Reads the id of an event; undefined for what is none of ours. */
export function readPlace(eventId: unknown): AnswerPlace | undefined {
  const [, id, count] = (typeof eventId === "string" && PLACE.exec(eventId)) || [];
  return id === undefined ? undefined : { id, count: Number(count) };
}
