import { element } from "../element";

/** The digits of a series, one beside the other. For the keyboard they are one stop. */
export interface Places {
  readonly element: HTMLElement;
  /** Shows digits; places after the last are empty. */
  show(digits: readonly number[]): void;
}

/** What the places are made with. */
export interface PlacesOptions {
  /** Digits of a whole series. */
  readonly length: number;
  /** The reader gives the place, counted from 0, another digit. */
  readonly onset: (place: number, digit: number) => void;
}

const moves: Readonly<Record<string, (place: number, last: number) => number>> = {
  ArrowLeft: (place) => place - 1,
  ArrowRight: (place) => place + 1,
  Home: () => 0,
  End: (_, last) => last,
};

/** Makes the places: left and right go from digit to digit, up and down change one by 1, a typed digit replaces it. */
export function makePlaces({ length, onset }: PlacesOptions): Places {
  let chosen = 0;
  let digits: readonly number[] = [];
  const cells = Array.from({ length }, (_, place) => {
    const cell = element("span", {
      class: "place",
      role: "spinbutton",
      "aria-label": `x(${place + 1})`,
      "aria-valuemin": 0,
      "aria-valuemax": 9,
    });
    cell.addEventListener("click", () => choose(place, true));
    cell.addEventListener("focus", () => choose(place));
    cell.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const move = moves[event.key];
      if (move) choose(Math.max(0, Math.min(length - 1, move(place, length - 1))), true);
      else if (event.key === "ArrowUp") nudge(1);
      else if (event.key === "ArrowDown") nudge(-1);
      else if (/^\d$/.test(event.key)) {
        set(Number(event.key));
        choose(Math.min(length - 1, place + 1), true);
      } else return;
      event.preventDefault();
    });
    return cell;
  });
  const name = element("span", {});
  const less = element("button", { type: "button", onclick: () => nudge(-1) }, "−");
  const more = element("button", { type: "button", onclick: () => nudge(1) }, "+");

  /** The place after the last digit can be filled; those after it must wait. */
  function set(digit: number): void {
    if (chosen <= digits.length) onset(chosen, digit);
  }
  function nudge(by: number): void {
    const digit = digits[chosen];
    if (digit === undefined) set(0);
    else if (digit + by >= 0 && digit + by <= 9) onset(chosen, digit + by);
  }
  function choose(place: number, focus = false): void {
    chosen = place;
    render();
    if (focus) cells[place]?.focus();
  }
  function render(): void {
    cells.forEach((cell, place) => {
      const digit = digits[place];
      cell.textContent = digit === undefined ? "·" : String(digit);
      cell.tabIndex = place === chosen ? 0 : -1;
      cell.classList.toggle("chosen", place === chosen);
      cell.classList.toggle("none", digit === undefined);
      if (digit === undefined) {
        cell.removeAttribute("aria-valuenow");
        cell.setAttribute("aria-valuetext", "empty");
      } else {
        cell.setAttribute("aria-valuenow", String(digit));
        cell.removeAttribute("aria-valuetext");
      }
    });
    name.textContent = `x(${chosen + 1})`;
    less.setAttribute("aria-label", `Lower x(${chosen + 1})`);
    more.setAttribute("aria-label", `Raise x(${chosen + 1})`);
    less.disabled = digits[chosen] === 0;
    more.disabled = digits[chosen] === 9;
  }
  return {
    element: element(
      "div",
      {},
      element(
        "div",
        {
          class: "places",
          role: "group",
          "aria-label": "The digits one by one: left and right choose, up and down nudge, a digit replaces",
        },
        ...cells,
      ),
      element("div", { class: "nudge", role: "group", "aria-label": "Nudge the chosen digit" }, name, less, more),
    ),
    show(shown) {
      digits = shown;
      render();
    },
  };
}
