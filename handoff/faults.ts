import type { Loss, Message, Request } from "@understudy/core";
import type { RequestRecord } from "@understudy/testing";
import { heardBy, type Entry } from "./entries.ts";
import { expectedLosses, isRefused } from "./expected.ts";
import type { Place } from "./place.ts";
import { unpaired } from "./unpaired.ts";
import type { Row } from "./vendors.ts";

/** What is wrong with requests that a history led to, but for what belongs to a single vendor. */
export function faultsOfRequests(
  requests: readonly RequestRecord[],
  history: readonly Message[],
  { name }: Row,
): readonly string[] {
  return requests.flatMap(({ refusal, body, text }) => [
    ...(refusal === undefined ? [] : [`${name} refuses: ${JSON.stringify(refusal)}`]),
    ...unpaired(body).map((id) => `${name} gets a call without its result, or the like: ${id}`),
    ...heardBy(history)
      .filter((spellings) => !spellings.some((one) => text.includes(quoted(one).slice(1, -1))))
      .map(([word = ""]) => `${name} never hears of ${word.slice(0, 40)}`),
  ]);
}

/** What the vendor reports to be lost, against what its pages make necessary. */
export function faultsOfLosses(
  losses: readonly Loss[],
  entries: readonly Entry[],
  request: Request,
  row: Row,
): readonly string[] {
  if (isRefused(entries, row)) return [`${row.name} takes what its pages say that it does not`];
  const [found, expected] = [namesOf(losses), expectedLosses(entries, request, row)];
  return String(found.toSorted()) === String(expected.toSorted())
    ? []
    : [`${row.name} lost ${found.join("; ")}, not ${expected.join("; ")}`];
}

/** What the vendor does not get back in the request that it got last, of what it wrote. */
export function missing(place: Place, own: readonly string[]): readonly string[] {
  const body = lastBody(place);
  const lost = [...new Set(own)].filter((word) => !body.includes(quoted(word)));
  return lost.map((word) => `${place.row.name} does not get back its ${word.slice(0, 40)}`);
}

/** What stands in that request of what others wrote for themselves. */
export function strange(place: Place, others: readonly string[]): readonly string[] {
  const body = lastBody(place);
  const found = [...new Set(others)].filter((word) => body.includes(quoted(word)));
  return found.map((word) => `${place.row.name} gets another's ${word.slice(0, 40)}`);
}

export function namesOf(losses: readonly Loss[]): readonly string[] {
  return losses.map(({ what, action }) => `${what} ${action}`);
}

function lastBody({ vendor }: Place): string {
  return JSON.stringify(vendor.requests.at(-1)?.body ?? {});
}

/** As it stands in JSON. */
export function quoted(word: string): string {
  return JSON.stringify(word);
}
