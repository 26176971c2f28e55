import { FLAG } from "@understudy/core/toolkit";
import { checkOptions } from "../../checks/refuse.ts";
import { SIMULATOR } from "../../checks/simulator-options.ts";
import { startServer } from "../server.ts";
import type { SimulatorOptions, Vendor } from "../vendor.ts";
import { bearerOf, refused, type AdmissionRules, type ArrivedRequest, type Reply, type Wire } from "../wire.ts";
import { badToken, noKeys, noToken, publisherModelNotFound, vertexNamed, wrongLocation } from "./errors.ts";

export interface VertexSimulatorOptions extends SimulatorOptions {
  /**
   * Be Google's Vertex AI, which serves the same models in projects: paths with project and location, an access token in
   * place of a key (`apiKey` is then the good one; one that starts with `expired` has expired). Default false.
   */
  readonly vertex?: boolean | undefined;
}

/** How one vendor's models are served in a project. */
export interface VertexForm {
  readonly version: string;
  readonly publisher: string;
  readonly tasks: readonly string[];
  /** The request as the vendor itself would get it, or a refusal. */
  toVendor(request: ArrivedRequest, model: string, task: string, token: string): ArrivedRequest | Reply;
}

const ROUTE = /^\/(v\w+)\/projects\/([^/]+)\/locations\/([^/]+)\/publishers\/([^/]+)\/models\/([^/:]+):(\w+)$/;
const LOCATION = /^(?:global|us|eu|[a-z]+-[a-z]+\d+)$/;

/** Starts the simulator of a wire, or of its form in projects. */
export async function startInProject(wire: Wire, form: VertexForm, given: VertexSimulatorOptions): Promise<Vendor> {
  checkOptions(given, { ...SIMULATOR, vertex: FLAG }, `The simulator of ${wire.name}`);
  const { vertex, ...options } = given;
  return startServer(vertex === true ? inProject(wire, form) : wire, options);
}

function inProject(wire: Wire, form: VertexForm): Wire {
  return {
    ...wire,
    name: `${wire.name} on Vertex`,
    admit: (request, rules) => {
      const asked = admit(request, rules, form);
      return "status" in asked ? refused(asked) : wire.admit(asked, { ...rules, isGoodKey: () => true });
    },
    error: (name, detail) => vertexNamed(name, detail) ?? wire.error(name, detail),
  };
}

function admit(request: ArrivedRequest, rules: AdmissionRules, form: VertexForm): ArrivedRequest | Reply {
  const [, version, project = "", location = "", publisher, encoded = "", task = ""] = ROUTE.exec(request.path) ?? [];
  const isKnown = version === form.version && publisher === form.publisher && form.tasks.includes(task);
  if (!isKnown || request.method !== "POST") return notFoundPage(request.path);
  const token = bearerOf(request);
  if (token === undefined) {
    const hasKey = request.headers["x-goog-api-key"] !== undefined || request.query.has("key");
    return hasKey ? noKeys : noToken;
  }
  if (request.headers["x-goog-api-key"] !== undefined) return noKeys;
  if (token.startsWith("expired") || !rules.isGoodKey(token)) return badToken(token.startsWith("expired"));
  if (!LOCATION.test(location)) return wrongLocation(location);
  const model = decodeURIComponent(encoded);
  if (!rules.isKnownModel(model)) {
    return publisherModelNotFound(`projects/${project}/locations/${location}/publishers/${publisher}/models/${model}`);
  }
  return form.toVendor(request, model, task, token);
}

function notFoundPage(path: string): Reply {
  return {
    status: 404,
    headers: { "content-type": "text/html; charset=UTF-8" },
    body: `<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p>The requested URL <code>${path}</code> was not found on this server.</html>`,
  };
}
