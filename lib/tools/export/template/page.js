// Draws the page's figures one after the other, in the colours of the reader's choice, with controls that a keyboard
// reaches.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const partners = JSON.parse(document.getElementById("dark-colors").textContent);
  // A figure without data cannot be drawn here: it keeps its static picture.
  const figures = [...document.querySelectorAll("figure[data-figure]:has(> script)")];
  const narrowest = 600;

  function spec(figure, width) {
    let text = figure.querySelector("script").textContent;
    if (dark.matches) for (const [light, other] of Object.entries(partners)) text = text.replaceAll(light, other);
    const { data, layout } = JSON.parse(text);
    const control = takeControl(layout);
    if (width < narrowest) fit(data, layout, width);
    return { data, layout, control };
  }

  // The keyboard does not reach plotly's sliders and buttons: for a figure with one of them the page has its own.
  function takeControl(layout) {
    const [sliders, menus] = [layout.sliders ?? [], layout.updatemenus ?? []];
    if (sliders.length + menus.length !== 1) return undefined;
    const [slider, menu] = [sliders[0], menus[0]];
    const steps = (slider ? slider.steps : menu.buttons) ?? [];
    const known = ({ method }) => ["restyle", "relayout", "update", undefined].includes(method);
    if (steps.length === 0 || !steps.every(known)) return undefined;
    delete layout.sliders;
    delete layout.updatemenus;
    const room = layout.meta?.controlRoom ?? 0;
    if (room > 0 && layout.height > room && layout.margin?.b >= room) {
      layout.height -= room;
      layout.margin.b -= room;
    }
    return {
      slider: Boolean(slider),
      active: Math.min(Math.max(0, (slider ?? menu).active ?? 0), steps.length - 1),
      prefix: slider?.currentvalue?.prefix ?? "",
      steps,
    };
  }

  function fit(data, layout, width) {
    const meta = layout.meta ?? {};
    // plotly.js' own values where a figure gives none.
    const margin = (layout.margin = { l: 80, r: 80, t: 100, b: 80, ...layout.margin });
    layout.height ??= 450;
    layout.dragmode = false;
    if (typeof layout.title?.text === "string" && typeof meta.title === "string") {
      const lines = wrap(meta.caption ?? "", Math.floor((width - 24) / 6.3));
      const titles = wrap(meta.title, Math.floor((width - 24) / 8));
      const room = (meta.room ?? 0) + (legendRows(data, layout, width) - 1) * 19;
      const top = 18 + titles.length * 18 + lines.length * 17 + (lines.length ? 6 : 0) + room;
      layout.title.text = [
        ...titles.map((line) => `<b>${line}</b>`),
        ...lines.map((line) => `<span style="font-size:12px">${line}</span>`),
      ].join("<br>");
      layout.title.pad = { l: 10, t: titles.length + lines.length > 1 ? 17 : 8 };
      layout.height += top - margin.t;
      margin.t = top;
    }
    for (const trace of data) {
      if (trace.type !== "heatmap" || !Array.isArray(trace.z?.[0])) continue;
      const written = trace.texttemplate ? trace : data.find((other) => isTextOn(trace, other));
      if (!written) continue;
      const [left, right] = layout[(trace.xaxis ?? "x").replace("x", "xaxis")]?.domain ?? [0, 1];
      const cell = ((width - margin.l - margin.r) * (right - left)) / trace.z[0].length;
      const size = Math.min(11, Math.floor(cell / (0.6 * longest(written) + 0.4)));
      if (size >= 6) written.textfont = { ...written.textfont, size };
      else if (written === trace) delete trace.texttemplate;
      else delete written.text;
    }
    if (meta.narrow?.plotHeight) layout.height = meta.narrow.plotHeight + margin.t + margin.b;
  }

  /** Whether a trace holds the numbers of a matrix. */
  function isTextOn(matrix, { type, mode, xaxis = "x" }) {
    return type === "scatter" && mode === "text" && xaxis === (matrix.xaxis ?? "x");
  }

  /** Characters of the longest text that a matrix has in its cells. */
  function longest({ texttemplate, text, z }) {
    const digits = Number(/\.(\d)f/.exec(texttemplate)?.[1] ?? 0);
    const texts = (text ?? z.map((row) => row.map((value) => value.toFixed(digits)))).flat();
    return Math.max(...texts.map((one) => String(one).replace(/<[^>]*>/g, "").length));
  }

  /** Rows that the names above the axes take; plotly gives each as much room as the longest. */
  function legendRows(data, layout, width) {
    const names = data.filter((trace) => trace.name && trace.showlegend !== false).map(({ name }) => name.length);
    if (!layout.showlegend || layout.legend?.orientation !== "h" || names.length === 0) return 1;
    const beside = Math.floor((width - layout.margin.l - layout.margin.r) / (46 + 7 * Math.max(...names)));
    return Math.ceil(names.length / Math.max(1, beside));
  }

  function wrap(text, length) {
    const lines = [];
    for (const word of text.split(" ").filter(Boolean)) {
      if (lines.length && lines.at(-1).length + word.length < length) lines[lines.length - 1] += ` ${word}`;
      else lines.push(word);
    }
    return lines;
  }

  async function draw(figure) {
    const plot = figure.querySelector(".plot");
    plot.hidden = false;
    const { data, layout, control } = spec(figure, figure.clientWidth);
    plot.style.height = `${layout.height ?? 450}px`;
    try {
      await Plotly.react(plot, data, layout, { responsive: true, displayModeBar: false });
    } catch (error) {
      plot.hidden = true;
      throw error;
    }
    figure.classList.add("drawn");
    figure.classList.toggle("pictured", figure.querySelector(".still img") !== null);
    figure.querySelector(".controls")?.remove();
    if (control) plot.after(controls(plot, control, figure));
  }

  function controls(plot, { slider, active, prefix, steps }, figure) {
    const box = document.createElement("div");
    box.className = "controls";
    let chosen = Number(figure.dataset.chosen ?? active);
    const choose = (index) => {
      chosen = index;
      figure.dataset.chosen = index;
      const { method = "restyle", args = [] } = steps[index];
      Plotly[method](plot, ...args);
    };
    if (slider) {
      const input = Object.assign(document.createElement("input"), {
        type: "range",
        min: 0,
        max: steps.length - 1,
        step: 1,
        value: chosen,
      });
      const output = document.createElement("output");
      const say = () =>
        input.setAttribute("aria-valuetext", (output.textContent = prefix + (steps[chosen].label ?? chosen)));
      input.setAttribute("aria-label", prefix.replace(/[:\s]+$/, "") || "State of the figure");
      input.addEventListener("input", () => {
        choose(Number(input.value));
        say();
      });
      say();
      box.append(input, output);
    } else {
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "State of the figure");
      const buttons = steps.map((step, index) => {
        const button = Object.assign(document.createElement("button"), {
          type: "button",
          textContent: step.label ?? index + 1,
        });
        button.addEventListener("click", () => {
          choose(index);
          press();
        });
        return button;
      });
      const press = () =>
        buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(index === chosen)));
      press();
      box.append(...buttons);
    }
    if (chosen !== active) choose(chosen);
    return box;
  }

  const pause = () => new Promise((done) => setTimeout(done));
  let round = 0;
  async function drawAll() {
    const mine = ++round;
    for (const figure of figures) {
      await pause();
      if (mine !== round) return;
      await draw(figure).catch((error) => console.error(error));
    }
    document.documentElement.dataset.drawn = String(
      figures.filter((figure) => figure.classList.contains("drawn")).length,
    );
  }

  const codes = [...document.querySelectorAll("details.code")];
  const fold = document.getElementById("fold");
  if (fold && codes.length) {
    fold.hidden = false;
    const closed = () => codes.some((code) => !code.open);
    const label = () => (fold.textContent = closed() ? "Show all code" : "Fold all code");
    fold.addEventListener("click", () => {
      const open = closed();
      for (const code of codes) code.open = open;
    });
    for (const code of codes) code.addEventListener("toggle", label);
    label();
  }
  const toc = document.querySelector(".toc details");
  if (toc && innerWidth < 1080) toc.open = false;

  if (figures.length && window.Plotly) {
    let narrow = innerWidth < narrowest;
    dark.addEventListener("change", drawAll);
    addEventListener("resize", () => {
      if (narrow === innerWidth < narrowest) return;
      narrow = !narrow;
      void drawAll();
    });
    void drawAll();
  }
})();
