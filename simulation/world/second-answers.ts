import type { TargetRequest } from "@understudy/core/adapter";
import type { SeededRandom } from "./random.ts";

/** What every model would answer: no phrase of it comes twice. */
export const STORY: string =
  "The ferry left at six, with eleven passengers and a piano.\n\nNobody knew who had ordered the piano, and the captain did not ask. " +
  "By seven the mainland was a grey line; by eight it was gone. A boy counted gulls until he ran out of numbers.  His mother read a " +
  "letter twice, folded it, and gave it to the wind.\n\n- Two sisters argued about soup.\n- A man in a yellow coat slept through all of it.\n" +
  "- The cook (who was also the engineer) sang.\n\nAt noon fog came down, so thick that the bow could not be seen from the bridge. The captain " +
  "slowed, sounded the horn and listened; something answered, lower and much nearer than it should have been. Then the piano, " +
  "which had been tied to the rail with an old blue rope, began to play by itself: one note, a pause, another. \u{1F3B9} It went on until " +
  "the fog lifted. Nobody has ever explained it, and the piano, when it was delivered, turned out to have no strings at all.";

/** How a vendor takes the beginning of an answer. */
export type Manner = "goes-on" | "repeats" | "starts-over" | "rewrites" | "ignores";

export interface SecondAnswer {
  readonly manner: Manner;
  readonly by: "prefix" | "prefill" | "instruct";
  readonly text: string;
  /** It goes on with the answer so that anyone can see where. */
  readonly isCertain: boolean;
}

const BY_TURN: readonly Manner[] = ["goes-on", "goes-on", "goes-on", "starts-over"];
const BY_WORDS: readonly Manner[] = [
  "repeats",
  "repeats",
  "repeats",
  "repeats",
  "starts-over",
  "rewrites",
  "ignores",
  "goes-on",
];

/** What a vendor says to a request that holds the beginning of an answer; undefined where there is none. */
export function secondAnswer(
  { continuation: by, messages }: TargetRequest,
  random: SeededRandom,
): SecondAnswer | undefined {
  if (by === undefined) return undefined;
  const turn = messages.findLast(({ role }) => role === "assistant");
  const sent = (turn?.content ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");
  const manner = random.pick(by === "instruct" ? BY_WORDS : BY_TURN);
  const isCertain = by !== "instruct" || manner === "repeats" || manner === "starts-over";
  return { manner, by, isCertain, text: textIn(manner, sent.length, random) };
}

function textIn(manner: Manner, end: number, random: SeededRandom): string {
  switch (manner) {
    case "goes-on":
      return STORY.slice(end);
    case "repeats":
      return STORY.slice(STORY.lastIndexOf(" ", end - random.whole(40, 90)) + 1);
    case "starts-over":
      return STORY;
    case "rewrites":
      return `${STORY.slice(0, 90)} and so on, in other words.`;
    case "ignores":
      return "Ferries are ships that carry people across water, mostly at fixed times.";
    default:
      return manner satisfies never;
  }
}

/** A text as it arrives. */
export function piecesOf(text: string, random: SeededRandom): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const to = from + random.pick([7, 40, 90, 130]);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
