import { createChain, isUnderstudyError, type Trace, type Chain, type Target } from "@understudy/core";
import type { Vendor } from "@understudy/testing";
import type { Act } from "./acts.ts";
import { CAST, type VendorName } from "./cast.ts";

const QUESTION = "Why is the sky blue?";
/** Short, so that the silent act does not keep its audience waiting. */
const TIMEOUT_MS = 1_200;
const DELTA_DELAY_MS = 30;

const LINES = [
  "Sunlight ",
  "holds all colours. ",
  "Air scatters blue light ",
  "far more than red, ",
  "so blue reaches you ",
  "from every part of the sky, ",
  "and the sun itself ",
  "looks a little yellower.",
];

/** A simulator in the chain, by its position. */
export interface Player {
  readonly name: VendorName;
  readonly vendor: Vendor;
}

export interface Performance {
  readonly trace: Trace | undefined;
  /** The tier that answered; undefined when the call failed. */
  readonly tier: string | undefined;
  readonly errorCode: string | undefined;
  readonly hadSeam: boolean;
}

/** Starts the simulators. One call each loads the vendors' SDKs, so that the first act is not about that. */
export async function openStage(names: readonly VendorName[]): Promise<readonly Player[]> {
  return Promise.all(
    names.map(async (name) => {
      const vendor = await CAST[name].start();
      await createChain([targetOf({ name, vendor })]).generate(QUESTION);
      return { name, vendor };
    }),
  );
}

function targetOf({ name, vendor }: Player): Target {
  return CAST[name].target({ apiKey: "simulated-key", baseURL: vendor.url });
}

export async function closeStage(players: readonly Player[]): Promise<void> {
  await Promise.all(players.map(({ vendor }) => vendor.close()));
}

/** Plays one act on a chain of its own, so that no act remembers the one before. */
export async function play(act: Act, players: readonly Player[], onText: (text: string) => void): Promise<Performance> {
  for (const [position, { vendor }] of players.entries()) {
    const fault = act.faults[position];
    vendor.answer({ text: LINES, deltaDelayMs: DELTA_DELAY_MS });
    // The same fault again for every repeat: an outage does not end with the first request.
    vendor.script(fault === undefined ? [] : Array.from({ length: 5 }, () => ({ fault })));
  }
  return ask(chainOf(players), onText);
}

/** The players in their order; the last one is marked as the one to fall back to. */
export function chainOf(players: readonly Player[]): Chain {
  return createChain(
    players.map((player, position) => ({
      target: targetOf(player),
      timeoutMs: TIMEOUT_MS,
      // Some of these models reason before they answer and do not show it.
      silentReasoningMs: TIMEOUT_MS,
      degraded: position > 0 && position === players.length - 1,
    })),
  );
}

/** Streams the question through a chain and says what became of it. */
export async function ask(chain: Chain, onText: (text: string) => void): Promise<Performance> {
  let hadSeam = false;
  try {
    const stream = await chain.stream(QUESTION);
    for await (const event of stream) {
      if (event.type === "text-delta") onText(event.delta);
      if (event.type !== "failover") continue;
      hadSeam = true;
      if (event.marker !== null) onText(event.marker);
    }
    const answer = await stream.result;
    return { trace: answer.trace, tier: answer.tier, errorCode: undefined, hadSeam };
  } catch (error) {
    if (!isUnderstudyError(error)) throw error;
    return { trace: error.trace, tier: undefined, errorCode: error.code, hadSeam };
  }
}

/** What went otherwise than the act says; nothing when all is right. */
export function review(
  act: Act,
  performance: Performance,
  players: readonly Player[],
  before: readonly number[],
): string[] {
  const findings: string[] = [];
  const expected = act.answeredBy === undefined ? undefined : players[act.answeredBy];
  const tier =
    expected === undefined
      ? undefined
      : `${expected.name === "chat" ? "openai" : expected.name}/${CAST[expected.name].model}`;
  if (performance.tier !== tier)
    findings.push(`answered by ${performance.tier ?? "nobody"}, expected ${tier ?? "nobody"}`);
  if (performance.hadSeam !== act.seam) findings.push(act.seam ? "the seam is missing" : "there is a seam");
  for (const [position, { name, vendor }] of players.entries()) {
    const requests = vendor.requests.length - (before[position] ?? 0);
    const made = performance.trace?.attempts ?? [];
    const attempts = made.filter((attempt) => attempt.endpoint === new URL(vendor.url).host).length;
    if (requests !== attempts) findings.push(`${name} saw ${requests} requests for ${attempts} attempts in the trace`);
  }
  return findings;
}
