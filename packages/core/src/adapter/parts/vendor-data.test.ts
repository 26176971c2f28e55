import { describe, expect, test } from "vitest";
import { isTargetFailure } from "../../model/target-failure.ts";
import { VendorData } from "./vendor-data.ts";

describe("VendorData", () => {
  test("is nothing while nothing is said", () => {
    const data = new VendorData();
    data.take({ text: "a", id: null }, ["id", "tier"]);
    data.join({ logprobs: null }, "logprobs");

    expect(data.collected).toBeUndefined();
  });

  test("keeps the latest of each field that it was asked for, as it is", () => {
    const ratings = [{ blocked: false }];
    const data = new VendorData();
    data.take({ id: "r1", ratings: [], text: "a" }, ["id", "ratings"]);
    data.take({ ratings }, ["id", "ratings"]);

    expect(data.collected).toEqual({ id: "r1", ratings });
    expect(data.collected?.["ratings"]).toBe(ratings);
  });

  test("joins lists that come in pieces", () => {
    const data = new VendorData();
    data.join({ logprobs: { content: [1], refusal: null, sum: -1 } }, "logprobs");
    data.join({ logprobs: { content: [2, 3], sum: -2 } }, "logprobs");

    expect(data.collected).toEqual({ logprobs: { content: [1, 2, 3], sum: -2 } });
  });

  test("joins no more pieces than a real answer has", () => {
    const data = new VendorData();
    const logprobs = { content: Array.from({ length: 100_000 }, () => 0) };
    const join = (): void => {
      for (let count = 0; count < 100; count++) data.join({ logprobs }, "logprobs");
    };

    let thrown: unknown;
    try {
      join();
    } catch (error) {
      thrown = error;
    }
    expect(isTargetFailure(thrown) ? thrown.class : thrown).toBe("stream.malformed");
  });
});
