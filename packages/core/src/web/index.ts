export { fromUntrusted } from "./from-untrusted.ts";
