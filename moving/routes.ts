/**
 * Sends requests to the vendors' real hosts to simulated vendors, those of the play that asks: what is played is written as
 * an application writes it, with neither addresses nor keys. Has to be imported before any vendor's SDK.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export interface Routes {
  /** Base URLs. */
  readonly claude: string;
  readonly gpt: string;
  /** How often each was asked; counted here, as a vendor that is down cannot. */
  readonly asked: [claude: number, gpt: number];
}

export const routes: AsyncLocalStorage<Routes> = new AsyncLocalStorage();

const fetchFrom = globalThis.fetch;

process.env["ANTHROPIC_API_KEY"] = "simulated-key";
process.env["OPENAI_API_KEY"] = "simulated-key";

globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const target = targetOf(url);
  return fetchFrom(input instanceof Request ? new Request(target, input) : target, init);
};

function targetOf({ host, pathname, search }: URL): string {
  const play = routes.getStore();
  if (play === undefined) throw new Error(`${host} was asked outside of a play.`);
  if (host === "api.anthropic.com") {
    play.asked[0]++;
    return `${new URL(play.claude).origin}${pathname}${search}`;
  }
  if (host !== "api.openai.com") throw new Error(`A play may not call ${host}.`);
  play.asked[1]++;
  return `${new URL(play.gpt).origin}${pathname}${search}`;
}
