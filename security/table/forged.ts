/** Signs that end a line, begin a colour or a tag. */
export const FORGED: string =
  '\r\nFORGED 2026-01-01 all is well\u001b[31m\u0000\u0085\u2028<img src=x onerror=alert(1)>"><script>alert(1)</script>';
