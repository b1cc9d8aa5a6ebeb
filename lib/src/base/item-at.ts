/**
 * The item at an index that the caller knows to exist.
 *
 * @param index From 0 on; below 0 it counts from the end.
 * @throws When the list has no such item: a mistake in the calling code.
 * @example
 * itemAt([3, 4, 5], -1); // 5
 */
export function itemAt<T>(list: ArrayLike<T>, index: number): T {
  const item = list[index < 0 ? list.length + index : index];
  if (item === undefined)
    throw new RangeError(`Expected a list with an item at index ${index} but found one of length ${list.length}.`);
  return item;
}

/**
 * The value of a record under a name that the caller knows to be there.
 *
 * @throws When the record has no such name: a mistake in the calling code.
 * @example
 * entryOf({ a: 1, b: 2 }, "b"); // 2
 */
export function entryOf<T>(record: Readonly<Record<string, T>>, name: string): T {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  if (value === undefined)
    throw new RangeError(`Expected one of the names ${Object.keys(record).join(", ")} but found "${name}".`);
  return value;
}
