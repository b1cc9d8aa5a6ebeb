import katex from "katex";

/** What became of a page's formulas. */
export interface Typeset {
  readonly html: string;
  /** Formulas that KaTeX does not read, with its reason; they stand on the page as TeX. */
  readonly problems: readonly string[];
}

/**
 * Typesets the formulas of a rendered notebook as MathML, which browsers draw without a font or script from elsewhere.
 */
export function typeset(body: string): Typeset {
  const problems: string[] = [];
  const html = body.replace(
    /<(div|span) class="tex( display)?">([^<]*)<\/\1>/g,
    (_, element: string, display: string | undefined, text: string) => {
      const tex = decode(text);
      const displayed = element === "div" || display !== undefined;
      try {
        const math = katex.renderToString(tex, {
          output: "mathml",
          displayMode: displayed,
          throwOnError: true,
          strict: "ignore",
        });
        return displayed
          ? `<${element} class="tex display" tabindex="0" role="group" aria-label="Formula">${math}</${element}>`
          : `<span class="tex">${math}</span>`;
      } catch (error) {
        problems.push(`${tex} (${(error as Error).message.replace(/^KaTeX parse error: /, "")})`);
        return `<code class="tex-error">${text}</code>`;
      }
    },
  );
  return { html, problems };
}

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#x27;": "'",
  "&amp;": "&",
};
const decode = (text: string): string => text.replace(/&(?:lt|gt|quot|#x27|amp);/g, (entity) => entities[entity]!);
