import type { AdapterUnderTest, TestRunner } from "./adapter-under-test.ts";
import { ANSWER_CASE_IDS } from "./answer-cases.ts";
import type { CaseId, DeadCaseId, SingleCaseId } from "./cases/case-id.ts";
import { FAULT_CASES } from "./cases/fault-cases.ts";
import { REQUEST_CASE_IDS } from "./requests/case-ids.ts";
import type { Form } from "./run-case.ts";

export const DEAD_ENDS = ["closed", "fin", "reset"] as const;
export const DEAD_COUNTS = [1, 4, 12] as const;
const SINGLE: Readonly<Record<SingleCaseId, true>> = {
  "refused-connection": true,
  redirect: true,
  "stated-wait": true,
  "wrong-options": true,
};

/** Cases that an adapter cannot pass, and why. */
export interface Exemption {
  /** The cases by their ids. */
  readonly cases: readonly CaseId[];
  /** Stands in the titles of their tests. */
  readonly reason: string;
  /**
   * Where only one of the two forms cannot pass. For cases of requests and answers, `generate` is the one whose answers are
   * asked for in one piece. Default: both.
   */
  readonly form?: Form | undefined;
  /** Running them would stop the process, or hold it up for seconds. They are listed and not run. Default: they run. */
  readonly harmful?: true | undefined;
}

const FORMS: readonly Form[] = ["stream", "generate"];

/** Throws for exemptions that name no case, and for two that name the same: they would exempt from nothing, unseen. */
export function checkExemptions({ name, exemptions = [] }: AdapterUnderTest): void {
  const dead = DEAD_ENDS.flatMap((how) => DEAD_COUNTS.map((count): DeadCaseId => `dead.${how}.${count}`));
  const faults = FAULT_CASES.map(({ id }) => id);
  const known = new Set<string>([...faults, ...Object.keys(SINGLE), ...dead, ...ANSWER_CASE_IDS, ...REQUEST_CASE_IDS]);
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const { cases, form } of exemptions) {
    for (const id of cases) {
      if (!known.has(id)) problems.push(`"${id}" is not the id of a case`);
      for (const one of form === undefined ? FORMS : [form]) {
        if (seen.has(`${id} ${one}`)) problems.push(`"${id}" is exempted twice (${one})`);
        seen.add(`${id} ${one}`);
      }
    }
  }
  if (problems.length > 0) throw new Error(`${name}: wrong exemptions: ${problems.join("; ")}.`);
}

/** What exempts the adapter from a case; undefined when nothing does. */
function exemptionFrom({ exemptions }: AdapterUnderTest, id: CaseId, form: Form): Exemption | undefined {
  return exemptions?.find((one) => one.cases.includes(id) && (one.form ?? form) === form);
}

/** A case in one form, as an exemption names it. */
export interface Exemptible {
  readonly id: CaseId;
  readonly form: Form;
  readonly exemption: Exemption | undefined;
}

export function exemptible(adapter: AdapterUnderTest, id: CaseId, form: Form): Exemptible {
  return { id, form, exemption: exemptionFrom(adapter, id, form) };
}

/** The test of a case or, where the adapter is exempted from it, the test that it still fails. */
export function testCase(
  test: TestRunner["test"],
  title: string,
  { id, form, exemption }: Exemptible,
  run: () => Promise<void>,
): void {
  if (exemption === undefined) {
    test(title, () => named(run, id, form));
    return;
  }
  const { reason, harmful } = exemption;
  if (harmful === true) test(`not run: ${title} (exempted: ${reason})`, async () => undefined);
  else test(`still fails: ${title} (exempted: ${reason})`, () => failing(run, reason));
}

/** What fails says how an exemption would name it. */
async function named(run: () => Promise<void>, id: CaseId, form: Form): Promise<void> {
  try {
    await run();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`${words}\nits id for \`exemptions\`: "${id}" (${form})`, { cause: error });
  }
}

async function failing(run: () => Promise<void>, reason: string): Promise<void> {
  try {
    await run();
  } catch {
    return;
  }
  throw new Error(`The case passes. Drop its exemption, which says: ${reason}.`);
}
