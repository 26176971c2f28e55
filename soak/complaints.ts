import { listed } from "./counts.ts";

/** What the runtime complains about while a part runs: rejections that nobody handles, and warnings such as those of leaks. */
export class Complaints implements Disposable {
  readonly #heard: string[] = [];

  constructor() {
    process.on("unhandledRejection", this.#onRejection);
    process.on("warning", this.#onWarning);
  }

  get all(): string {
    return listed(this.#heard);
  }

  [Symbol.dispose](): void {
    process.off("unhandledRejection", this.#onRejection);
    process.off("warning", this.#onWarning);
  }

  readonly #onRejection = (reason: unknown): void => {
    this.#heard.push(`unhandled rejection: ${String(reason)}`);
  };

  readonly #onWarning = ({ name, message }: Error): void => {
    if (name !== "ExperimentalWarning") this.#heard.push(`${name}: ${message}`);
  };
}
