import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { sendThrough, type SendCommand } from "../src/clients.ts";
import { redisStore } from "../src/index.ts";
import { connected, ENGINES, startServer, type NodeRedis, type Server } from "./server.ts";
import { redisWorld, type RedisWorld } from "./world.ts";

const bad = (key: string, weight = 1) => ({ type: "bad", key, weight, isOpen: false, openMs: 20_000 }) as const;

/** As the README lists them. */
const RIGHTS =
  "+eval +time +hget +hmget +hset +hdel +hgetall +hexists +hlen +hincrby +pttl +pexpire +ping +hello +client|setname";

const through = (client: object): SendCommand => {
  const send = sendThrough(client);
  if (send === undefined) throw new Error("It is a client.");
  return send;
};

/** A route that two processes have opened, and whose probe is due. */
async function opened(made: RedisWorld) {
  const [one, other] = [made.join(), made.join()];
  await one.publish(bad("a", 4));
  await other.publish(bad("a"));
  await made.advance(20_000);
  return { one, other };
}

describe.each(ENGINES)("%s", (binary) => {
  let server: Server;
  let client: NodeRedis;
  const worlds: RedisWorld[] = [];
  const world = (): RedisWorld => {
    const made = redisWorld(async (key, args) => through(client)(key, args));
    worlds.push(made);
    return made;
  };
  const command = (...args: string[]) => client.sendCommand(args);

  beforeAll(async () => {
    server = await startServer(binary);
    client = await connected(server.url);
  });
  afterAll(async () => {
    for (const made of worlds) await made.close();
    client.destroy();
    await server.kill();
  });

  describe("that refuses says why, once and in words that help", () => {
    test.each([
      ["the few rights that are needed are enough", RIGHTS, "true"],
      ["a right is missing", RIGHTS.replace("+hset", ""), "its user lacks a right"],
    ])("%s", async (_name, rights, hint) => {
      await command("ACL", "SETUSER", "fleet", "reset", "on", ">secret", "~understudy:*", ...rights.split(" "));
      const limited = await connected(server.url.replace("//", "//fleet:secret@"));
      const store = redisStore({ client: limited, namespace: `rights-${rights.length}` });

      const tried = (async () => {
        await store.publish(bad("a", 5));
        await store.publish({ type: "cooldown", scope: "s", forMs: 5_000, isHard: true });
        await store.publish({ type: "isolated", scope: "s", forMs: 5_000 });
        await store.publish({ type: "ok", key: "a" });
        await store.publish({ type: "reset", scopes: ["s"], keys: ["a"] });
        return store.ready();
      })();
      const said = await tried.then(String, String);

      expect(said).toContain(hint);
      await expect(limited.get("of another application")).rejects.toThrow("NOPERM");
      limited.destroy();
    });

    test("the memory is full", async () => {
      const made = world();
      await command("CONFIG", "SET", "maxmemory", "1");
      await expect(made.join().publish(bad("a"))).rejects.toThrow("its memory is full");
      await command("CONFIG", "SET", "maxmemory", "0");
    });

    test("the key holds something of another application", async () => {
      const made = world();
      await command("SET", `understudy:1:{${made.namespace}}`, "theirs");
      await expect(made.join().publish(bad("a"))).rejects.toThrow("choose another `namespace`");
    });

    test("it is a replica", async () => {
      const replica = await startServer(binary, ["--replicaof", "127.0.0.1", String(server.port)]);
      const reader = await connected(replica.url);
      await expect(redisStore({ client: reader }).publish(bad("a"))).rejects.toThrow("it is a replica");
      reader.destroy();
      await replica.kill();
    });

    test("it does not know the user", async () => {
      const errors: string[] = [];
      const url = server.url.replace("//", "//nobody:hidden@");
      const store = redisStore({ url, onError: (error) => errors.push(String(error)) });

      expect(await store.ready(1)).toBe(false);
      await vi.waitFor(() => expect(errors.join()).toContain("WRONGPASS"), 5_000);
      store.close();

      expect(errors.join()).not.toContain("hidden");
    });

    test("it cannot run the script", async () => {
      const made = world();
      made.spoil((script) => `${script}\nlocal function`);
      await expect(made.join().publish(bad("a"))).rejects.toThrow("Redis 7.0 or Valkey 7.2 is needed");
    });
  });

  test("2,000 things are known, one more is refused, and that is said once", async () => {
    const made = world();
    const errors: string[] = [];
    const store = made.join({ onError: (error) => errors.push(String(error)) });
    const key = `understudy:1:{${made.namespace}}`;
    await store.publish(bad("first"));
    const fields = Array.from({ length: 1_999 }, (_, index) => [`z ${index}`, "x"]).flat();
    await command("HSET", key, ...fields);

    await store.publish(bad("one more"));
    await store.publish({ type: "cooldown", scope: "one more", forMs: 1_000, isHard: false });
    await store.publish(bad("first"));

    expect(await command("HLEN", key)).toBe(2_002);
    expect(errors).toEqual([expect.stringContaining("2,000")]);
  });

  describe("a command that the server begins too late", () => {
    test("does nothing, and is sent once more by the server's time", async () => {
      const made = world();
      const store = made.join();
      await store.publish(bad("a"));
      await made.advance(0);
      // The server's clock is set forward: what was known of it is wrong.
      made.spoil((script) => script.replace("+ 0\n", "+ 60000\n"));

      await store.publish(bad("b"));

      expect(store.stats()).toMatchObject({ late: 1, errors: 0 });
      expect(await command("HEXISTS", `understudy:1:{${made.namespace}}`, "b b")).toBe(1);
    });

    test("takes no lease for one who has gone: the next asker gets it at once", async () => {
      const made = world();
      const { other } = await opened(made);
      const namespace = made.namespace;
      const leaving = await connected(server.url);
      const shifted: SendCommand = (key, args) => through(leaving)(key, shift(args, 20_000));
      const gone = redisStore({ command: shifted, namespace });
      // It knows the server's time by now.
      await gone.ready();

      server.process.kill("SIGSTOP");
      const asked = Promise.allSettled([gone.acquireProbe("a", 15_000)]);
      await new Promise((resolve) => setTimeout(resolve, 1_150));
      gone.close();
      server.process.kill("SIGCONT");
      await asked;
      leaving.destroy();

      expect(gone.stats().late).toBe(1);
      expect(await other.acquireProbe("a", 15_000)).toMatchObject({ granted: true, lease: expect.anything() });
    });
  });

  test("a process whose probe failed lets another go first for two seconds", async () => {
    const made = world();
    const { one, other } = await opened(made);
    const answer = await one.acquireProbe("a", 10_000);
    if (answer.granted) await answer.lease?.report(false, 30_000);
    await made.advance(30_000);

    expect(await one.acquireProbe("a", 10_000)).toMatchObject({ granted: false, retryInMs: expect.closeTo(2_000, -3) });
    expect(await other.acquireProbe("a", 10_000)).toMatchObject({ granted: true, lease: expect.anything() });
  });

  test("a process that asks for a probe after another one has closed the route hears that first", async () => {
    const made = world();
    const { one, other } = await opened(made);
    const heard: string[] = [];
    other.subscribe((news) => heard.push(news.type));
    await vi.waitFor(() => expect(heard).toEqual(["opened"]));
    const answer = await one.acquireProbe("a", 10_000);
    if (answer.granted) await answer.lease?.report(true, 0);

    expect(await other.acquireProbe("a", 10_000)).toEqual({ granted: true });

    expect(heard).toEqual(["opened", "closed"]);
  });

  test("a lease for longer than 15 s is renewed as long as its process lives, and is not when it has died", async () => {
    const made = world();
    const { one, other } = await opened(made);
    await one.acquireProbe("a", 40_000);

    for (let seconds = 0; seconds < 35; seconds += 5) {
      await made.advance(5_000);
      await made.settle();
      await made.settle();
      expect(await other.acquireProbe("a", 1_000)).toMatchObject({ granted: false });
    }
    one.close();
    await made.advance(15_100);

    expect(await other.acquireProbe("a", 1_000)).toMatchObject({ granted: true });
  });

  test("data that was lost ends nothing that a process knows, and new facts are heard again", async () => {
    const made = world();
    const heard: string[] = [];
    const { one, other } = await opened(made);
    other.subscribe((news) => heard.push(news.type));
    for (let tries = 0; tries < 20 && heard.length === 0; tries++) await made.settle();
    expect(heard).toEqual(["opened"]);

    await command("DEL", `understudy:1:{${made.namespace}}`);
    await made.settle();
    await made.settle();
    expect(heard).toEqual(["opened"]);
    await one.publish(bad("new"));
    for (let tries = 0; tries < 20 && heard.length === 1; tries++) await made.settle();

    expect(heard).toEqual(["opened", "suspected"]);
  });

  test("the data ends by itself a day after the last thing in it", async () => {
    const made = world();
    await made.join().publish({ type: "cooldown", scope: "s", forMs: 3_600_000, isHard: true });

    const leftMs = Number(await command("PTTL", `understudy:1:{${made.namespace}}`));

    expect(leftMs).toBeGreaterThan(86_400_000 + 3_500_000);
    expect(leftMs).toBeLessThanOrEqual(86_400_000 + 3_600_000);
  });
});

function shift(args: readonly string[], aheadMs: number): readonly string[] {
  const time = "math.floor(tonumber(time[2]) / 1000)";
  return args.map((arg) => arg.replace(time, `${time} + ${aheadMs}`));
}
