/** What a value holds, without asking anything of it that could run: getters and proxies stay closed. */
export function snapshot(value: unknown): string {
  const seen = new Map<object, number>();
  let steps = 0;
  const write = (one: unknown): string => {
    if (typeof one === "function") return "function";
    if (typeof one !== "object" || one === null)
      return typeof one === "symbol" ? "symbol" : `${typeof one} ${String(one)}`;
    const known = seen.get(one);
    if (known !== undefined) return `#${known}`;
    seen.set(one, seen.size);
    if (++steps > 2_000) return "…";
    // Its state is not in its fields, and using it is what it is for.
    if (one instanceof Promise || one instanceof AbortController || one instanceof Response) return "live";
    try {
      const fields = Reflect.ownKeys(one)
        .slice(0, 50)
        .map((key) => {
          const field = Reflect.getOwnPropertyDescriptor(one, key);
          return `${String(key)}=${field !== undefined && "value" in field ? write(field.value) : "closed"}`;
        });
      return `{${fields.join(",")}}${Object.isFrozen(one) ? "frozen" : ""}`;
    } catch {
      return "closed";
    }
  };
  return write(value);
}
