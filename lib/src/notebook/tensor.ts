import type { Tensor } from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import type { Bundle } from "./kernel";

// Values shown at the start of each dimension.
const corner = 6;

/** Whether a value is a tensor, of whichever copy of tfjs. */
export function isTensor(value: unknown): value is Tensor {
  const { dataId, shape, dtype, dataSync } = (value ?? {}) as Partial<Tensor>;
  return dataId !== undefined && Array.isArray(shape) && typeof dtype === "string" && typeof dataSync === "function";
}

/** Shape, type and the first values of a tensor; only these are read. */
export function representTensor(tensor: Tensor): Bundle {
  const head = `Tensor ${tensor.dtype} [${tensor.shape.join(", ")}]`;
  if (tensor.isDisposed) return { "text/plain": `${head} (disposed)` };
  const size = tensor.shape.map((length, i) => (i < tensor.rank - 2 ? Math.min(1, length) : Math.min(corner, length)));
  const part =
    tensor.rank === 0
      ? tensor.clone()
      : tensor.slice(
          tensor.shape.map(() => 0),
          size,
        );
  const values = Array.from(part.dataSync() as ArrayLike<number | string>, (value) =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value,
  );
  part.dispose();
  const cut = tensor.shape.some((length, i) => itemAt(size, i) < length);
  const [rows, columns] = tensor.rank < 2 ? [1, values.length] : [itemAt(size, -2), itemAt(size, -1)];
  const width = Math.max(0, ...values.map((value) => String(value).length));
  const lines = Array.from({ length: rows }, (_, r) => {
    const line = values.slice(r * columns, (r + 1) * columns).map((value) => String(value).padStart(width));
    return `  ${line.join("  ")}${tensor.rank > 0 && columns < itemAt(tensor.shape, -1) ? "  ..." : ""}`;
  });
  if (tensor.rank >= 2 && rows < itemAt(tensor.shape, -2)) lines.push("  ...");
  const of = tensor.rank > 2 && cut ? ` (the first ${rows} x ${columns})` : "";
  const shown = values.length > 0 ? lines : ["  (no values)"];
  return { "text/plain": [`${head}${of}`, ...shown].join("\n") };
}
