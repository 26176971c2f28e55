import type { Driver } from "../../drivers/driver.ts";
import { driverOf } from "./ai-sdk-models.ts";

export const driver: Driver = driverOf((open) => open());
