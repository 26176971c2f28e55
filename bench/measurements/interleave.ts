/** Runs every driver in its own process, round by round in turn, so that a slow minute of the machine meets all of them. */
import type { RoundResult, StreamConversation } from "../clients/stream.ts";
import { startChild, type Child } from "../process/parent.ts";

export type StreamCommand = StreamConversation["command"];

const client = new URL("../clients/stream.ts", import.meta.url);

export class Drivers {
  readonly #children: Map<string, Child<StreamConversation>>;

  constructor(names: readonly string[]) {
    this.#children = new Map(names.map((name) => [name, startChild(client, { arguments: [name] })]));
  }

  /** One round; drivers that do not speak the wire are stopped and take no further part. */
  async round(command: (driver: string) => StreamCommand): Promise<ReadonlyMap<string, RoundResult>> {
    const results = new Map<string, RoundResult>();
    for (const [name, child] of this.#children) {
      const result = await child.ask(command(name)).catch((error: unknown) => {
        throw new Error(`Driver ${name} failed at ${command(name).baseURL}`, { cause: error });
      });
      if (result === undefined) {
        child.stop();
        this.#children.delete(name);
      } else {
        results.set(name, result);
      }
    }
    return results;
  }

  async rounds(count: number, command: (driver: string) => StreamCommand): Promise<Map<string, RoundResult[]>> {
    const all = new Map<string, RoundResult[]>();
    for (let round = 0; round < count; round += 1) {
      for (const [name, result] of await this.round(command)) all.set(name, [...(all.get(name) ?? []), result]);
    }
    return all;
  }

  stop(): void {
    for (const child of this.#children.values()) child.stop();
  }
}
