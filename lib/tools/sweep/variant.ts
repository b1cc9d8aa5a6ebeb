import { fromEnvironment, tellEngine } from "../../src/base/environment";
import { findPart } from "../../src/parts";

/**
 * Trains a variant of a part, which no notebook does: `node variant.js PART`. The environment that `parameters` reads
 * says which variant, and with which seed.
 */
async function main(id: string): Promise<void> {
  const part = findPart(id);
  if (!part?.sheet) throw new Error(`Expected a part that trains a model but found ${id}: name another part.`);
  tellEngine(fromEnvironment("DEEPNETS_THREADS") ?? part.threads);
  const { loadMnist } = await import("../../src/data");
  const { parameters } = await import("../../src/training");
  const { findVariant, variantSettings } = await import("../../src/training/variants");
  const { train } = await import("../../src/runs/train");
  const { iterations, batchSize, optimizer } = part.sheet;
  const p = parameters(part.id, {
    iterations,
    batchSize,
    optimizer: optimizer as unknown as Parameters<typeof parameters>[1]["optimizer"],
    variants: variantSettings(part.id),
  });
  if (p.variant === undefined)
    throw new Error(
      `Expected DEEPNETS_SET to name a variant of ${id} but it names none: write DEEPNETS_SET=variant=NAME.`,
    );
  const { model, data } = findVariant(part.id, p.variant);
  const mnist = await loadMnist();
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => stop.abort());
  await train(model(p.seed), data ? data(mnist) : mnist, p, { signal: stop.signal });
}

if (require.main === module) {
  main(process.argv[2] ?? "").catch((error: unknown) => {
    console.log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
