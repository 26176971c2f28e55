/** How it went. `unknown`: what would have been tried could not be had on this machine. */
export type Outcome =
  | { readonly type: "ok"; readonly note?: string }
  | { readonly type: "fails"; readonly how: string }
  | { readonly type: "unknown"; readonly why: string };

/** One version of one thing that our packages work with. */
export interface Row {
  /** Of whom, as it is chosen on the command line. */
  readonly name: string;
  readonly version: string;
  /** `beyond` is newer than what we say that we take: nothing is promised. */
  readonly place: "lowest" | "newest" | "beyond";
  try(): Promise<Outcome>;
}

/** Rows of one kind, chosen together by its name. */
export interface Group {
  readonly name: "packages" | "typescript" | "managers";
  readonly title: string;
  /** Names that can be chosen. */
  readonly names: readonly string[];
  /** The rows of these names. Asks npm what there is; what it does not say is a row that is unknown. */
  rows(names: readonly string[]): Promise<readonly Row[]>;
  /** Ends what the rows shared. */
  close(): Promise<void>;
}

/** What npm and other package managers say of what their registry has not, or of a registry that is not there. */
const NOT_HAD = /E404|ETARGET|ENOVERSIONS|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|No matching version/;

/** The outcome of what threw: what a command said, else the error. */
export function outcomeOf(error: unknown): Outcome {
  const { stdout = "", stderr = "" }: { readonly stdout?: string; readonly stderr?: string } = Object(error);
  const said = [stderr, stdout, String(error)].find((text) => text.trim() !== "") ?? "";
  const [missing] = NOT_HAD.exec(said) ?? [];
  return missing === undefined ? { type: "fails", how: said.trim() } : { type: "unknown", why: missing };
}
