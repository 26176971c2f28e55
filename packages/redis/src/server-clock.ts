const SAMPLES = 8;

interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/** The server's time, as its replies tell it. Of the last ones the fastest counts: it knows best. */
export class ServerClock {
  #samples: Sample[] = [];

  learn(sentAt: number, answeredAt: number, serverTime: number): void {
    const sample = { offsetMs: serverTime - (sentAt + answeredAt) / 2, roundTripMs: answeredAt - sentAt };
    this.#samples = [...this.#samples.slice(1 - SAMPLES), sample];
  }

  /** The server's clock was changed, or it is another server. */
  forget(): void {
    this.#samples = [];
  }

  /** A local time in whole milliseconds of the server; 0 where nothing is known. */
  at(localTime: number): string {
    let best: Sample | undefined;
    for (const sample of this.#samples) {
      if (best === undefined || sample.roundTripMs < best.roundTripMs) best = sample;
    }
    return best === undefined ? "0" : String(Math.ceil(localTime + best.offsetMs));
  }
}
