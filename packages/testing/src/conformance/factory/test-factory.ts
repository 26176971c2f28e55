import type { TestRunner } from "../adapter-under-test.ts";
import type { FactoryUnderTest } from "./factory-under-test.ts";
import { testKeys } from "./keys.ts";
import { testOptions } from "./options.ts";
import { testProcess } from "./process.ts";

/**
 * Holds a factory to what all factories share: where keys come from and go, that problems are reported together and nothing is
 * thrown, which URLs are taken, and that nothing is loaded or opened before it is needed.
 */
export function testFactory(runner: TestRunner, factory: FactoryUnderTest): void {
  testOptions(runner, factory);
  testKeys(runner, factory);
  testProcess(runner, factory);
}
