"""Reduces a notebook's HTML to what shows something: nothing in it runs, loads, or changes another cell."""

import re

import nh3
import tinycss2
from pygments.token import STANDARD_TYPES


def names(text):
    return text.split()


WORDS = names("""
a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup data dd
del details dfn dir div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hgroup hr i img ins kbd li mark
meter ol p pre progress q rp rt ruby s samp section small span strike strong sub summary sup table tbody td
tfoot th thead time tr tt u ul var wbr
""")
SVG = names("""
svg g defs path rect circle ellipse line polyline polygon text tspan textPath linearGradient radialGradient
stop clipPath mask pattern marker symbol use image desc
""")
MATH = names("""
math mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle merror mpadded mphantom msub msup msubsup munder
mover munderover mmultiscripts mprescripts mtable mtr mtd semantics annotation
""")
TAGS = {*WORDS, *SVG, *MATH}
# These are taken out with what is inside them; of all others that are not allowed, the inside stays.
WITH_CONTENT = {"script", "style", "iframe", "noembed", "noframes", "noscript", "title"}
# Elements that a reader would have seen, or that would have done something: if the page leaves one out, it is reported.
WATCHED = names("""
script style iframe frame object embed applet link meta base form input select textarea button video audio
source canvas dialog marquee foreignObject animate animateMotion animateTransform set
""")

PRESENTATION = names("""
clip-path clip-rule cx cy d dominant-baseline dx dy fill fill-opacity fill-rule font-family font-size
font-style font-weight fx fy gradientTransform gradientUnits letter-spacing marker-end marker-height marker-mid
marker-start mask offset opacity orient patternTransform patternUnits points preserveAspectRatio r refX refY
rotate rx ry shape-rendering spreadMethod startOffset stop-color stop-opacity stroke stroke-dasharray
stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor textLength
transform vector-effect viewBox x x1 x2 y y1 y2 markerWidth markerHeight markerUnits clipPathUnits maskUnits
""")
LAYOUT = names("""
accent accentunder columnalign columnlines columnspacing columnspan depth display displaystyle fence form
linethickness lspace mathcolor mathbackground mathsize mathvariant maxsize minsize movablelimits notation
rowalign rowlines rowspacing rowspan rspace scriptlevel separator stretchy symmetric
""")
ATTRIBUTES = {
    "*": {"id", "class", "style", "title", "lang", "dir", "align", "valign", "width", "height", "aria-label"}
    | {"data-record", "data-fixed", "bgcolor", "color"},
    "a": {"href", "name"},
    "img": {"src", "alt"},
    "image": {"href", "xlink:href"},
    "use": {"href", "xlink:href"},
    "td": {"colspan", "rowspan", "headers", "nowrap"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr", "nowrap"},
    "col": {"span"},
    "colgroup": {"span"},
    "table": {"border", "cellpadding", "cellspacing", "rules", "frame"},
    "ol": {"start", "type", "reversed"},
    "ul": {"type"},
    "li": {"value"},
    "details": {"open"},
    "font": {"size", "face"},
    "meter": {"value", "min", "max", "low", "high", "optimum"},
    "progress": {"value", "max"},
    "time": {"datetime"},
    "data": {"value"},
    "annotation": {"encoding"},
    **{name: set(PRESENTATION) for name in SVG if name not in ("image", "use")},
    **{name: set(LAYOUT) for name in MATH if name != "annotation"},
}
ATTRIBUTES["image"] |= set(PRESENTATION)
ATTRIBUTES["use"] |= set(PRESENTATION)

# Classes that the page's own style knows for prose: formulas, and coloured code in Markdown.
CLASSES = {"tex", "display", "highlight"} | set(STANDARD_TYPES.values())
LINKS = re.compile(r"(?:https?|mailto|ftp):|(?![a-z][a-z0-9+.-]*:)", re.I)
SCHEMES = {"http", "https", "ftp", "mailto", "data", "attachment", "file", "blob"} | set("abcdefghijklmnopqrstuvwxyz")

# Properties that change how an element looks, but none that moves it elsewhere (position, transform, z-index).
PROPERTIES = re.compile(
    r"text-(align|decoration|indent|transform|anchor|overflow)[a-z-]*|vertical-align|color|background(-color)?|"
    r"font(-[a-z-]+)?|white-space|border[a-z-]*|padding[a-z-]*|margin[a-z-]*|(min-|max-)?(width|height)|display|"
    r"overflow[a-z-]*|line-height|letter-spacing|word-[a-z-]+|list-style[a-z-]*|float|clear|opacity|flex[a-z-]*|"
    r"grid[a-z-]*|(row-|column-)?gap|(justify|align|place)-[a-z-]+|caption-side|table-layout|object-fit|fill[a-z-]*|"
    r"stroke[a-z-]*|stop-[a-z]+|tab-size|visibility|dominant-baseline|columns|column-count"
)
FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "calc", "min", "max", "clamp", "repeat", "minmax"} | {
    "linear-gradient",
    "radial-gradient",
}


def harmless(tokens):
    """Whether a value names no address, calls nothing that loads, and pulls nothing out of its place."""
    for token in tokens:
        if token.type in ("url", "error", "at-keyword", "{} block"):
            return False
        if token.type == "function" and (token.lower_name not in FUNCTIONS or not harmless(token.arguments)):
            return False
        if token.type in ("() block", "[] block") and not harmless(token.content):
            return False
    return True


def style(text):
    kept = []
    for one in tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True):
        if one.type != "declaration" or not PROPERTIES.fullmatch(one.lower_name) or not harmless(one.value):
            continue
        value = tinycss2.serialize(one.value).strip()
        if one.lower_name.startswith("margin") and "-" in value:
            continue
        kept.append(f"{one.lower_name}:{value}")
    return ";".join(kept) or None


def attribute(tag, name, value):
    if name == "style":
        return style(value)
    if name == "class":
        return " ".join(word for word in value.split() if word in CLASSES) or None
    if tag == "a" and name == "href":
        return value if LINKS.match(value.strip()) else None
    if tag == "use" and name.endswith("href"):
        return value if value.startswith("#") else None
    # SVG attributes may point to what the drawing itself defines, and to nothing else.
    if "url(" in value.lower() and tag not in ("a", "img") and name in PRESENTATION:
        return value if re.fullmatch(r"\s*url\(\s*['\"]?#[^'\"()]*['\"]?\s*\)\s*", value) else None
    return value


def sanitize(text):
    return nh3.clean(
        text,
        tags=TAGS,
        clean_content_tags=WITH_CONTENT,
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes=SCHEMES,
        link_rel=None,
    )


def left_out(text):
    """Names of the elements that `sanitize` takes out and a reader would have noticed."""
    if not re.search(rf"<(?:{'|'.join(WATCHED)})\b", text, re.I):
        return []
    # Without attributes a tag is only its name, in the serializer's spelling.
    bare = nh3.clean(text, tags=TAGS | set(WATCHED), clean_content_tags=set(), attributes={}, link_rel=None)
    return re.findall(rf"<({'|'.join(WATCHED)})>", bare)


# Browsers' own parsers nest no more than 512 elements.
DEEPEST = 400
EMPTY = {"area", "br", "col", "hr", "img", "wbr"}


def depth(clean):
    """How deep elements are nested in what `sanitize` returned."""
    level = deepest = 0
    for closes, name in re.findall(r"<(/?)([A-Za-z][^\s/>]*)", clean):
        level += -1 if closes else name.lower() not in EMPTY
        deepest = max(deepest, level)
    return deepest


def words_of(text):
    """Only the text of a piece of HTML, escaped."""
    return nh3.clean(text, tags=set(), clean_content_tags=WITH_CONTENT)
