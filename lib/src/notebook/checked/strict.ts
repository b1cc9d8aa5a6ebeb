import { refuseUnknown } from "../../base/options";
import { type Check, checkValues, type Rules } from "./rules";

type Call = (...values: never[]) => unknown;

/** The options that a function takes, from their place among its arguments. */
type OptionsOf<F extends Call, At extends number> = NonNullable<Parameters<F>[At]>;

/** What `strict` is told about a function. */
export interface StrictCall<F extends Call, At extends number> {
  /** As a cell calls it: "figures.curves". */
  readonly name: string;
  /** What the options are called in a message. Default "options". */
  readonly noun?: string;
  /** Place of the options among the arguments. Default 0. */
  readonly at?: At;
  /** Whether leaving the options out is refused as well. */
  readonly required?: boolean;
  /** Checks of the arguments before the options, by the names that a message gives them. */
  readonly given?: Readonly<Record<string, Check>>;
  /** Looks at the options where they are given, and whether they fit the other arguments. */
  readonly check?: (options: OptionsOf<F, At>, values: Parameters<F>) => void;
}

/**
 * A function of the library that refuses options which it does not have, instead of leaving them unread, and values
 * that cannot be meant: what a cell gets. The rooms of many such functions decide the numbers; a check there would make
 * another code of every record. Functions of the library call each other without these checks.
 *
 * @param call The function.
 * @param rules A check for each of its options.
 * @param more Its name, where its options stand, and further checks.
 */
export function strict<F extends Call, At extends number = 0>(
  call: F,
  rules: Rules<OptionsOf<F, At>>,
  { name, noun = "options", at, required = false, given = {}, check }: StrictCall<F, At>,
): F {
  const look = (values: Parameters<F>): void => {
    Object.entries(given).forEach(([path, look], i) => look(values[i], { path, of: name }));
    const options: unknown = values[at ?? 0];
    if (!required && options === undefined) return;
    refuseUnknown(`${noun} of ${name}`, options, rules);
    checkValues(options, { rules, place: { path: "", of: name } });
    check?.(options as OptionsOf<F, At>, values);
  };
  const plain = (...values: Parameters<F>): unknown => {
    look(values);
    return call(...values);
  };
  // A function that gives a promise gives one that fails.
  const waiting = async (...values: Parameters<F>): Promise<unknown> => plain(...values);
  return (call.constructor.name === "AsyncFunction" ? waiting : plain) as unknown as F;
}
