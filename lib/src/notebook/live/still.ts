import { escapeHtml } from "../../base/text";
import { colors, font } from "../../figures/theme";

/** The picture that is shown in place of a live output where nothing runs. */
export interface Still {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Makes a picture of a size in pixels, on the theme's paper; text without a colour of its own is grey. */
export function stillOf(parts: readonly string[], { width, height }: Omit<Still, "svg">): Still {
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ` +
      `${height}" font-family="${escapeHtml(font)}" font-size="13" fill="${colors.soft}">`,
    `<rect width="${width}" height="${height}" fill="${colors.paper}"/>`,
    ...parts,
    "</svg>",
  ].join("");
  return { svg, width, height };
}

/** The bold line above a picture. */
export const stillTitle = (title: string): string =>
  `<text x="16" y="22" font-weight="bold" fill="${colors.ink}">${escapeHtml(title)}</text>`;
