import temml from "temml";
import { itemAt } from "../../src/base/item-at";

/** A formula of a page. */
export interface Formula {
  readonly tex: string;
  /** Whether it stands on a line of its own. */
  readonly isDisplayed: boolean;
}

/**
 * Typesets the formulas of one notebook as MathML, which browsers draw without a font or script from elsewhere. As in
 * JupyterLab, a macro that one formula defines is known to all that follow, and `\eqref` finds any formula's `\label`.
 */
export class Typesetter {
  #definitions = "";
  #macros: Record<string, unknown> = {};
  #next = 0;
  readonly #labels = new Map<string, string>();
  readonly #formulas: readonly Formula[];
  readonly #sources: readonly string[];

  /** @param formulas All formulas of the notebook, in order: a label may come after its reference. */
  constructor(formulas: readonly Formula[]) {
    this.#formulas = formulas;
    this.#sources = formulas.map(({ tex, isDisplayed }) =>
      isDisplayed ? this.#numbered(forTemml(tex)) : forTemml(tex),
    );
  }

  /**
   * MathML of the next formula.
   *
   * @throws Error With one sentence that says what cannot be typeset.
   */
  next(): string {
    const at = this.#next++;
    const { isDisplayed } = itemAt(this.#formulas, at);
    const source = this.#resolved(itemAt(this.#sources, at));
    const html = this.#render(source, isDisplayed);
    // Definitions count only from a formula that is right.
    if (defines.test(source)) this.#define(source);
    return html;
  }

  #render(tex: string, displayMode: boolean): string {
    try {
      return temml.renderToString(tex, {
        displayMode,
        throwOnError: true,
        annotate: true,
        macros: { ...this.#macros },
        trust: false,
      });
    } catch (error) {
      // After the position, Temml's message repeats the formula, underlined.
      throw new Error((error as Error).message.replace(/ at (?:position|end of input)[\s\S]*$/, "").trim());
    }
  }

  #define(tex: string): void {
    const definitions = `${this.#definitions}\n${tex}`;
    try {
      this.#macros = temml.definePreamble(definitions, { macros: {} }) as Record<string, unknown>;
      this.#definitions = definitions;
    } catch {
      // A definition within a group counts only there.
    }
  }

  /** Numbers the labelled rows, in the notebook's order, and no others, as JupyterLab does. */
  #numbered(tex: string): string {
    if (!/\\label\s*\{/.test(tex)) return tex;
    const rows = tex.split(/(\\\\(?:\[[^\]]*\])?)/);
    return rows
      .map((row) => {
        const own = /\\tag\*?\s*\{([^{}]*)\}/.exec(row)?.[1];
        return row.replace(/\\label\s*\{([^{}]*)\}/g, (_, label: string) => {
          const number = own ?? String(this.#labels.size + 1);
          this.#labels.set(label.trim(), number);
          return own === undefined ? `\\tag{${number}}` : "";
        });
      })
      .join("");
  }

  #resolved(tex: string): string {
    return tex.replace(/\\(eq)?ref\s*\{([^{}]*)\}/g, (reference, eq: string | undefined, label: string) => {
      const number = this.#labels.get(label.trim());
      if (number === undefined) throw new Error(`${reference} refers to no \\label of this notebook`);
      return `\\text{${eq ? `(${number})` : number}}`;
    });
  }
}

const defines = /\\(?:newcommand|renewcommand|providecommand|def|gdef|edef|xdef|let|DeclareMathOperator)\b/;

/** MathJax, which JupyterLab uses, lets a macro be defined twice, and knows some commands by other names. */
function forTemml(tex: string): string {
  return tex
    .replace(/\\require\s*\{[^{}]*\}/g, "")
    .replace(
      /\\DeclareMathOperator(\*?)\s*\{?\s*(\\[A-Za-z]+)\s*\}?\s*(\{(?:[^{}]|\{[^{}]*\})*\})/g,
      (_, star, name, body) => define(name, `{\\operatorname${star}${body}}`),
    )
    .replace(/\\(?:re)?newcommand\*?\s*\{?\s*(\\(?:[A-Za-z]+|.))\s*\}?/g, (_, name: string) => define(name, ""));
}

const define = (name: string, rest: string) => `\\providecommand{${name}}{}\\renewcommand{${name}}${rest}`;
