import type { FailureRow } from "./failure-table.ts";

/** Of gateways in front of many models: none of them can do what is asked. Nothing is wrong with the gateway. */
export const NO_ROUTE: readonly FailureRow[] = [
  {
    status: 404,
    text: /^No endpoints found that support tool use\b/,
    class: "request.unsupported",
    capability: "tools",
  },
  { status: 404, text: /^No endpoints found that support\b/, class: "request.unsupported" },
  {
    status: 404,
    text: /^No (?:endpoints found for\b|allowed providers are available\b)/,
    class: "model.not-found",
  },
];
