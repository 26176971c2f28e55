export { main } from "./main.ts";
export type { Surroundings } from "./output.ts";
export { reportOf as drillReport, type ReportSetup } from "./drill/report.ts";
