// Before each file of tests: how values are compared, and what a file that shares its process with others gives back when
// it ends, its environment, its globals and its modules' functions.
import { afterAll, expect, vi } from "vitest";

// vitest compares typed arrays by the names of their elements: seconds for a network's weights. Where all bytes are the
// same it need not; where they are not, it says what differs.
const bytes = (value: unknown) =>
  ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
function sameBytes(one: unknown, other: unknown): true | undefined {
  const [a, b] = [bytes(one), bytes(other)];
  const same = a && b && Object.getPrototypeOf(one) === Object.getPrototypeOf(other) && Buffer.compare(a, b) === 0;
  return same || undefined;
}
const shared = globalThis as { comparesBytes?: boolean };
if (!shared.comparesBytes) expect.addEqualityTesters([sameBytes]);
shared.comparesBytes = true;

const environment = { ...process.env };

afterAll(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
