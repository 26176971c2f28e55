import { expect, test } from "vitest";
import { createChain } from "../index.ts";
import { readTargetOptions } from "../adapter/options/target-options.ts";
import { systemClock } from "../engine/system-clock.ts";
import { answer, scripted } from "../../test/scripted-target.ts";

const target = scripted(systemClock, [answer("Hello")]);

/** What a function throws, whatever it takes. */
function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  return "nothing was thrown";
}

test.each(["timeoutMs", "livenessMs", "progressMs", "workingMs", "degraded", "requestOverrides"])(
  "`%s` given to a target, a chain or a call is said to be the tier's",
  async (name) => {
    const given = { [name]: 1 };
    const hint = `\`${name}\`: it is an option of the tier, as in { target, … }`;

    expect(readTargetOptions("m", given).problems).toEqual([`unknown option ${hint}`]);
    expect(messageOf(() => createChain([target], given))).toContain(`unknown chain option ${hint}`);
    await expect(createChain([target]).generate("Hi", given)).rejects.toThrow(`unknown call option ${hint}`);
  },
);

test.each(["policy", "holdMs", "marker", "maxAttempts", "onEvent", "store"])(
  "`%s` given to a tier or a call is said to be the chain's",
  async (name) => {
    const given = { [name]: 1 };
    const hint = `\`${name}\`: it is an option of createChain`;

    expect(messageOf(() => createChain([{ target, ...given }]))).toContain(`tier 1 has an unknown option ${hint}`);
    await expect(createChain([target]).generate("Hi", given)).rejects.toThrow(`unknown call option ${hint}`);
  },
);

test.each(["signal", "deadlineMs", "startWithinMs", "tiers"])(
  "`%s` given to a chain or in a request is said to be the call's",
  async (name) => {
    const given = { [name]: 1 };
    const hint = `\`${name}\`: it is an option of the call`;
    const request = { messages: [{ role: "user", content: "Hi" } as const], ...given };

    expect(messageOf(() => createChain([target], given))).toContain(`unknown chain option ${hint}`);
    await expect(createChain([target]).generate(request)).rejects.toThrow(`unknown request option ${hint}`);
  },
);
