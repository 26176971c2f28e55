import { asObject } from "../foreign.ts";

/**
 * Runs `make` as if an environment variable were not set. For SDKs that add what they find there to what they are given:
 * its values cannot be taken out again afterwards without taking out the SDK's own. Nothing else runs meanwhile.
 */
export function withoutVariable<Made>(name: string, make: () => Made): Made {
  const variables = asObject(asObject(Reflect.get(globalThis, "process"))["env"]);
  const value = variables[name];
  if (value === undefined) return make();
  Reflect.deleteProperty(variables, name);
  try {
    return make();
  } finally {
    Reflect.set(variables, name, value);
  }
}
