/**
 * One kind of live output, as it runs in the reader's browser. It may use the page's DOM and the files of `live/`, and
 * loads nothing.
 */
export interface Widget<Data> {
  /** Styles of its own, within its shadow root; colours as `var(--blue)`, after `figures/theme.ts`. */
  readonly style: string;
  /**
   * Builds the widget in an empty box, once, when the reader has asked for it.
   *
   * @throws Error With one sentence for the reader, which is shown in place of the widget.
   */
  start(box: HTMLElement, data: Data): void | Promise<void>;
}
