/** The parent's side of a child process that answers commands one at a time. */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Conversation, Reply } from "./conversation.ts";

export interface Child<C extends Conversation> {
  ask(command: C["command"]): Promise<C["result"]>;
  stop(): void;
}

export interface ChildOptions {
  readonly arguments?: readonly string[];
  readonly nodeOptions?: readonly string[];
  /** Imports built packages, as an application does, and not their sources. Default false. */
  readonly isBuilt?: boolean;
}

export function startChild<C extends Conversation>(module: URL, options: ChildOptions = {}): Child<C> {
  const child = fork(module, [...(options.arguments ?? [])], {
    execArgv: [...(options.isBuilt === true ? [] : process.execArgv), ...(options.nodeOptions ?? [])],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const gone = once(child, "exit").then((): Reply<C["result"]> => ({
    ok: false,
    message: "The child process ended early",
  }));
  const nextReply = async (): Promise<Reply<C["result"]>> => {
    const [message] = await once(child, "message");
    return message;
  };
  return {
    ask: async (command) => {
      const replied = nextReply();
      child.send(command);
      const reply = await Promise.race([replied, gone]);
      if (!reply.ok) throw new Error(reply.message);
      return reply.value;
    },
    stop: () => {
      child.kill();
    },
  };
}
