import { ok } from "node:assert/strict";
import { isTargetFailure, type StreamPart, type WireEvent } from "@understudy/core/adapter";
import { checkReader } from "../../checks/subject.ts";
import type { TestRunner } from "../adapter-under-test.ts";
import { same, witnessed, type Witness } from "../witness.ts";
import { disorderOf, readAnswer, readerContext, readEvents, textOf } from "./read-events.ts";
import type { ReaderSample, ReaderUnderTest } from "./reader-under-test.ts";

/** An event that no client of today can know. */
const UNKNOWN: WireEvent = { event: "x-unknown", data: '{"type":"x-unknown","x-unknown":{"value":1}}' };
/** What is JSON, or nearly, and not the object that an event is. */
const ODD = ["null", "1", "[]", "[null]", '"text"', "{}", '{"type":null}', '{"type":{"type":[]}}', "{", '{"a":'];

/**
 * Holds a reader to what all readers share, event by event and without a server: parts in order, one end and nothing
 * behind it, the same answer in both forms, events and fields of tomorrow without effect, and a `TargetFailure` for
 * everything that cannot be read.
 */
export function testReader(runner: TestRunner, subject: ReaderUnderTest): void {
  checkReader(runner, subject);
  const { describe } = runner;
  const { name, make, samples } = subject;
  const read = (events: readonly WireEvent[]): StreamPart[] => readAnswer(make(readerContext()), events);
  const readAlike = (events: readonly WireEvent[]): unknown => withoutChance(read(events));

  for (const sample of samples) {
    const test = (title: string, run: (witness: Witness) => Promise<void>): void =>
      void runner.test(title, () => witnessed(`a reader reads ${sample.name} ${title}`, run));
    describe(`${name} reads ${sample.name}`, () => {
      test("to its end: all of its text, in parts that open, continue and close, and one end", async (witness) => {
        checkParts(witness.read(read(witness.read(sample.events))), sample.text);
      });

      test("without an end before the vendor has said so", async () => {
        for (let count = 0; count < sample.events.length; count++) {
          const reader = make(readerContext());
          const parts = readEvents(reader, sample.events.slice(0, count));
          same(disorderOf(parts), undefined, `the disorder after ${count} events`);
          same(endsOf(parts).length > 0, reader.evidence.isEnded, `whether there is an end after ${count} events`);
        }
      });

      test("alike whatever unknown event stands between two others", async () => {
        const parts = readAlike(sample.events);

        for (let index = 0; index < sample.events.length; index++) {
          const others = readAlike(sample.events.toSpliced(index, 0, UNKNOWN));
          same(others, parts, `what is read with an unknown event before event ${index}`);
        }
      });

      test("alike whatever unknown fields its events have, also with the names of prototypes", async () => {
        const others = readAlike(sample.events.map(withUnknownFields));
        same(others, readAlike(sample.events), "what is read with unknown fields");
        same(Reflect.get({}, "polluted"), undefined, "a field of every object");
      });

      test("and fails with a class, or reads on, where an event is not what it should be", async () => {
        for (let index = 0; index <= sample.events.length; index++) {
          for (const data of ODD) readsOrFails(read, sample, index, data);
        }
      });

      if (sample.whole === undefined) return;
      test("in one piece with the same text and one end", async (witness) => {
        const parts: StreamPart[] = [];
        make(readerContext()).whole(witness.read(sample.whole), parts);

        checkParts(witness.read(parts), sample.text);
      });
    });
  }
}

function checkParts(parts: readonly StreamPart[], text: string): void {
  same(textOf(parts), text, "the text of all deltas");
  same(disorderOf(parts), undefined, "the disorder of the parts");
  same(endsOf(parts), ["end"], "the list of ends");
}

function endsOf(parts: readonly StreamPart[]): readonly string[] {
  return parts.flatMap(({ type }) => (type === "end" ? [type] : []));
}

/**
 * The parts without what may differ from one reading to the next: ids that a reader makes up for calls, and what the
 * vendor said beside the answer, where fields of tomorrow belong.
 */
function withoutChance(parts: readonly StreamPart[]): unknown {
  const text = JSON.stringify(parts, (key, value: unknown) => (key === "vendorData" ? undefined : value));
  const ids = [...text.matchAll(/"toolCallId":"([^"]*)"/g)].map(([, id = ""]) => id);
  const known: unknown = JSON.parse(
    [...new Set(ids)].reduce((kept, id, index) => kept.replaceAll(`"${id}"`, `"call ${index}"`), text),
  );
  return known;
}

function withUnknownFields(event: WireEvent): WireEvent {
  const more = '"x-unknown":{"value":[1]},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
  const { data } = event;
  return { ...event, data: /^\{\s*\}$/.test(data) ? `{${more}}` : data.replace(/\}\s*$/, `,${more}}`) };
}

function readsOrFails(
  read: (events: readonly WireEvent[]) => unknown,
  { events }: ReaderSample,
  index: number,
  data: string,
): void {
  try {
    read(events.toSpliced(index, 0, { event: events[index]?.event, data }));
  } catch (error) {
    ok(isTargetFailure(error), `${data} as event ${index} throws ${String(error)}`);
  }
}
