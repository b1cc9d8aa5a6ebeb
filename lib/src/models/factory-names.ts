/**
 * The factories by themselves, with their names. Who shows a factory asks here: to import the factories is to load the
 * engine.
 */
export const factoryNames = new WeakMap<object, string>();
