import { type OptionNames, refuseUnknown } from "../../base/options";

/**
 * A function of the library that refuses options which it does not have, instead of leaving them unread: what a cell
 * gets. The rooms of such functions decide the numbers; a check there would make another code of every record.
 *
 * @param call The function.
 * @param names What its options may hold.
 * @param more `what` names the options in a message; `at` is their place among the arguments, by default the first;
 *   where they are `required`, leaving them out is refused as well; `check` looks at their values.
 */
export function strict<F extends (...values: never[]) => unknown, T>(
  call: F,
  names: OptionNames<T>,
  more: {
    readonly what: string;
    readonly at?: number;
    readonly required?: boolean;
    readonly check?: (options: T) => void;
  },
): F {
  const { what, at = 0, required = false, check } = more;
  const checked = (...values: never[]): unknown => {
    const options: T | undefined = values[at];
    if (required || options !== undefined) refuseUnknown(what, options, names);
    if (options !== undefined) check?.(options);
    return call(...values);
  };
  return checked as F;
}
