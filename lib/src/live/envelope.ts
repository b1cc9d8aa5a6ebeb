/** The MIME type that tells an exported page that an output is live. The output's HTML holds all that it shows. */
export const liveMime = "application/vnd.deepnets.live+json";

/** Attribute of the element that holds a live output; its value is the widget's name. */
export const liveAttribute = "data-deepnets-live";

/** Colours of a widget by name (`paper`, `ink`, `blue`, ...), on a light and on a dark page. */
export interface Theme {
  readonly light: Readonly<Record<string, string>>;
  readonly dark: Readonly<Record<string, string>>;
}

/** What a live output holds besides its static picture, as JSON: which widget it is, and what that widget works on. */
export interface Envelope<Data = unknown> {
  /** Its name in `page/widgets.ts`. */
  readonly widget: string;
  /** The widget's heading, also read aloud as the name of its region. */
  readonly title: string;
  /** The words on the button that starts it: "Draw a digit". */
  readonly start: string;
  readonly theme: Theme;
  readonly data: Data;
}

/** Whether a value from a file is an envelope. */
export function isEnvelope(value: unknown): value is Envelope {
  const { widget, title, start, theme, data } = (value ?? {}) as Partial<Record<keyof Envelope, unknown>>;
  const { light, dark } = (theme ?? {}) as Partial<Record<keyof Theme, unknown>>;
  return (
    [widget, title, start].every((text) => typeof text === "string") &&
    [light, dark].every((colors) => typeof colors === "object" && colors !== null) &&
    data !== undefined
  );
}

/** JSON for a script element: no character in it can end the element. */
export const inScript = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");
