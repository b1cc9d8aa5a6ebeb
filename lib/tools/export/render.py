"""Makes the insides of pages of notebooks, by nbconvert with the template beside this file.

Reads {"notebooks": [notebook, ...]} on stdin, writes {"pages": [page, ...]} on stdout. A page is {"body", "left_out"},
or {"error", "cell"} where a notebook cannot be rendered. Formulas stand in elements of class "tex", as TeX. What
prepare.ts makes itself (figures, pictures) is an element with the attribute data-insert. nh3 has cleaned all other HTML
of the notebook: it neither runs nor loads a script, and it ends where its cell ends. `left_out` lists, by cell, the
elements that were taken out.
"""

import html
import json
import os
import re
import sys
from html.parser import HTMLParser

import nbformat
from mistune.plugins import table as tables
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, MathBlockParser, MathInlineParser
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sanitize import DEEPEST, depth, left_out, sanitize, words_of  # noqa: E402 (-I leaves this folder out of the path)

HERE = os.path.dirname(os.path.abspath(__file__))
# A cell with more lines starts folded.
FOLD = 14


def dotall(pattern):
    return f"(?s:{pattern})"


class Blocks(MathBlockParser):
    """Takes \\[ for a delimiter too; nbconvert knows only \\\\[."""

    MULTILINE_MATH = dotall(
        r"(?<!\\)[$]{2}.*?(?<!\\)[$]{2}|\\{1,2}\[.*?\\{1,2}\]"
        r"|\\begin\{(?P<math_env_name>[a-z]*\*?)\}.*?\\end\{(?P=math_env_name)\}"
    )
    SPECIFICATION = {**MathBlockParser.SPECIFICATION, "multiline_math": MULTILINE_MATH}


class Inlines(MathInlineParser):
    """Takes an <img>, or a picture's name with unusual signs, for a picture; Markdown takes it for text."""

    SPECIFICATION = {
        **MathInlineParser.SPECIFICATION,
        "block_math_latex": dotall(r"(?<!\\)\\{1,2}\[(?P<math_block_latex>.*?)(?<!\\)\\{1,2}\]"),
        "inline_math_latex": dotall(r"(?<!\\)\\{1,2}\((?P<math_inline_latex>.*?)(?<!\\)\\{1,2}\)"),
        "picture_with_blanks": r"!\[(?P<picture_alt>[^\]\n]*)\]\((?P<picture_name>[^()<>\"\n]*[^()<>\"\s]"
        r" +[^()<>\"\s][^()<>\"\n]*\.(?i:png|jpe?g|gif|svg|webp|bmp|avif))[ ]*\)",
    }
    DEFAULT_RULES = ("picture_with_blanks", *MathInlineParser.DEFAULT_RULES)

    PICTURE_TAG = re.compile(r"<img\s[^<>]*>", re.I)

    def parse_inline_html(self, m, state):
        end = super().parse_inline_html(m, state)
        tag = None if end else self.PICTURE_TAG.match(state.src, m.start())
        if not tag:
            return end
        state.append_token({"type": "inline_html", "raw": tag[0]})
        return tag.end()

    def parse_picture_with_blanks(self, m, state):
        alt = [{"type": "text", "raw": m["picture_alt"]}]
        state.append_token({"type": "image", "children": alt, "attrs": {"url": m["picture_name"].strip()}})
        return m.end()


# A formula, and not amounts of money: "$5 | $6" holds none.
FORMULA = re.compile(r"(?<![\\$])\$(?![\s$])[^$\n]*?[^$\s\\]\$(?![\d$])")


def table_cells(text, split=tables._split_table_cells):
    """Splits a row into cells, but not at a bar within a formula."""
    kept = FORMULA.sub(lambda m: m[0].replace("|", "\ue000"), text)
    return [cell.replace("\ue000", "|") for cell in split(kept)]


def table_row(text, aligns, make=tables._process_row):
    """Accepts a row with fewer or more cells than its table's head; mistune would see no table then."""
    cells = table_cells(text)
    row = make("|".join(["-"] * len(aligns)), aligns)
    for i, child in enumerate(row["children"]):
        last = i == len(aligns) - 1
        child["text"] = "|".join(cells[i:] if last else cells[i : i + 1]).strip()
    return row


def table_line(line, strip=tables._strip_pipe_table_row):
    """Accepts a row without the bar at its end."""
    return strip(line) if line.rstrip().endswith("|") else strip(f"{line.rstrip()}|")


tables._split_table_cells = table_cells
tables._process_row = table_row
tables._strip_pipe_table_row = table_line


def tex(body, display):
    element = "div" if display else "span"
    return f'<{element} class="tex">{html.escape(body.strip())}</{element}>'


class Renderer(IPythonRenderer):
    """Markdown as HTML that the sanitizer still has to see; pictures and headings are left to body.ts."""

    def __init__(self):
        super().__init__(escape=False)

    def block_math(self, body):
        return tex(body, True)

    def inline_math(self, body):
        return tex(body, False)

    def latex_environment(self, name, body):
        return tex(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def paragraph(self, text):
        # A displayed formula that is alone in its paragraph may not stand in a <p>.
        whole = text.strip()
        if whole.startswith('<div class="tex">') and whole.endswith("</div>") and whole.count("<div") == 1:
            return whole + "\n"
        return super().paragraph(
            text.replace('<div class="tex">', '<span class="tex display">').replace("</div>", "</span>")
            if '<div class="tex">' in text
            else text
        )

    def heading(self, text, level, **attrs):
        return f"<h{level}>{text}</h{level}>\n"

    def image(self, text, url, title=None):
        title = f' title="{html.escape(title)}"' if title else ""
        return f'<img src="{html.escape(url)}" alt="{html.escape(html.unescape(re.sub(r"<[^>]*>", "", text)))}"{title}>'

    def task_list_item(self, text, checked=False):
        # Nobody can tick a box on a page: it becomes a character.
        return f"<li>{'☑' if checked else '☐'} {text}</li>\n"

    def block_html(self, text):
        # Markdown does not look into an HTML block, and so misses its formulas.
        return Formulas().find(text) + "\n"

    def inline_html(self, text):
        return text


class Formulas(HTMLParser):
    """HTML as it is, but with its formulas marked; those in code stay text."""

    CODE = {"pre", "code", "script", "style", "textarea"}

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.parts = []
        self.text = ""
        self.depth = 0

    def find(self, source):
        self.feed(source)
        self.close()
        self.end_text()
        # `rawdata` is what the parser holds back at the end, such as half a tag.
        return "".join(self.parts) + self.rawdata

    def end_text(self):
        self.parts.append(self.text if self.depth else formulas(self.text))
        self.text = ""

    def markup(self, source):
        self.end_text()
        self.parts.append(source)

    def handle_starttag(self, tag, attrs):
        self.markup(self.get_starttag_text())
        self.depth += tag in self.CODE

    def handle_startendtag(self, tag, attrs):
        self.markup(self.get_starttag_text())

    def handle_endtag(self, tag):
        self.markup(f"</{tag}>")
        self.depth = max(0, self.depth - (tag in self.CODE))

    def handle_data(self, data):
        self.text += data

    def handle_entityref(self, name):
        self.text += f"&{name};"

    def handle_charref(self, name):
        self.text += f"&#{name};"

    def handle_comment(self, data):
        self.markup(f"<!--{data}-->")

    def handle_decl(self, decl):
        self.markup("")

    def unknown_decl(self, data):
        self.markup("")

    def handle_pi(self, data):
        self.markup("")


def formulas(text):
    text = re.sub(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$", lambda m: tex(html.unescape(m[1]), True), text, flags=re.S)
    return re.sub(r"(?<![\\$])\$(?!\s)([^$\n]+?)(?<![\s\\])\$(?!\d)", lambda m: tex(html.unescape(m[1]), False), text)


class Page:
    """What is gathered while a notebook is rendered."""

    def __init__(self):
        self.start()

    def start(self):
        self.cell = -1
        self.left_out = []
        self.too_deep = []

    def enter(self, _):
        self.cell += 1
        return ""

    def prose(self, source):
        markdown = MarkdownWithMath(renderer=Renderer(), block=Blocks(), inline=Inlines())
        tables.table_in_list(markdown)
        tables.table_in_quote(markdown)
        return self.html(markdown.render(source))

    def html(self, text):
        self.left_out += [{"cell": self.cell, "element": name} for name in left_out(text)]
        clean = sanitize(text)
        if depth(clean) <= DEEPEST:
            return clean
        self.too_deep.append(self.cell)
        return f"<pre>{words_of(text)}</pre>"


def shown(cell):
    tags = cell.metadata.get("tags", [])
    return "open" in tags or "parameters" in tags or ("fold" not in tags and cell.source.count("\n") < FOLD)


def first_line(source):
    rest = re.sub(r"^\s*import\b[^;]*?from\s*(\"[^\"]*\"|'[^']*');?", "", source)
    return " ".join((rest if rest.strip() else source).split())[:140]


def make_exporter(page):
    typescript = get_lexer_by_name("typescript")
    spans = HtmlFormatter(nowrap=True)
    return HTMLExporter(
        template_name="template",
        extra_template_basedirs=[HERE],
        filters={
            "enter": page.enter,
            "prose": page.prose,
            "sanitized": page.html,
            "shown": shown,
            "first_line": first_line,
            "colored": lambda source: highlight(source.strip("\n"), typescript, spans),
        },
    )


def main():
    job = json.load(sys.stdin)
    page = Page()
    exporter = make_exporter(page)
    pages = []
    for notebook in job["notebooks"]:
        page.start()
        try:
            # HTMLExporter would parse its own output again, which takes seconds for a page with figures, to add what is
            # there already.
            body, _ = TemplateExporter.from_notebook_node(exporter, nbformat.from_dict(notebook))
            pages.append({"body": body, "left_out": page.left_out, "too_deep": page.too_deep})
        except Exception as error:
            pages.append({"error": f"{type(error).__name__}: {error}".splitlines()[0], "cell": max(page.cell, 0)})
    json.dump({"pages": pages}, sys.stdout)


main()
