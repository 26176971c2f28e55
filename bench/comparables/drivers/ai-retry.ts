import { createRetryableModel, error } from "ai-retry/language-model";
import type { Driver } from "../../drivers/driver.ts";
import { driverOf } from "./ai-sdk-models.ts";

export const driver: Driver = driverOf((open) =>
  createRetryableModel({
    model: open(),
    retries: [error.isRetryable(true).switch({ model: open() }), error.isRetryable(true).switch({ model: open() })],
  }),
);
