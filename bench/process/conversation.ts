/** What a parent asks one kind of child process, and what that answers. */
export interface Conversation {
  readonly command: object;
  readonly result: unknown;
}

export type Reply<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly message: string };
