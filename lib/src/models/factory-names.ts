/**
 * The names of the factories. To show a factory, only its name is needed; importing the factories would load the
 * engine.
 */
export const factoryNames = new WeakMap<object, string>();
