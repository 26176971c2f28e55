import { checkFactory } from "../../checks/subject.ts";
import type { TestRunner } from "../adapter-under-test.ts";
import { witnessed, type Witness } from "../witness.ts";
import type { FactoryUnderTest } from "./factory-under-test.ts";
import { testKeys } from "./keys.ts";
import { testOptions } from "./options.ts";
import { testProcess } from "./process.ts";

/**
 * Holds a factory to what all factories share: where keys come from and go, that problems are reported together and nothing is
 * thrown, which URLs are taken, and that nothing is loaded or opened before it is needed.
 */
export function testFactory(runner: TestRunner, factory: FactoryUnderTest): void {
  checkFactory(runner, factory);
  let group = "";
  let witness: Witness | undefined;
  const watching: TestRunner = {
    describe: (name, define) =>
      runner.describe(name, () => {
        group = name;
        define();
      }),
    test: (name, run) => {
      const rule = `${group} ${name}`;
      return runner.test(name, () =>
        witnessed(rule, (own) => {
          witness = own;
          return run();
        }),
      );
    },
  };
  const watched: FactoryUnderTest = {
    ...factory,
    startVendor: async (options) => {
      const vendor = await factory.startVendor(options);
      witness?.watch(vendor);
      return vendor;
    },
  };
  testOptions(watching, watched);
  testKeys(watching, watched);
  testProcess(watching, watched);
}
