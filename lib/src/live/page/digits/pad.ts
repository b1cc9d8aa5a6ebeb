import { type Drawing, type Stroke, side } from "../../drawing";
import { element } from "../element";
import { colorOf, paintMap } from "../paint";

/** The square to draw on; it can show a test image instead. */
export interface Pad {
  readonly element: HTMLElement;
  readonly drawing: Drawing;
  /** Shows an image on the pad, in place of the drawing. */
  put(image: Float32Array): void;
  clear(): void;
  repaint(): void;
}

/** What a pad is made with. */
export interface PadOptions {
  /** The drawing has changed; `isNew` where nothing is left of the one before. */
  readonly onchange: (isNew: boolean) => void;
  /** An arrow key was pressed: pixels to the right and down. */
  readonly onshift: (right: number, down: number) => void;
}

/** Pixels of the canvas; styles decide how large it looks. */
const size = 560;
const lineWidth = 44;

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Makes the pad: pointer events draw (mouse, pen, finger), arrow keys shift, Delete clears. */
export function makePad({ onchange, onshift }: PadOptions): Pad {
  const canvas = element("canvas", { width: size, height: size, class: "paper" });
  const hint = element("span", { class: "hint", "aria-hidden": "true" }, "Draw a digit here");
  const pad = element(
    "div",
    {
      class: "pad",
      tabindex: 0,
      role: "application",
      "aria-label": "Pad: draw a digit with mouse, pen or finger. Arrow keys shift it by a pixel, Delete clears it.",
    },
    canvas,
    hint,
  );
  let strokes: [number, number][][] = [];
  let image: Float32Array | undefined;
  let pointer: number | undefined;

  const repaint = () => {
    const context = canvas.getContext("2d")!;
    hint.hidden = strokes.length > 0 || image !== undefined;
    if (image) {
      canvas.width = canvas.height = side;
      return paintMap(canvas, image, { rows: side, columns: side, shades: { full: "ink" } });
    }
    // Setting its size empties a canvas.
    canvas.width = canvas.height = size;
    Object.assign(context, { lineWidth, lineCap: "round", lineJoin: "round" });
    context.strokeStyle = `rgb(${colorOf(canvas, "ink").join(" ")})`;
    for (const stroke of strokes) {
      context.beginPath();
      // A dot is a line that ends where it starts.
      const points = stroke.length === 1 ? [...stroke, ...stroke] : stroke;
      for (const [x, y] of points) context.lineTo(x, y);
      context.stroke();
    }
  };
  const pointOf = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * size, ((event.clientY - box.top) / box.height) * size];
  };

  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== undefined) return;
    pointer = event.pointerId;
    pad.setPointerCapture(pointer);
    const isNew = image !== undefined || strokes.length === 0;
    if (image) image = undefined;
    strokes.push([pointOf(event)]);
    repaint();
    onchange(isNew);
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    const points = passed.length > 0 ? passed : [event];
    strokes.at(-1)?.push(...points.map(pointOf));
    repaint();
    onchange(false);
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    pad.addEventListener(end, (event) => {
      if (event.pointerId === pointer) pointer = undefined;
    });
  const clear = () => {
    strokes = [];
    image = undefined;
    repaint();
    onchange(true);
  };
  pad.addEventListener("keydown", (event) => {
    const arrow = event.ctrlKey || event.altKey || event.metaKey ? undefined : arrows[event.key];
    if (arrow) onshift(...arrow);
    else if (event.key === "Delete" || event.key === "Backspace") clear();
    else return;
    event.preventDefault();
  });
  return {
    element: pad,
    get drawing(): Drawing {
      return image ? { image } : { strokes: strokes as readonly Stroke[] };
    },
    put(chosen) {
      strokes = [];
      image = chosen;
      repaint();
      onchange(true);
    },
    clear,
    repaint,
  };
}
