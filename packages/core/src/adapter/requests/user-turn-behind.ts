import type { Loss } from "../../model/trace.ts";

/** The messages with a turn of the user behind the model's own, for models that do not continue one. It is reported. */
export function userTurnBehind<Turn>(messages: readonly Turn[], turn: Turn, loss: (loss: Loss) => void): Turn[] {
  const reason = "ended with the model's turn; a user turn was put behind it";
  loss({ what: "messages", action: "translated", reason });
  return [...messages, turn];
}
