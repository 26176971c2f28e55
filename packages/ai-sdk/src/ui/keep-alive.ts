/** As often in a row as nobody may have read: then nobody reads any more, whoever forgot to say so. */
const UNREAD = 40;

/** Writes a comment every so many milliseconds, while somebody reads and until the answer is over. */
export function keepAlive(
  controller: ReadableStreamDefaultController<Uint8Array>,
  answer: Promise<unknown>,
  everyMs: number,
): void {
  const comment = new TextEncoder().encode(": keep-alive\n\n");
  let unread = 0;
  const stop = (): void => clearInterval(timer);
  const timer = setInterval(() => {
    // What has not been read needs no other comment behind it.
    const isRead = controller.desiredSize === 0;
    unread = isRead ? 0 : unread + 1;
    if (unread > UNREAD) stop();
    if (!isRead) return;
    try {
      controller.enqueue(comment);
    } catch {
      // The response is over.
      stop();
    }
  }, everyMs);
  answer.then(stop, stop);
}
