import { canUnpack } from "../packed";

/**
 * Refuses a browser that cannot unpack networks.
 *
 * @throws Error With a sentence for the reader.
 */
export function refuseOldBrowser(): void {
  if (!canUnpack())
    throw new Error(
      "This browser cannot unpack the networks, since it has no DecompressionStream: open the page in Chrome or " +
        "Edge 103, Firefox 113, Safari 16.4, or a later one.",
    );
}
