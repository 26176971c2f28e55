import { styleText } from "node:util";

/** Where a command reads and writes. */
export interface Surroundings {
  /** Results. */
  readonly stdout: NodeJS.WriteStream | NodeJS.WritableStream;
  /** Progress, warnings and errors. */
  readonly stderr: NodeJS.WriteStream | NodeJS.WritableStream;
  /** For `trace -`. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Keys in it are never printed. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths begin. */
  readonly cwd: string;
}

type Style = Parameters<typeof styleText>[0];

const SECRET = /key|token|secret|password|credential/i;
/** Shorter values are flags and names, which are found in ordinary words. */
const SHORTEST_SECRET = 8;
const WIDTH = 80;

/** Everything that is printed or written goes through here. */
export class Output {
  readonly #from: Surroundings;
  readonly #isPlain: boolean;
  #hasLine = false;

  constructor(from: Surroundings, isPlain: boolean) {
    this.#from = from;
    this.#isPlain = isPlain;
  }

  /** Columns of the terminal, 80 without one. */
  get width(): number {
    const { stdout } = this.#from;
    return "columns" in stdout && stdout.columns > 0 ? stdout.columns : WIDTH;
  }

  print(text: string): void {
    this.progress(undefined);
    this.#from.stdout.write(`${this.hide(text)}\n`);
  }

  warn(text: string): void {
    this.progress(undefined);
    this.#from.stderr.write(`${this.hide(text)}\n`);
  }

  /** A question, whose answer is typed behind it. */
  ask(text: string): void {
    this.#from.stderr.write(this.hide(text));
  }

  /** One line that the next one replaces, on terminals only; undefined takes it away. */
  progress(text: string | undefined): void {
    const { stderr } = this.#from;
    if (!("isTTY" in stderr) || !stderr.isTTY || (text === undefined && !this.#hasLine)) return;
    this.#hasLine = text !== undefined;
    // A line that wraps would leave its begin behind.
    const room = stderr.columns > 1 ? stderr.columns - 1 : WIDTH;
    stderr.write(`\r\u001B[K${this.hide(text ?? "").slice(0, room)}`);
  }

  paint(style: Style, text: string): string {
    if (this.#isPlain) return text;
    // It takes streams of Node, and looks at the terminal behind them.
    return styleText(style, text, { stream: this.#from.stdout });
  }

  /** Without the values of secret variables, whoever put them into a message. */
  hide(text: string): string {
    let hidden = text;
    for (const [name, value = ""] of Object.entries(this.#from.env)) {
      if (SECRET.test(name) && value.length >= SHORTEST_SECRET) hidden = hidden.replaceAll(value, "[redacted]");
    }
    return hidden;
  }
}
