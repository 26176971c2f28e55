/** Whether tests that have a short form play the long one (`pnpm long`, also in CI): the check has to be over soon. */
export const isLong: boolean = process.env["UNDERSTUDY_LONG"] === "1";
