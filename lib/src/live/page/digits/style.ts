/** Styles of the pad, within its shadow root. */
export const style = `
.digits { display: grid; grid-template-columns: minmax(0, 280px) minmax(0, 1fr); gap: 16px 28px; align-items: start; }
.pad { position: relative; width: 100%; aspect-ratio: 1; border: 1px solid var(--grey); border-radius: 8px;
  overflow: hidden; touch-action: none; cursor: crosshair; user-select: none; -webkit-user-select: none; }
.paper { display: block; width: 100%; height: 100%; image-rendering: pixelated; }
.hint { position: absolute; inset: 0; display: grid; place-items: center; color: var(--soft); pointer-events: none; }
.tools { display: grid; gap: 8px; margin-top: 10px; }
.tools .line { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.tools label { display: grid; grid-template-columns: 84px minmax(0, 1fr) 56px; gap: 8px; align-items: center;
  font-size: 14px; }
.tools output { text-align: right; font-variant-numeric: tabular-nums; }
input[type="range"] { width: 100%; margin: 0; accent-color: var(--blue); height: 28px; }
.arrows { display: flex; gap: 4px; }
.arrows button { padding: 2px 0; width: 34px; }
.seen { display: grid; grid-template-columns: 112px minmax(0, 1fr); gap: 12px; align-items: center;
  margin-bottom: 12px; }
.seen canvas { width: 112px; height: 112px; border: 1px solid var(--faint); image-rendering: pixelated;
  display: block; }
.seen p { margin: 0; font-size: 14px; color: var(--soft); }
.seen .status { color: var(--ink); font-size: 15px; margin-bottom: 4px; }
.row { display: grid; grid-template-columns: 118px minmax(0, 1fr); gap: 4px 14px; padding: 6px 8px; margin: 0 -8px;
  border-radius: 8px; }
.row.open-able { cursor: pointer; }
.row.open-able:hover { background: color-mix(in srgb, var(--model) 8%, transparent); }
.head { display: flex; flex-direction: column; align-items: flex-start; gap: 1px; }
.head strong { color: var(--model); }
.answer { font-variant-numeric: tabular-nums; min-height: 1.45em; }
.head button { font-size: 13px; padding: 0 8px; min-height: 26px; }
.chart { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 4px; }
.column { display: flex; flex-direction: column; align-items: center; font-size: 13px; line-height: 1.3;
  color: var(--soft); }
.track { width: 100%; height: 44px; display: flex; align-items: flex-end; border-bottom: 1px solid var(--grey); }
.bar { display: block; width: 100%; background: var(--model); opacity: .6; transition: height .08s linear; }
.best { color: var(--ink); font-weight: 700; }
.best .bar { opacity: 1; }
/* Nothing is left free for the answer of a network that is not there. */
.head:has(+ .problem) .answer { min-height: 0; }
.problem { grid-column: 1 / -1; margin: 0; font-size: 14px; color: var(--soft); overflow-wrap: anywhere; }
.details { grid-column: 1 / -1; border-top: 1px solid var(--faint); padding-top: 12px; }
.details p { margin: 0 0 6px; font-size: 14px; color: var(--soft); }
.details canvas { image-rendering: pixelated; display: block; max-width: 100%; }
.maps { margin-bottom: 12px; }
.maps canvas { width: 100%; max-width: 720px; }
.sums { display: grid; grid-template-columns: repeat(auto-fill, minmax(64px, 1fr)); gap: 10px; }
.sum { font-size: 14px; font-variant-numeric: tabular-nums; text-align: center; }
.sum canvas { width: 100%; border: 1px solid var(--faint); }
.sum.best canvas { border-color: var(--ink); outline: 1px solid var(--ink); }
.strip { grid-column: 1 / -1; border: 0; border-top: 1px solid var(--faint); margin: 0; padding: 10px 0 0;
  min-width: 0; }
.strip legend { font-weight: 600; padding: 0; float: left; width: 100%; margin-bottom: 6px; }
.images { clear: both; margin-bottom: 8px; }
.images .title { display: block; font-size: 13px; color: var(--soft); margin-bottom: 4px; }
.cells { display: flex; flex-wrap: wrap; gap: 6px; }
.cells label { position: relative; cursor: pointer; border-radius: 5px; border: 2px solid var(--faint); }
.cells label:has(:checked) { border-color: var(--blue); }
.cells label:has(:focus-visible) { outline: 3px solid var(--orange); outline-offset: 2px; }
.cells input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
.cells canvas { display: block; width: 42px; height: 42px; image-rendering: pixelated; border-radius: 3px; }
@media (max-width: 640px) {
  .digits { grid-template-columns: minmax(0, 1fr); }
  .pad { max-width: 320px; margin: 0 auto; }
  .row { grid-template-columns: minmax(0, 1fr); }
  .head { flex-direction: row; align-items: center; gap: 10px; }
  .head button { margin-left: auto; }
}
@media (prefers-reduced-motion: reduce) { .bar { transition: none; } }
`;
