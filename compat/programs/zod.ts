import { z } from "zod";
import { checksOutput } from "./checked-output.ts";

await checksOutput(z.object({ title: z.string(), minutes: z.number() }));
