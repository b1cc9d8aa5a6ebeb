/** What `element` sets: attributes by name, and handlers as `onclick`. */
type Settings = Readonly<Record<string, string | number | boolean | ((event: any) => void)>>;

/**
 * Makes an element with attributes, handlers (`{ type: "button", onclick: clear }`) and children.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  settings: Settings = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(settings)) {
    if (typeof value === "function") made.addEventListener(key.replace(/^on/, ""), value);
    else if (typeof value === "boolean") made.toggleAttribute(key, value);
    else made.setAttribute(key, String(value));
  }
  made.append(...children);
  return made;
}
