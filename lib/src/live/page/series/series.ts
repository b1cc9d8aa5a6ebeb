import { itemAt } from "../../../base/item-at";
import { unpack } from "../../packed";
import {
  drawDigits,
  nudged,
  readSeries,
  runSeries,
  type SeriesData,
  type SeriesRun,
  seriesText,
  sumsAround,
} from "../../series-data";
import { chart, onWidth, widthOf } from "../chart";
import { element } from "../element";
import { refuseOldBrowser } from "../old-browser";
import type { Widget } from "../widget";
import { makeStatesMap } from "./map";
import { makePlaces } from "./places";
import { style } from "./style";

/** A series of digits to type, and what a trained LSTM makes of it step by step. */
export const series: Widget<SeriesData> = { style, start };

async function start(box: HTMLElement, data: SeriesData): Promise<void> {
  refuseOldBrowser();
  const { length, threshold, cells } = data;
  const network = await unpack(data.network).catch(() => {
    throw new Error("The network's weights on this page are damaged: export the page again.");
  });

  let shown = data.first;
  let whole = data.first;
  let { cell } = itemAt(cells, 0);
  let missed = data.missed;
  let run: SeriesRun = runSeries(network, data, shown);
  /** y after the last digit at each of the sums around the threshold. */
  let border: readonly number[] | undefined;
  const around = sumsAround(threshold);

  const field = element("input", {
    type: "text",
    inputmode: "numeric",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "series-status",
  });
  field.addEventListener("input", () => read());
  const status = element("p", { class: "status", role: "status", id: "series-status" });
  const facts = element("p", { class: "facts" });
  const places = makePlaces({
    length,
    onset: (place, digit) => put([...shown.slice(0, place), digit, ...shown.slice(place + 1)]),
  });
  const back = element("button", { type: "button", onclick: () => put(whole) }, "Back to the last whole series");
  const draw = (name: string, from: number, to: number) =>
    element("button", { type: "button", onclick: () => put(drawDigits(length, { from, to }, random)) }, name);
  const buttons = [
    draw("At random", 0, 9 * length),
    draw(`Near ${threshold}`, threshold - 5, threshold + 4),
    draw(`Below ${threshold}`, 0, threshold - 1),
  ];
  const putMissed = () => {
    const [next = [], ...others] = missed;
    missed = [...others, next];
    put(next);
  };
  if (missed.length > 0)
    buttons.push(element("button", { type: "button", onclick: putMissed }, "A test series it gets wrong"));

  const view = (title: string) => {
    const [plot, words] = [element("div", { class: "plot" }), element("p", {})];
    return { plot, words, element: element("div", {}, element("h3", {}, title), words, plot) };
  };
  const views = {
    sum: view("Running sum"),
    y: view("y(t), the answer if the series ended here"),
    gates: view("Its gates"),
    state: view("Its state c(t) and output h(t)"),
    map: view(`States of all ${cells.length} cells`),
    border: view(`Around ${threshold}: the same series with other sums`),
  };
  const select = element(
    "select",
    { onchange: () => chooseCell(Number(select.value)) },
    ...cells.map(({ cell: one, r }, rank) =>
      element("option", { value: one }, `cell ${one}, r = ${signed(r)}${rank === 0 ? ", follows the sum best" : ""}`),
    ),
  );
  const map = makeStatesMap({ cells, length, onchoose: (one) => chooseCell(one) });
  views.map.plot.append(map.element);
  views.map.words.textContent =
    "A row per cell, a column per step; above are the cells that follow the sum best. The colour is tanh(c(t)): " +
    "light orange above 0, grey at 0, dark blue below. A click chooses a row's cell.";

  function chooseCell(one: number): void {
    cell = one;
    select.value = String(one);
    render();
  }
  function put(digits: readonly number[]): void {
    field.value = seriesText(digits);
    read();
  }
  let later: ReturnType<typeof setTimeout> | undefined;
  let told: ReturnType<typeof setTimeout> | undefined;
  function read(): void {
    const { digits, problem } = readSeries(field.value, length);
    field.setAttribute("aria-invalid", String(problem !== undefined));
    back.hidden = problem === undefined;
    if (digits) shown = digits;
    if (digits && problem === undefined) whole = digits;
    if (digits) {
      run = runSeries(network, data, shown);
      border = undefined;
      clearTimeout(later);
      // It runs 21 more series, so it waits for a pause in typing.
      later = setTimeout(() => void lookAround(), 250);
    }
    render();
    clearTimeout(told);
    // The verdict is read aloud after a pause in typing, a mistake at once.
    if (problem === undefined) told = setTimeout(() => (status.textContent = verdict()), status.textContent ? 400 : 0);
    else status.textContent = problem;
  }
  /** Runs one series at a time, so that the page stays responsive; ends when the series changes. */
  async function lookAround(): Promise<void> {
    const { digits } = run;
    if (digits.length !== length) return;
    const y: number[] = [];
    for (const sum of around) {
      y.push(runSeries(network, data, nudged(digits, sum)).y.at(-1)!);
      await new Promise((done) => setTimeout(done));
      if (run.digits !== digits) return;
    }
    border = y;
    renderBorder();
  }

  const answerOf = (y: number) => (y >= 0.5 ? 1 : 0);
  const isRight = () => answerOf(run.y.at(-1)!) === (run.sums.at(-1)! >= threshold ? 1 : 0);
  const meaning = (answer: number) => (answer === 1 ? `${threshold} or more` : `below ${threshold}`);
  function verdict(): string {
    const [sum, answer] = [run.sums.at(-1)!, answerOf(run.y.at(-1)!)];
    return `The digits add up to ${sum}; the network says ${meaning(answer)} and is ${isRight() ? "right" : "wrong"}.`;
  }

  function render(): void {
    const { digits, sums, steps, y } = run;
    places.show(digits);
    const isWhole = digits.length === length;
    const last = y.at(-1);
    const fact = (name: string, value: string, kind = "") =>
      element("span", {}, name, element("b", kind ? { class: kind } : {}, value));
    facts.replaceChildren(
      fact("Sum", String(sums.at(-1) ?? 0)),
      fact(`y(${digits.length})`, last === undefined ? "none" : last.toFixed(3)),
      isWhole
        ? fact(
            "Answer",
            `${answerOf(last!)}, ${meaning(answerOf(last!))}: ${isRight() ? "right" : "wrong"}`,
            isRight() ? "right" : "wrong",
          )
        : fact("Answer", "none yet"),
    );
    const width = widthOf(views.sum.plot);
    const most = Math.max(threshold + 30, Math.ceil((sums.at(-1) ?? 0) / 10) * 10);
    views.sum.plot.replaceChildren(
      chart({
        label: `Running sum: ${sums.at(-1) ?? 0} after ${digits.length} digits`,
        lines: [{ name: "sum", color: "ink", values: sums }],
        ...{ from: 0, to: most, steps: length, border: threshold, ...width },
      }),
    );
    views.y.plot.replaceChildren(
      chart({
        label: `y(t) ends at ${last?.toFixed(3) ?? "no value yet"}`,
        lines: [{ name: "y(t)", color: "pink", values: y }],
        ...{ from: 0, to: 1, steps: length, ...width },
      }),
    );
    const over = (name: "i" | "f" | "o" | "c" | "h") => steps.map((step) => itemAt(step[name], cell));
    const [i, f, o, c, h] = [over("i"), over("f"), over("o"), over("c"), over("h")];
    views.gates.plot.replaceChildren(
      chart({
        label: `Gates of cell ${cell}, from 0, closed, to 1, open`,
        lines: [
          { name: "i", color: "green", values: i, dash: "2 3" },
          { name: "f", color: "blue", values: f },
          { name: "o", color: "orange", values: o, dash: "7 3" },
        ],
        ...{ from: 0, to: 1, steps: length, ...width },
      }),
    );
    const reach = Math.max(1, Math.ceil(Math.max(0, ...c.map(Math.abs))));
    views.state.plot.replaceChildren(
      chart({
        label: `State and output of cell ${cell}: c(t) ends at ${c.at(-1)?.toFixed(2) ?? "no value yet"}`,
        lines: [
          { name: "c(t)", color: "blue", values: c },
          { name: "h(t)", color: "orange", values: h, dash: "5 3" },
        ],
        ...{ from: -reach, to: reach, steps: length, ...width },
      }),
    );
    map.show(run, cell);
    renderBorder();
    box.dataset.y = y.join(" ");
    box.dataset.sum = String(sums.at(-1) ?? 0);
    box.dataset.cell = String(cell);
    for (const [name, values] of Object.entries({ i, f, o, c, h })) box.dataset[name] = values.join(" ");
  }

  function renderBorder(): void {
    const { plot, words } = views.border;
    const isWhole = run.digits.length === length;
    plot.classList.toggle("waits", border === undefined);
    if (!border) {
      if (!isWhole) plot.replaceChildren();
      words.textContent = isWhole ? "Being computed." : `Needs all ${length} digits.`;
      delete box.dataset.border;
      return;
    }
    const [from, to] = [Math.min(...around), Math.max(...around)];
    const turns = turnsOf(border);
    const known =
      data.border === undefined ? "" : ` Over many series the network's border lies at ${data.border.toFixed(1)}.`;
    words.textContent =
      "Each digit in turn, from the first to the last, goes up or down by one until the series has the sum. " +
      `${turns}${known}`;
    plot.replaceChildren(
      chart({
        label: `y after the last digit for sums from ${from} to ${to}. ${turns}`,
        lines: [{ name: `y(${length})`, color: "pink", values: border }],
        ...{ from: 0, to: 1, steps: around.length, first: from, axis: "sum", border: 0.5, ...widthOf(plot) },
        mark: { at: threshold - 0.5, name: "the rule" },
      }),
    );
    box.dataset.border = border.join(" ");
  }

  /** Where the answer changes, in words. */
  function turnsOf(y: readonly number[]): string {
    const answers = y.map(answerOf);
    const at = around.filter((_, i) => i > 0 && answers[i] !== answers[i - 1]);
    if (at.length === 0) return `The answer is ${answers[0]} at each of these sums.`;
    const gaps = at.map((sum) => `between ${sum - 1} and ${sum}`).join(", ");
    return `The answer changes ${gaps}; with exact sums it would change between ${threshold - 1} and ${threshold}.`;
  }

  box.className = "series";
  box.append(
    element("label", { class: "typed" }, `${length} digits from 0 to 9`, field),
    status,
    places.element,
    element("div", { class: "tools", role: "group", "aria-label": "Draw a series" }, ...buttons, back),
    facts,
    element(
      "div",
      { class: "views" },
      views.sum.element,
      views.y.element,
      element("label", { class: "which" }, "Look into", select),
      views.gates.element,
      views.state.element,
      views.map.element,
      views.border.element,
    ),
  );
  (box.getRootNode() as ShadowRoot).host.addEventListener("theme", render);
  onWidth(views.sum.plot, render);
  put(shown);
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

/** Uniform in [0, 1). It has no seed: nothing here needs to be repeated. */
const random = (): number => itemAt(crypto.getRandomValues(new Uint32Array(1)), 0) / 2 ** 32;
