import { canUnpack } from "../packed";

/** @throws Error for the reader where the browser cannot unpack networks. */
export function refuseOldBrowser(): void {
  if (!canUnpack())
    throw new Error(
      "This browser cannot unpack the networks, since it has no DecompressionStream: open the page in Chrome or " +
        "Edge 103, Firefox 113, Safari 16.4, or a later one.",
    );
}
