/**
 * What is used of a dispatcher of undici, which Node's fetch is made of. See
 * https://github.com/nodejs/undici/blob/main/docs/docs/api/Dispatcher.md
 */
interface Dispatcher {
  dispatch(options: object, handler: object): boolean;
}

interface Agent extends Dispatcher {
  close(): Promise<unknown>;
}

/** Sends one request of Node's fetch; belongs into its `init`. */
export interface FreshDispatcher extends Dispatcher {
  /** Whether the request has its own connection. */
  readonly isNew: boolean;
}

/**
 * A dispatcher that opens a connection for one request and closes it afterwards. It does so by an agent of the same kind
 * and with the same settings as the one that would have sent the request (`given`, or the global one): a pool cannot be
 * asked for a new connection while it has idle ones. Undefined where that cannot be: in other runtimes, and for proxies,
 * mocks and agents with interceptors, whose settings cannot be known.
 */
export function freshDispatcher(given: unknown): FreshDispatcher | undefined {
  const usual = given === undefined ? globalDispatchers() : { old: given, current: given };
  if (!isPlainAgent(usual.old) && !isPlainAgent(usual.current)) return undefined;
  let isNew = false;
  return {
    get isNew() {
      return isNew;
    },
    dispatch: (options, handler) => {
      // Two copies of undici may be at work, each with its own global dispatcher; the handler shows which one asks.
      const sender = "onConnect" in handler ? usual.old : usual.current;
      const agent = isPlainAgent(sender) ? agentLike(sender) : undefined;
      if (agent === undefined) return asDispatcher(sender).dispatch(options, handler);
      isNew = true;
      try {
        return agent.dispatch(options, handler);
      } finally {
        // Waits for the request. What happens to a connection that is no longer needed changes nothing.
        agent.close().catch(() => undefined);
      }
    },
  };
}

/** A dispatcher that is set for all fetches and is no plain agent: a proxy, a mock, one with interceptors. */
export function specialDispatcher(): object | undefined {
  const { old, current } = globalDispatchers();
  return [current, old].filter((one) => typeof one === "object" && one !== null).find((one) => !isUsual(one));
}

/** Newer versions wrap theirs for the older ones, and it is looked at where it stands itself. */
function isUsual(dispatcher: object): boolean {
  return isPlainAgent(dispatcher) || dispatcher.constructor?.name === "Dispatcher1Wrapper";
}

/** Of undici up to 7 and from 8 on. */
function globalDispatchers(): { readonly old: unknown; readonly current: unknown } {
  const old: unknown = Reflect.get(globalThis, Symbol.for("undici.globalDispatcher.1"));
  return { old, current: Reflect.get(globalThis, Symbol.for("undici.globalDispatcher.2")) ?? old };
}

/** Interceptors show in an agent's `dispatch`, which is then not that of its class. */
function isPlainAgent(value: unknown): value is Agent {
  if (typeof value !== "object" || value === null || value.constructor?.name !== "Agent") return false;
  const dispatch: unknown = Reflect.get(value, "dispatch");
  const inherited: unknown = Reflect.get(Object.getPrototypeOf(value), "dispatch");
  return typeof dispatch === "function" && dispatch === inherited && kept(value, "options") !== undefined;
}

function agentLike(agent: Agent): Agent | undefined {
  const settings = { ...Object(kept(agent, "options")), factory: kept(agent, "factory") };
  try {
    return Reflect.construct(Object(agent.constructor), [settings]);
  } catch {
    // A version that keeps other things under these names: then the request is sent as usual.
    return undefined;
  }
}

/** What an agent was made with stands under symbols of its own. */
function kept(agent: object, name: string): unknown {
  const symbol = Object.getOwnPropertySymbols(agent).find(({ description }) => description === name);
  return symbol === undefined ? undefined : Reflect.get(agent, symbol);
}

function asDispatcher(value: unknown): Dispatcher {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is what the fetch would have used
  return value as Dispatcher;
}
