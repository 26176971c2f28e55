import http from "node:http";
import { text } from "node:stream/consumers";
import { localStage } from "./server.ts";
import type { Place, Scene, Stage, Witness } from "./stage.ts";

/** Lends the stage of this process to players in other ones, over HTTP. */
export async function lendStage(): Promise<{ readonly url: string; readonly close: () => void }> {
  const places = new Map<string, Place>();
  let last = 0;
  const answer = async (path: string, body: string): Promise<unknown> => {
    const [, what, id = ""] = path.split("/");
    if (what === "open") {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sent by `remoteStage`
      const place = await localStage.open(JSON.parse(body) as Scene);
      const name = String(++last);
      places.set(name, place);
      return { id: name, primary: place.primary, backup: place.backup };
    }
    const place = places.get(id);
    if (what === "seen") place?.seen();
    if (what === "asked") await place?.asked();
    if (what !== "leave") return {};
    places.delete(id);
    return await place?.leave();
  };
  const server = http.createServer((request, response) => {
    void text(request)
      .then((body) => answer(request.url ?? "", body))
      .then((told) => response.end(JSON.stringify(told ?? {})));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The stage of another process. */
export function remoteStage(url: string): Stage {
  const ask = async (path: string, body: string): Promise<unknown> =>
    (await fetch(url + path, { method: "POST", body })).json();
  return {
    open: async (scene) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sent by `lendStage`
      const opened = (await ask("/open", JSON.stringify(scene))) as Pick<Place, "primary" | "backup"> & {
        readonly id: string;
      };
      let isSeen = false;
      return {
        primary: opened.primary,
        backup: opened.backup,
        asked: async () => void (await ask(`/asked/${opened.id}`, "")),
        seen: () => {
          if (!isSeen) void ask(`/seen/${opened.id}`, "");
          isSeen = true;
        },
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sent by `lendStage`
        leave: async () => (await ask(`/leave/${opened.id}`, "")) as Witness,
      };
    },
  };
}
