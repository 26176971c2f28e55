import type { StreamPart, Target, TargetRequest } from "@understudy/core/adapter";
import { plainTarget } from "../plain-target.ts";
import type { Random } from "../random.ts";
import { FATES, type Fate } from "./fates.ts";
import type { Ledger } from "./ledger.ts";
import { Stage } from "./stage.ts";

/** A target whose every call has a fate by chance. */
export function fatefulTarget(model: string, random: Random, ledger: Ledger): Target {
  return plainTarget("soak", model, (request, context) => {
    const fate = random.draw(FATES);
    const record = ledger.ask(callOf(request), fate.name, fate.isFault);
    return counted(fate, new Stage(request, context, random, record), ledger);
  });
}

/** The number of the call is in its prompt. */
function callOf({ messages }: TargetRequest): number {
  const [part] = messages[0]?.content ?? [];
  return part?.type === "text" ? Number(part.text.split(" ")[1]) : NaN;
}

/** The same reads, open until they end, fail or are left. */
function counted({ play, canBeLeft }: Fate, stage: Stage, ledger: Ledger): AsyncIterable<readonly StreamPart[]> {
  const reads = play(stage);
  return canBeLeft ? countedReads(reads, ledger) : reads;
}

async function* countedReads(
  reads: AsyncIterable<readonly StreamPart[]>,
  ledger: Ledger,
): AsyncGenerator<readonly StreamPart[], void> {
  ledger.open++;
  try {
    yield* reads;
  } finally {
    ledger.open--;
  }
}
