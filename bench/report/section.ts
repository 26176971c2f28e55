/** The result of one measurement: a table. Keys of the rows are the headings of its columns. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly notes: readonly string[];
}
