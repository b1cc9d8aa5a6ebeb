"""Notebooks as the insides of pages, by nbconvert with the template beside this file.

Reads {"notebooks": [path, ...]} on stdin, writes {"pages": [{"body", "toc", "traces"}, ...]} on stdout: the body's
formulas stand in elements of class "tex" for KaTeX, its figures hold their data as JSON, `traces` lists the kinds of
plotly trace in use.
"""

import base64
import html
import json
import os
import re
import sys
import unicodedata

import nbformat
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, MathBlockParser, MathInlineParser
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

PLOTLY = "application/vnd.plotly.v1+json"
HERE = os.path.dirname(os.path.abspath(__file__))
# A cell of more lines starts folded.
FOLD = 14


def dotall(pattern):
    return f"(?s:{pattern})"


class Blocks(MathBlockParser):
    """nbconvert knows the delimiter \\\\[; \\[ is meant as well."""

    MULTILINE_MATH = dotall(
        r"(?<!\\)[$]{2}.*?(?<!\\)[$]{2}|\\{1,2}\[.*?\\{1,2}\]|\\begin\{(?P<math_env_name>[a-z]*\*?)\}.*?\\end\{(?P=math_env_name)\}"
    )
    SPECIFICATION = {**MathBlockParser.SPECIFICATION, "multiline_math": MULTILINE_MATH}


class Inlines(MathInlineParser):
    SPECIFICATION = {
        **MathInlineParser.SPECIFICATION,
        "block_math_latex": dotall(r"(?<!\\)\\{1,2}\[(?P<math_block_latex>.*?)(?<!\\)\\{1,2}\]"),
        "inline_math_latex": dotall(r"(?<!\\)\\{1,2}\((?P<math_inline_latex>.*?)(?<!\\)\\{1,2}\)"),
    }


class Renderer(IPythonRenderer):
    def __init__(self, page, **options):
        super().__init__(escape=False, embed_images=True, **options)
        self.page = page

    def tex(self, body, display):
        element = "div" if display else "span"
        return f'<{element} class="tex">{html.escape(body.strip())}</{element}>'

    def block_math(self, body):
        return self.tex(body, True)

    def inline_math(self, body):
        return self.tex(body, False)

    def latex_environment(self, name, body):
        return self.tex(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def paragraph(self, text):
        # A displayed formula alone in its paragraph needs none, and may not stand in one.
        whole = text.strip()
        if whole.startswith('<div class="tex">') and whole.endswith("</div>") and whole.count("<div") == 1:
            return whole + "\n"
        return super().paragraph(
            text.replace('<div class="tex">', '<span class="tex display">').replace("</div>", "</span>")
            if '<div class="tex">' in text
            else text
        )

    def heading(self, text, level, **attrs):
        name = self.page.name(re.sub(r"<[^>]+>", "", text))
        self.page.toc.append({"level": level, "id": name, "html": text})
        link = f'<a class="anchor" href="#{name}" aria-label="Link to this section">#</a>'
        return f'<h{level} id="{name}">{text} {link}</h{level}>\n'

    def link(self, text, url, title=None):
        # Beside the page lie the other pages, and no notebook that a browser could show.
        return super().link(text, re.sub(r"^(?!\w+:)([^#?]*)\.ipynb(?=$|[#?])", r"\1.html", url), title)

    def inline_html(self, text):
        return self.embedded(text)

    def embedded(self, text):
        # Not nbconvert's way, which closes every element that a block or a piece of a line leaves open.
        return re.sub(
            r'(<img\b[^>]*?\ssrc=")(?!\w+:)([^"]+)"',
            lambda m: f'{m[1]}{self._src_to_base64(m[2]) or m[2]}"',
            text,
            flags=re.I,
        )

    def block_html(self, text):
        # Markdown leaves the inside of an HTML block alone, and so does not see its formulas.
        parts = re.split(
            r"(<(?:pre|code|script|style)\b.*?</(?:pre|code|script|style)>|<[^>]*>)",
            self.embedded(text) + "\n",
            flags=re.S,
        )
        return "".join(part if i % 2 else self.formulas(part) for i, part in enumerate(parts))

    def formulas(self, text):
        text = re.sub(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$", lambda m: self.tex(html.unescape(m[1]), True), text, flags=re.S)
        return re.sub(
            r"(?<![\\$])\$(?!\s)([^$\n]+?)(?<![\s\\])\$(?!\d)", lambda m: self.tex(html.unescape(m[1]), False), text
        )


class Page:
    """What is gathered while a notebook is rendered."""

    def __init__(self, path):
        self.folder = os.path.dirname(path)
        self.toc = []
        self.traces = set()
        self.figures = 0
        self.names = set()
        self.tables_seen = 0

    def name(self, text):
        plain = unicodedata.normalize("NFKD", html.unescape(text)).encode("ascii", "ignore").decode().lower()
        base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"
        name, n = base, 2
        while name in self.names:
            name, n = f"{base}-{n}", n + 1
        self.names.add(name)
        return name

    def anchor(self, note):
        for kind in ("answer", "question"):
            if note.get(kind):
                return f' id="{self.name(f"{kind} {listed(note[kind])}")}"'
        return ""

    def prose(self, source, attachments):
        renderer = Renderer(self, path=self.folder, attachments=attachments or {})
        return self.html(MarkdownWithMath(renderer=renderer, block=Blocks(), inline=Inlines()).render(source))

    def tables(self, text):
        """Each table scrolls by itself, and is a place that a keyboard reaches."""

        def opened(_):
            self.tables_seen += 1
            return f'<div class="scroll" role="region" aria-label="Table {self.tables_seen}" tabindex="0"><table'

        return re.sub(r"<table\b", opened, text).replace("</table>", "</table></div>")

    def html(self, text):
        return self.tables(tame(text))

    def figure(self, output):
        spec = dict(output.data[PLOTLY])
        layout = spec.get("layout", {})
        meta = layout.get("meta") or {}
        meta = meta if isinstance(meta, dict) else {}
        self.traces.update(trace.get("type", "scatter") for trace in spec.get("data", []))
        self.figures += 1
        alt = meta.get("alt") or output.data.get("text/plain") or f"Figure {self.figures}"
        png = output.data.get("image/png")
        size = output.metadata.get("image/png", {}) if output.metadata else {}
        data = json.dumps(
            {key: spec[key] for key in ("data", "layout", "frames") if key in spec},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        still = image("image/png", png, alt, size) if png else f'<p class="no-picture">{html.escape(alt)}</p>'
        height = int(layout.get("height", 400))
        return (
            f'<figure data-figure id="figure-{self.figures}"><div class="still">{still}</div>'
            f'<div class="plot" role="img" aria-label="{html.escape(alt)}" style="height:{height}px" hidden></div>'
            f'<script type="application/json">{data.replace("<", chr(92) + "u003c")}</script></figure>'
        )


def listed(value):
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)


def image(kind, data, alt, size=None):
    data = "".join(data) if isinstance(data, list) else data
    coded = data.replace("\n", "") if kind != "image/svg+xml" else base64.b64encode(data.encode()).decode()
    width = f' width="{int(size["width"])}"' if size and size.get("width") else ""
    return f'<img src="data:{kind};base64,{coded}" alt="{html.escape(alt)}"{width}>'


def picture(output, kind):
    metadata = output.metadata or {}
    size = metadata.get(kind, {})
    alt = size.get("alt") or metadata.get("alt") or output.data.get("text/plain") or "Picture"
    return f'<figure class="picture"><div class="still">{image(kind, output.data[kind], alt, size)}</div></figure>'


def tame(text):
    """HTML that neither runs nor loads anything."""
    text = re.sub(r"<(script|iframe|object|embed|noscript)\b.*?(</\1\s*>|$)", "", text, flags=re.S | re.I)
    text = re.sub(r"<(link|base|meta)\b[^>]*>", "", text, flags=re.I)
    text = re.sub(r"(<[^>]*?)\son\w+\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", r"\1", text, flags=re.I)
    text = re.sub(
        r"(<[^>]*?\s)(src|srcset|poster|background)\s*=\s*([\"'])(?!data:|#)[^\"']*\3", r"\1", text, flags=re.I
    )
    text = re.sub(r"<img\b(?![^>]*\ssrc=[\"'](?:data:|#))[^>]*>", "", text, flags=re.I)
    return re.sub(r"@import[^;]*;|url\(\s*[\"']?(?!data:|#)[^)]*\)", "", text, flags=re.I)


def shown(cell):
    tags = cell.metadata.get("tags", [])
    return "open" in tags or "parameters" in tags or ("fold" not in tags and cell.source.count("\n") < FOLD)


def first_line(source):
    rest = re.sub(r"^\s*import\b[^;]*?from\s*(\"[^\"]*\"|'[^']*');?", "", source)
    return " ".join((rest if rest.strip() else source).split())[:140]


def main():
    job = json.load(sys.stdin)
    typescript = get_lexer_by_name("typescript")
    spans = HtmlFormatter(nowrap=True)
    pages = []
    for path in job["notebooks"]:
        page = Page(path)
        exporter = HTMLExporter(
            template_name="template",
            extra_template_basedirs=[HERE],
            filters={
                "anchor": page.anchor,
                "prose": page.prose,
                "figure": page.figure,
                "picture": picture,
                "tame": page.html,
                "shown": shown,
                "first_line": first_line,
                "colored": lambda source: highlight(source.strip("\n"), typescript, spans),
                "plotly": lambda output: PLOTLY in output.get("data", {}),
            },
        )
        with open(path, encoding="utf-8") as file:
            # HTMLExporter would read its own output back through an HTML parser, seconds for a page with figures, to
            # add what is there.
            body, _ = TemplateExporter.from_notebook_node(exporter, nbformat.read(file, as_version=4))
        pages.append({"body": body, "toc": page.toc, "traces": sorted(page.traces), "figures": page.figures})
    json.dump({"pages": pages}, sys.stdout)


main()
