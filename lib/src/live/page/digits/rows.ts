import type { DigitsModel } from "../../digits-data";
import { element } from "../element";

/** One model's row: its name, its answer, and ten bars. */
export interface Row {
  readonly element: HTMLElement;
  /** Shows probabilities; undefined where nothing is drawn. */
  show(probabilities: Float32Array | undefined): void;
}

/** What a network's row is made with. */
export interface RowOptions {
  /** Why the model has no bars. */
  readonly problem?: string | undefined;
  /** A button that shows more of this model, where there is more. */
  readonly more?: HTMLButtonElement | undefined;
}

/** Makes a model's row. */
export function makeRow({ name, color }: DigitsModel, { problem, more }: RowOptions): Row {
  const answer = element("span", { class: "answer" });
  const head = element("div", { class: "head" }, element("strong", {}, name), answer);
  if (more) head.append(more);
  const row = element("div", { class: "row", style: `--model: var(--${color})` }, head);
  if (problem !== undefined) {
    row.append(element("p", { class: "problem" }, problem));
    return { element: row, show: () => undefined };
  }
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const bar = element("span", { class: "bar" });
    return {
      bar,
      column: element("span", { class: "column" }, element("span", { class: "track" }, bar), String(digit)),
    };
  });
  const chart = element("div", { class: "chart", role: "img" }, ...bars.map(({ column }) => column));
  row.append(chart);
  if (more) {
    // A click anywhere on the row does what its button does; the keyboard has the button.
    row.classList.add("open-able");
    row.addEventListener("click", (event) => {
      if (event.target !== more) more.click();
    });
  }
  return {
    element: row,
    show(probabilities) {
      const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
      bars.forEach(({ bar, column }, digit) => {
        bar.style.height = `${100 * (probabilities?.[digit] ?? 0)}%`;
        column.classList.toggle("best", digit === best);
      });
      const percent = (digit: number) => `${(100 * (probabilities?.[digit] ?? 0)).toFixed(0)} %`;
      answer.textContent = best < 0 ? "" : `${best}, ${percent(best)}`;
      const order = Array.from({ length: 10 }, (_, digit) => digit).sort(
        (a, b) => (probabilities?.[b] ?? 0) - (probabilities?.[a] ?? 0),
      );
      chart.setAttribute(
        "aria-label",
        best < 0
          ? `${name}: no answer yet`
          : `${name}: ${order
              .slice(0, 3)
              .map((digit) => `${digit} with ${percent(digit)}`)
              .join(", ")}`,
      );
      row.dataset.answer = best < 0 ? "" : String(best);
    },
  };
}
