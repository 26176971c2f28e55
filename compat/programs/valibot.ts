import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { number, object, string } from "valibot";
import { checksOutput } from "./checked-output.ts";

await checksOutput(toStandardJsonSchema(object({ title: string(), minutes: number() })));
