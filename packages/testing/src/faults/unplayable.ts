/** What a script asks for and the server cannot answer: nothing is said of the client. */
export class Unplayable extends Error {
  override readonly name = "Unplayable";
}
