import { checkAdapter } from "../checks/subject.ts";
import type { AdapterUnderTest, TestRunner } from "./adapter-under-test.ts";
import { testAnswers } from "./answers.ts";
import { testDeadConnections } from "./dead-connections.ts";
import { checkExemptions } from "./exemptions.ts";
import { testFaults } from "./faults.ts";
import { testLifecycle } from "./lifecycle.ts";
import { testRequests } from "./requests/test-requests.ts";

/**
 * Holds an adapter to its contract over real sockets: good answers, every fault streamed and whole, and what it leaves
 * behind. `testAdapter({ describe, test }, { name, startVendor, makeTarget })` in a test file is all there is to do.
 */
export function testAdapter(runner: TestRunner, adapter: AdapterUnderTest): void {
  checkAdapter(runner, adapter);
  checkExemptions(adapter);
  testRequests(runner, adapter);
  testAnswers(runner, adapter);
  testFaults(runner, adapter);
  testLifecycle(runner, adapter);
  testDeadConnections(runner, adapter);
}
