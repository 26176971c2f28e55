/** What the user has to change on the command line or in a file: one sentence, exit code 2. */
export class WrongUse extends Error {
  override readonly name: string = "WrongUse";
}
