import { itemAt } from "../base/item-at";
import { statistic } from "../base/statistics";
import { count } from "../base/text";
import { type Figure, figure, type Words } from "./figure";
import { percent, round } from "./numbers";
import { accuracyOf, byPart, type RunLike, recordsOf } from "./runs";

/**
 * What more parameters gain: test accuracy (filled, with its standard deviation over seeds) and training accuracy
 * (hollow) against the number of parameters, on a logarithmic axis.
 *
 * @param runs Finished runs; several of one part are averaged.
 * @example
 * show(figures.parametersVsAccuracy(runs));
 */
export function parametersVsAccuracy(runs: readonly RunLike[], words: Partial<Words> = {}): Figure {
  const points = byPart(recordsOf(runs)).map(({ style, records }) => ({
    ...style,
    x: itemAt(records, 0).model.parameters,
    train: statistic(records.map((record) => accuracyOf(record, "train"))),
    test: statistic(records.map((record) => accuracyOf(record, "test"))),
  }));
  const data = points.flatMap(({ name, color, x, train, test }) => [
    {
      type: "scatter",
      mode: "lines",
      x: [x, x],
      y: [round(test.mean, 5), round(train.mean, 5)],
      line: { color, width: 1, dash: "dot" },
      hoverinfo: "skip",
    },
    {
      type: "scatter",
      mode: "markers",
      name: `${name} train`,
      x: [x],
      y: [round(train.mean, 5)],
      marker: { color, size: 10, symbol: "circle-open", line: { width: 2 } },
      hovertemplate: "%{x:,} parameters: %{y:.2%}<extra>%{fullData.name}</extra>",
    },
    {
      type: "scatter",
      mode: "markers",
      name: `${name} test`,
      x: [x],
      y: [round(test.mean, 5)],
      marker: { color, size: 11 },
      error_y: { type: "data", array: [round(test.sd, 3)], color, visible: test.sd > 0 },
      hovertemplate: "%{x:,} parameters: %{y:.2%}<extra>%{fullData.name}</extra>",
    },
  ]);
  const lowest = Math.min(0.99, ...points.map((point) => Math.min(point.test.mean, point.train.mean)));
  const caption =
    words.caption ??
    "Test accuracy: " +
      `${points.map((point) => `${point.name} ${percent(point.test.mean)} with ${count(point.x)}`).join("; ")} ` +
      "parameters. Filled: test, hollow: train.";
  const drawn = figure(
    data,
    {
      title: words.title ?? "Accuracy against parameters",
      caption,
      alt: words.alt,
    },
    {
      height: 300,
      right: 24,
      x: { title: "parameters", type: "log", range: [3.5, 7.1], dtick: 1 },
      y: { title: "accuracy", range: [Math.floor((lowest - 0.005) * 100) / 100, 1.003], tickformat: ".0%" },
    },
  );
  const order = [...points].sort((a, b) => a.x - b.x);
  const annotations = order.map((point, i) => {
    // Two models of equal size would cover each other's labels: that of the better one stands above its point.
    const rival = order.find((other, j) => j !== i && Math.abs(Math.log10(other.x / point.x)) < 0.3);
    const above =
      rival !== undefined &&
      (rival.test.mean < point.test.mean || (rival.test.mean === point.test.mean && order.indexOf(rival) > i));
    const left = point.x > 1e6;
    return {
      xref: "x",
      yref: "y",
      x: round(Math.log10(point.x)),
      y: round(point.test.mean, 5),
      xanchor: left ? "right" : "left",
      yanchor: above ? "bottom" : "top",
      xshift: left ? -9 : 9,
      showarrow: false,
      text: `<b>${point.name}</b>`,
      font: { color: point.color, size: 12 },
    };
  });
  return { data: drawn.data, layout: { ...drawn.layout, annotations } };
}
