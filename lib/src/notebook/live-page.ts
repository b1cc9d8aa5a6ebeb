// This function runs in the notebook's page: an output holds its text. It must not use anything outside of itself.

/** What the page needs to know. Paths start at the Jupyter server's root folder. */
export interface LivePage {
  /** Id of the output's element. */
  readonly id: string;
  /** Folder of the run: "data/runs/h6-1b/full-s1". */
  readonly run: string;
  readonly plotly: string;
  readonly color: string;
  /** Milliseconds since 1970; files written earlier belong to an earlier run. */
  readonly since: number;
}

/**
 * Loads plotly.js from the Jupyter server, then reads the run's record there again and again and draws it, until the
 * run has ended.
 */
export function drawLive({ id, run, plotly, color, since }: LivePage): void {
  const page = globalThis as any;
  const { document } = page;
  const root = document.getElementById(id);
  if (!root || root.dataset.live) return;
  root.dataset.live = "yes";
  const config = document.getElementById("jupyter-config-data");
  const base = config ? JSON.parse(config.textContent).baseUrl : (document.body.dataset.baseUrl ?? "/");
  const part = (name: string) => root.querySelector(`[data-part="${name}"]`);
  const address = (path: string) => `${base}files/${path.split("/").map(encodeURIComponent).join("/")}`;
  const number = (value: number) => Math.round(value).toLocaleString("en-US");
  const time = (s: number) =>
    s < 60
      ? `${Math.round(s)} s`
      : s < 3600
        ? `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`
        : `${(s / 3600).toFixed(1)} h`;
  let news = Date.now();
  let points = -1;
  let seen = false;

  const plotlyReady = (page.deepnetsPlotly ??= new Promise((resolve, reject) => {
    if (page.Plotly) return resolve(page.Plotly);
    // On a page with RequireJS, plotly.js would register there and not as a global name.
    const { define } = page;
    page.define = undefined;
    const script = document.createElement("script");
    script.src = address(plotly);
    script.onload = () => {
      page.define = define;
      resolve(page.Plotly);
    };
    script.onerror = () => {
      page.define = define;
      page.deepnetsPlotly = undefined;
      reject(new Error("plotly.js"));
    };
    document.head.appendChild(script);
  }));

  const read = async (name: string) => {
    const answer = await page.fetch(address(`${run}/${name}`), { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) return undefined;
    const written = Date.parse(answer.headers.get("Last-Modified") ?? "");
    // The header counts whole seconds.
    if (written < since - 1500) return undefined;
    const record = await answer.json();
    return { ...record, written };
  };

  const tell = (record: any) => {
    const { iteration, stepsPerSecond, etaSeconds } = record.progress;
    const of = record.config.iterations;
    const accuracy = record.testAccuracy.length
      ? ` · train ${(100 * record.trainAccuracy.at(-1)).toFixed(2)} % · test ` +
        `${(100 * record.testAccuracy.at(-1)).toFixed(2)} %`
      : "";
    const running = record.status === "running";
    const quiet =
      running && Date.now() - news > 60_000
        ? ` · no news for ${time((Date.now() - news) / 1000)}: is the kernel alive?`
        : "";
    part("bar").max = of;
    part("bar").value = record.status === "finished" ? of : iteration;
    part("text").textContent =
      record.status === "finished"
        ? `finished: ${number(of)} iterations${accuracy}`
        : running
          ? `iteration ${number(iteration)} of ${number(of)} (${Math.floor((100 * iteration) / of)} %) · ` +
            `${stepsPerSecond.toFixed(stepsPerSecond < 10 ? 1 : 0)} steps/s · ${time(etaSeconds)} ` +
            `left${accuracy}${quiet}`
          : `stopped at iteration ${number(iteration)} of ${number(of)}${accuracy}`;
  };

  const draw = async (record: any) => {
    const Plotly = await plotlyReady;
    const ink = page.getComputedStyle(root).color;
    const trace = (name: string, y: number[], line: object) => ({
      type: "scatter",
      mode: y.length < 3 ? "lines+markers" : "lines",
      name,
      x: record.iterations,
      y,
      line: { color, ...line },
    });
    // Before the first step the network guesses; that point would press all others into a line.
    const seen = [...record.trainAccuracy.slice(1), ...record.testAccuracy.slice(1)];
    const [low, high] = [Math.min(...seen), Math.max(...seen)];
    const range =
      seen.length > 4
        ? [Math.max(0, low - 0.1 * (high - low) - 0.002), Math.min(1, high + 0.1 * (high - low) + 0.002)]
        : [0, 1];
    const axis = { gridcolor: "rgba(128,128,128,0.25)", zeroline: false };
    const layout = {
      height: 280,
      margin: { l: 56, r: 16, t: 8, b: 44 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, size: 12 },
      xaxis: { ...axis, title: { text: "iteration" }, range: [0, record.config.iterations] },
      yaxis: { ...axis, title: { text: "accuracy" }, tickformat: ".1~%", range },
      legend: { x: 1, xanchor: "right", y: 0.02, yanchor: "bottom" },
      uirevision: "kept",
    };
    part("static").style.display = "none";
    await Plotly.react(
      part("plot"),
      [
        trace("train", record.trainAccuracy, { dash: "dot", width: 1.5 }),
        trace("test", record.testAccuracy, { width: 2 }),
      ],
      layout,
      { displayModeBar: false, responsive: true },
    );
  };

  const turn = async () => {
    let again = 500;
    try {
      const record = (await read("live.json")) ?? (await read("record.json"));
      if (record) {
        seen = true;
        const state = record.iterations.length + record.status;
        if (!(record.written <= news - 60_000)) news = record.written || Date.now();
        tell(record);
        // Off the page (scrolled away in a long notebook) there is nothing to draw on.
        if (state !== root.dataset.points && root.isConnected) {
          await draw(record);
          root.dataset.points = state;
          points = record.iterations.length;
        }
        if (record.status !== "running") return;
      }
    } catch {
      again = 3000; // the server is away: the picture stays as it is
    }
    if (!root.isConnected && !seen && Date.now() - since > 600_000) return;
    page.setTimeout(turn, points < 0 ? 250 : again);
  };
  void turn();
}
