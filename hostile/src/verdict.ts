import type { HostileCase } from "./case.ts";
import type { Finding } from "./finding.ts";
import { BACKUP_TEXT } from "./server.ts";

/** Of one answer, whatever is in it. */
const MOST_CPU_MS = 2_000;
/** Of the whole process, of which 256 MiB are the heap. */
const MOST_MIB = 600;

/** What is wrong with how one answer was read. */
export function faultsOf({ expected }: HostileCase, found: Finding, requests: number): readonly string[] {
  const faults: string[] = [];
  const check = (isRight: boolean, fault: string): void => {
    if (!isRight) faults.push(fault);
  };
  check(found.thrown === undefined, `threw ${found.thrown}`);
  if ("class" in expected) {
    check(found.class === expected.class, `is ${found.class ?? "an answer"} and not ${expected.class}`);
    check(found.text === BACKUP_TEXT, "is not answered by the next tier");
  } else {
    const { text, invalidToolCalls = 0 } = expected;
    check(found.text === text, `says ${JSON.stringify(found.text.slice(0, 40))}`);
    check(found.invalidToolCalls === invalidToolCalls, `has ${found.invalidToolCalls} invalid calls`);
    check(invalidToolCalls > 0 || found.class === undefined, `is ${found.class}`);
  }
  check(requests === 1, `was asked for ${requests} times`);
  check(!found.isPolluted, "reached the prototype of every object");
  check(found.cpuMs <= MOST_CPU_MS, `took ${found.cpuMs} ms of CPU`);
  check(found.peakMiB <= MOST_MIB, `took ${found.peakMiB} MiB`);
  return faults;
}
