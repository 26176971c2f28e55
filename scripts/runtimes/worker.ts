/** The program as a Worker. */
import { run, type StageAddress } from "./program.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const stage: StageAddress = JSON.parse(await request.text());
    return Response.json(await run(stage));
  },
};
