import type { TargetPlan } from "../world/plan.ts";

/** The engine waits this much longer, as vendors round. */
const MARGIN_MS = 500;
/** What was stated is forgotten this long after its limit is full again. */
const FORGOTTEN_MS = 60_000;
const TOLERANCE_MS = 20;

/** A request as the vendor's side saw it. */
export interface QuotaRequest {
  readonly target: TargetPlan;
  readonly at: number;
  readonly turn: number;
  endedAt: number;
}

interface Statement {
  readonly request: QuotaRequest;
  /** Place of the request among all. */
  readonly place: number;
  readonly heardAt: number;
  readonly left: number;
  readonly limit: number;
  readonly resetAt: number;
}

/** What each quota has left for a model, by what vendors stated and what was asked since. */
export class QuotaModel {
  readonly #requests: QuotaRequest[] = [];
  readonly #unsent = new Map<string, number>();
  readonly #statements = new Map<string, Statement[]>();

  /** An attempt that was announced and ended before it asked: the engine may count it. */
  unsent(target: TargetPlan): void {
    this.#unsent.set(keyOf(target), (this.#unsent.get(keyOf(target)) ?? 0) + 1);
  }

  asked(target: TargetPlan, at: number, turn: number): QuotaRequest {
    const request = { target, at, turn, endedAt: Infinity };
    this.#requests.push(request);
    return request;
  }

  /** `fullInMs`: from the moment at which the headers came. */
  stated(request: QuotaRequest, said: Pick<Statement, "left" | "limit" | "heardAt" | "resetAt">): void {
    const key = keyOf(request.target);
    const resetAt = said.resetAt + MARGIN_MS;
    const statement = { ...said, resetAt, request, place: this.#requests.indexOf(request) };
    this.#statements.set(key, [...(this.#statements.get(key) ?? []), statement]);
  }

  /** Whether nothing is left for certain: by the newest statement, and without what happened in this turn. */
  isUsedUp(target: TargetPlan, at: number, turn: number): boolean {
    const newest = this.#statementsOf(target)
      .toSorted((one, other) => one.place - other.place)
      .at(-1);
    if (newest === undefined || at > newest.resetAt - TOLERANCE_MS) return false;
    return newest.left - this.#since(newest, (request) => request.turn < turn) < 1;
  }

  /** Whether it may look used up: by the newest statement or one that was heard after it, with all of this turn. */
  mayBeUsedUp(target: TargetPlan, at: number, others: number): boolean {
    const coming = others + (this.#unsent.get(keyOf(target)) ?? 0);
    const all = this.#statementsOf(target);
    const newest = all.toSorted((one, other) => one.place - other.place).at(-1);
    if (newest === undefined) return false;
    return all.some((statement) => {
      if (statement !== newest && statement.heardAt < newest.heardAt) return false;
      if (at <= statement.resetAt + TOLERANCE_MS && statement.left - this.#since(statement) - coming < 1) return true;
      if (at < statement.resetAt - TOLERANCE_MS || at > statement.resetAt + FORGOTTEN_MS + TOLERANCE_MS) return false;
      const alive = this.#of(target).filter(({ endedAt }) => endedAt >= statement.resetAt - TOLERANCE_MS).length;
      return statement.limit - alive - coming < 1;
    });
  }

  #since({ request, place }: Statement, isCounted: (request: QuotaRequest) => boolean = () => true): number {
    return this.#requests.filter(
      (one, index) => index > place && keyOf(one.target) === keyOf(request.target) && isCounted(one),
    ).length;
  }

  #of(target: TargetPlan): readonly QuotaRequest[] {
    return this.#requests.filter((one) => keyOf(one.target) === keyOf(target));
  }

  #statementsOf(target: TargetPlan): readonly Statement[] {
    return this.#statements.get(keyOf(target)) ?? [];
  }
}

function keyOf({ quota, model }: TargetPlan): string {
  return `${quota} ${model}`;
}
