import { expect, test } from "vitest";
import { holdsPlotly, PageContent } from "../../lib/tools/export/page-content";

const loads = (html: string) => new PageContent(html).loads().map(({ address }) => address);

test.each([
  ["<img src=http://a.example/x.png>", ["http://a.example/x.png"]],
  ["<img alt='a > b' src = 'größe.png'>", ["größe.png"]],
  ["<svg><image href=http://a/b></svg>", ["http://a/b"]],
  ["<svg><use xlink:href='x.svg#a'></use></svg>", ["x.svg#a"]],
  ["<svg><rect fill='url(http://a/b.svg#c)'/></svg>", ["http://a/b.svg#c"]],
  ["<link rel=stylesheet href=//a/b.css>", ["//a/b.css"]],
  ["<link rel='next' href=b.html>", []],
  ['<img srcset="a.png 1x, b.png 2x">', ["a.png", "b.png"]],
  ["<p style='background:u\\72l(http://a/b)'>", ["http://a/b"]],
  ["<style>@import 'http://a/b.css';</style>", ["http://a/b.css"]],
  ["<meta http-equiv=Refresh content='0; URL=http://a/'>", ["http://a/"]],
  ["<base href=http://a/>", ["http://a/"]],
  ["<object data=a.swf></object><embed src=b.swf>", ["a.swf", "b.swf"]],
  ["<iframe srcdoc='<p>'></iframe>", ["srcdoc"]],
  ["<template><img src=http://a/b></template>", ["http://a/b"]],
  ["<video poster=a.png><source src=b.mp4></video>", ["a.png", "b.mp4"]],
  ["<body background=a.png>", ["a.png"]],
  // What only looks like it.
  ['<a href="https://example.org/">link</a>', []],
  ["<!-- <img src=http://a/b> -->", []],
  ["<p>&lt;img src=http://a/b&gt; url(http://a) @import 'x'</p>", []],
  ["<textarea><img src=http://a/b></textarea>", []],
  ["<script>const a = '<img src=http://a/b>';</script>", []],
  ["<img src='data:image/png;base64,AA=='>", []],
  ["<p style='fill:url(#gradient)'>", []],
])("%s loads %j", (html, wanted) => expect(loads(html)).toEqual(wanted));

test.each([
  ["<p onmouseover=1 onclick=2>", 2],
  ["<svg/onload=alert(1)>", 1],
  ["<a href=' java\nscript:x'>", 1],
  ["<form action=javascript:x>", 1],
  ["<img alt='javascript: a language' src='data:,'>", 0],
  ["<p>onclick=1</p>", 0],
])("%s has %i handlers", (html, count) => expect(new PageContent(html).handlers()).toHaveLength(count));

test("elements keep their order, their text and what is around them", () => {
  const page = new PageContent("<main><p id=a>x<b>y</b></p><script data-plotly>1 < 2</script></main>");
  const inMain = page.elements.filter(({ path }) => path.includes("main"));
  expect(inMain.map(({ name, text }) => [name, text])).toEqual([
    ["p", "xy"],
    ["b", "y"],
    ["script", "1 < 2"],
  ]);
  expect(page.named("script").filter(holdsPlotly)).toHaveLength(1);
  expect(page.withAttribute("id")).toHaveLength(1);
});

test("a page says from which notebook it was made, and its policy", () => {
  const page = new PageContent(
    '<meta name="deepnets-notebook" content="ab"><meta http-equiv="content-security-policy" content="default-src ' +
      "'none'\">",
  );
  expect([page.meta("deepnets-notebook"), page.meta("other"), page.policy]).toEqual([
    "ab",
    undefined,
    "default-src 'none'",
  ]);
});
