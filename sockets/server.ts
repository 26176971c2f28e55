import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { bodyOf } from "./body.ts";
import { selfSigned } from "./certificate.ts";
import type { Fault } from "./acts.ts";
import { faultOf } from "./faults.ts";
import { Line } from "./line.ts";
import { quietNow } from "./quiet-clock.ts";
import type { Place, Scene, Stage, Witness } from "./stage.ts";
import { WIRES } from "./wires/all.ts";
import type { Wire } from "./wires/wire.ts";

/** What a consumer sees nothing of has arrived after this. */
const ARRIVED_MS = 40;
/** A consumer that never says that it saw something is not waited for any longer. */
const PATIENCE_MS = 3_000;
/** How long after the end of a call a connection may stay open before it is said to. */
const LONGEST_CLOSE_MS = 1_000;
const LOOK_MS = 4;
const HOST = "127.0.0.1";

const certificate = selfSigned();

/** Plays scenes on sockets of this process. */
export const localStage: Stage = { open: (scene) => Scenery.open(scene) };

class Scenery implements Place {
  primary = "";
  backup = "";
  readonly #fault: Fault;
  readonly #wire: Wire;
  readonly #isShown: boolean;
  readonly #lines: Line[] = [];
  readonly #streams: boolean[] = [];
  readonly #servers: net.Server[] = [];
  readonly #backups: Line[] = [];
  #asked = 0;
  #handshakes = 0;
  #lostAt: number | undefined;
  readonly #whenSeen = new Gate();
  readonly #whenAsked = new Gate();

  private constructor(scene: Scene) {
    this.#fault = faultOf(scene.fault);
    this.#wire = WIRES[scene.wire];
    this.#isShown = scene.form === "stream" || scene.form === "last";
  }

  static async open(scene: Scene): Promise<Scenery> {
    const scenery = new Scenery(scene);
    const { at } = scenery.#fault;
    if (at === undefined) {
      const { scheme = "http" } = scenery.#fault;
      const server = scenery.#fault.hasCertificate === true ? scenery.#secure() : scenery.#plain();
      scenery.primary = `${scheme}://${HOST}:${await scenery.#listen(server)}`;
    } else scenery.primary = at;
    const good = net.createServer({ allowHalfOpen: true });
    good.on("connection", (socket: net.Socket) => scenery.#connectBackup(socket));
    scenery.backup = `http://${HOST}:${await scenery.#listen(good)}`;
    return scenery;
  }

  seen(): void {
    this.#whenSeen.open();
  }

  asked(): Promise<void> {
    return this.#whenAsked.opened;
  }

  async leave(): Promise<Witness> {
    this.#lostAt ??= quietNow();
    const isOver = quietNow() + LONGEST_CLOSE_MS;
    // oxlint-disable-next-line no-await-in-loop -- until it is closed
    while (this.#left.length > 0 && quietNow() < isOver) await sleep(LOOK_MS);
    const witness: Witness = {
      connections: Math.max(this.#handshakes, this.#lines.filter(({ isUsed }) => isUsed).length),
      requests: this.#streams.length,
      streams: this.#streams,
      closedMs: this.#left.length > 0 ? null : this.#closedMs(this.#lostAt),
      backups: this.#asked,
    };
    for (const server of this.#servers) server.close();
    for (const line of [...this.#lines, ...this.#backups]) line.destroy();
    return witness;
  }

  get #left(): readonly Line[] {
    return this.#lines.filter((line) => line.isUsed && !line.isIdle && line.closedAt === undefined);
  }

  #closedMs(lostAt: number): number {
    const late = this.#lines
      .filter(({ isUsed, isIdle }) => isUsed && !isIdle)
      .map(({ closedAt = lostAt }) => closedAt - lostAt);
    return Math.round(Math.max(-1, ...late));
  }

  async #listen(server: net.Server): Promise<number> {
    this.#servers.push(server);
    server.listen(0, HOST);
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  #plain(): net.Server {
    const server = net.createServer({ allowHalfOpen: true });
    server.on("connection", (socket: net.Socket) => this.#connect(socket));
    return server;
  }

  /** Who refuses the certificate closes the connection in the handshake: there is only a number of them. */
  #secure(): net.Server {
    const server = tls.createServer(certificate);
    server.on("connection", () => (this.#handshakes += 1));
    server.on("tlsClientError", () => undefined);
    server.on("secureConnection", (socket: tls.TLSSocket) => this.#connect(socket));
    return server;
  }

  #connect(socket: net.Socket): void {
    const line = new Line(socket, () => this.#seen());
    this.#lines.push(line);
    line.listen((heard) => {
      const isStream = this.#wire.isStreamAsked(heard);
      this.#streams.push(isStream);
      this.#whenAsked.open();
      void this.#fault.play(line, { wire: this.#wire, body: bodyOf(this.#wire, isStream, false), isStream });
    });
  }

  #connectBackup(socket: net.Socket): void {
    const line = new Line(socket, () => this.#seen());
    this.#backups.push(line);
    line.listen((heard) => {
      this.#lostAt ??= quietNow();
      this.#asked += 1;
      const isStream = this.#wire.isStreamAsked(heard);
      void faultOf("none").play(line, { wire: this.#wire, body: bodyOf(this.#wire, isStream, true), isStream });
    });
  }

  async #seen(): Promise<void> {
    if (!this.#isShown) return sleep(ARRIVED_MS);
    await Promise.race([this.#whenSeen.opened, sleep(PATIENCE_MS)]);
  }
}

class Gate {
  open: () => void = () => undefined;
  readonly opened: Promise<void> = new Promise((resolve) => (this.open = resolve));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
