import { chartStyle } from "../chart";

/** Styles of the series, within its shadow root. */
export const style = `${chartStyle}
.series { display: grid; gap: 12px; }
.series h3 { font-size: 15px; margin: 0 0 4px; }
.typed { display: grid; gap: 4px; font-size: 14px; }
.typed input { font: 17px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; width: 100%; min-width: 0;
  color: var(--ink); background: var(--paper); border: 1px solid var(--grey); border-radius: 6px; padding: 6px 10px; }
.typed input[aria-invalid="true"] { border-color: var(--orange); box-shadow: inset 0 0 0 1px var(--orange); }
.places { display: grid; grid-template-columns: repeat(30, minmax(0, 1fr)); gap: 4px; }
.place { font-variant-numeric: tabular-nums; text-align: center; line-height: 32px; height: 34px;
  border: 1px solid var(--grey); border-radius: 4px; cursor: pointer; user-select: none; -webkit-user-select: none; }
.place.chosen { border-color: var(--blue); box-shadow: inset 0 0 0 1px var(--blue); font-weight: 700; }
.place.none { color: var(--soft); border-style: dashed; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.nudge { margin-top: 6px; display: flex; gap: 6px; align-items: center; font-variant-numeric: tabular-nums; }
.nudge button { width: 36px; padding: 2px 0; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 0; font-variant-numeric: tabular-nums; }
.facts b { font-size: 20px; margin-left: 6px; }
.facts .right { color: var(--green); }
.facts .wrong { color: var(--orange); }
.series .status { margin: -6px 0 0; min-height: 1.45em; overflow-wrap: anywhere; }
.views { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px 28px; }
.views p { margin: 0 0 6px; font-size: 14px; color: var(--soft); max-width: 600px; }
.views select { font: inherit; font-size: 14px; max-width: 100%; color: var(--ink); background: var(--paper);
  border: 1px solid var(--grey); border-radius: 6px; padding: 4px 8px; min-height: 32px; }
.waits { opacity: .4; }
.which { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center;
  border-top: 1px solid var(--faint); padding-top: 12px; }
.map { position: relative; max-width: 600px; border: 1px solid var(--faint); cursor: pointer; }
.map canvas { display: block; width: 100%; height: 300px; image-rendering: pixelated; }
.map .row { position: absolute; left: -1px; right: -1px; height: 5px; margin-top: -1px; border: 1px solid var(--ink);
  outline: 1px solid var(--paper); pointer-events: none; }
@media (max-width: 900px) { .places { grid-template-columns: repeat(15, minmax(0, 1fr)); } }
@media (max-width: 640px) {
  .views { grid-template-columns: minmax(0, 1fr); }
  .places { grid-template-columns: repeat(10, minmax(0, 1fr)); }
  .typed input { font-size: 14px; }
}
`;
