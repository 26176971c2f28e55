import { type } from "arktype";
import { checksOutput } from "./checked-output.ts";

await checksOutput(type({ title: "string", minutes: "number" }));
