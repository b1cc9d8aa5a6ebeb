import type { DigitsImage } from "../../digits-data";
import { side } from "../../drawing";
import { element } from "../element";
import { paintMap } from "../paint";

/** Test images to choose from. For the keyboard they are one stop; arrow keys go from one to the next. */
export interface Strip {
  readonly element: HTMLElement;
  /** Unselects the chosen image. */
  reset(): void;
  repaint(): void;
}

/** Makes the strip; it calls `choose` with each image that is chosen, as ink from 0 to 1. */
export function makeStrip(
  images: readonly DigitsImage[],
  choose: (image: Float32Array, chosen: DigitsImage) => void,
): Strip {
  const name = `strip-${Math.floor(performance.now())}`;
  const cells = images.map((image) => {
    const ink = Float32Array.from(atob(image.ink), (character) => character.charCodeAt(0) / 255);
    const canvas = element("canvas", { width: side, height: side });
    const words = `Test image ${image.index}: a ${image.label}${image.missed ? ", which all networks get wrong" : ""}`;
    const input = element("input", { type: "radio", name, "aria-label": words });
    const pick = () => {
      choose(ink, image);
      // A new drawing on the pad unselects what was chosen, this image too.
      input.checked = true;
    };
    input.addEventListener("change", pick);
    // An image that is chosen again replaces what was drawn since.
    input.addEventListener("click", () => input.checked && pick());
    const cell = element("label", { class: image.missed ? "missed" : "known", title: words }, input, canvas);
    return { cell, input, canvas, ink, missed: image.missed };
  });
  const group = (missed: boolean, title: string) => {
    const some = cells.filter((cell) => cell.missed === missed);
    if (some.length === 0) return [];
    return [
      element(
        "div",
        { class: "images" },
        element("span", { class: "title" }, title),
        element("div", { class: "cells" }, ...some.map(({ cell }) => cell)),
      ),
    ];
  };
  const strip = element(
    "fieldset",
    { class: "strip" },
    element("legend", {}, "Or take a test image"),
    ...group(false, "All networks know these"),
    ...group(true, "All networks get these wrong"),
  );
  return {
    element: strip,
    reset() {
      for (const { input } of cells) input.checked = false;
    },
    repaint() {
      for (const { canvas, ink } of cells)
        paintMap(canvas, ink, { rows: side, columns: side, shades: { full: "ink" } });
    },
  };
}
