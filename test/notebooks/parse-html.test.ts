import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseFragment } from "parse5";
import { expect, test } from "vitest";
import { parsePage, parsePiece } from "../../lib/tools/notebooks/parse-html";
import { notebooksFolder } from "../../lib/tools/notebooks/places";

const long = "AbC0/+.,:[1]x".repeat(12);

/** A tree as text: parents left out, so that it does not turn in circles. */
const written = (tree: unknown) =>
  JSON.stringify(tree, (key, value: unknown) => (key === "parentNode" ? undefined : value));

// Wherever a browser may find a long run of letters: as text, data, names, and after each sign that gives it a meaning.
test.each([
  `<p>${long}</p>`,
  `<p title="${long}" class='${long}' id=${long}>${long}</p>`,
  `<p>&amp${long}</p><p>&${long};</p><p>&#65${long}</p><p>&#x41${long}</p>`,
  `<${long}>text</${long}><p>after`,
  `<p ${long}="1" ${long}>x</p>`,
  `<p/${long}>x</p>`,
  `<!--${long}--><p>x<!-- ${long} --!>`,
  `<!${long}><?${long}>x</${long}>`,
  `<!doctype ${long}><p>x`,
  `<!doctype html public "${long}" "${long}"><p>x`,
  `<svg><![CDATA[${long}]]>${long}</svg>`,
  `<svg><![CDATA[ ${long}]]></svg><p>x`,
  `<svg><![CDATA[ ${long}${"]".repeat(200)}></svg><p>x`,
  `<script>"${long}"</script>${long}`,
  `<script><!-- <script>${long}</script> "${long}" --></script>x`,
  `<style>a{b:url(${long})}</style><title>${long}</title><textarea>${long}</textarea>`,
  `<template><p>${long}</p></template>`,
  `<table>${long}<tr><td>${long}`,
  `${long}<p>x</p>`,
  `<p>${"\u{e000}"}0${"\u{e000}"} ${long}</p>`,
  "<p>short</p>",
  `<${long.repeat(200)}>x</${long.repeat(200)}> <p>&${long.repeat(200)}</p> <p>${long.repeat(200)}</p>`,
])("finds in a page just what parse5 finds (%#)", (html) => {
  expect(written(parsePage(html))).toBe(written(parse(html)));
  expect(written(parsePiece(html))).toBe(written(parseFragment(html)));
});

test("finds in the outputs of a notebook just what parse5 finds", () => {
  const { cells } = JSON.parse(readFileSync(join(notebooksFolder(), "h6-1b-mlp.ipynb"), "utf8")) as {
    readonly cells: readonly { readonly outputs?: readonly { readonly data?: Readonly<Record<string, string[]>> }[] }[];
  };
  const outputs = cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap(({ data }) => data?.["text/html"]?.join("") ?? []),
  );
  expect(outputs.length).toBeGreaterThan(3);
  for (const html of outputs) expect(written(parsePiece(html)) === written(parseFragment(html))).toBe(true);
});

test("takes less than two seconds for a page with ten megabytes of data", () => {
  const data = Buffer.alloc(7_500_000, "deepnets").toString("base64");
  const start = performance.now();
  const page = parsePage(
    `<!doctype html><title>x</title><script type="application/json">{"packed":"${data}"}</script>`,
  );
  expect(written(page)).toContain(data);
  expect((performance.now() - start) / 1000).toBeLessThan(2);
});
