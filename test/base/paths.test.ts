import { join } from "node:path";
import { expect, test } from "vitest";
import { placeWithin, projectFolder } from "../../lib/src/base/paths";

test("names a path within the project from its folder, any other in full", () => {
  expect(placeWithin(join(projectFolder(), "data/runs/h6-1b/full-s1/model"))).toBe("data/runs/h6-1b/full-s1/model");
  for (const path of [projectFolder(), `${projectFolder()}-other/data`, "/elsewhere/data/runs"])
    expect(placeWithin(path)).toBe(path);
});
