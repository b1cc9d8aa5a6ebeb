import { readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { escapeHtml } from "../../src/base/text";

/** A picture's bytes as a data address, or why there is none. */
export type Picture =
  | {
      readonly address: string;
      /** What a drawing would load or run, which a picture does not. */
      readonly outside?: string | undefined;
    }
  | { readonly missing: string };

/** Where a cell's pictures come from. */
export interface PictureSources {
  /** Folders that a relative path may start in; the first that holds the file counts. */
  readonly folders: readonly string[];
  /** The cell's own attachments: by name, then by MIME type, base64. */
  readonly attachments: Readonly<Record<string, unknown>>;
}

/** Finds what a picture's address means in a notebook: a file beside it, an attachment, or the bytes themselves. */
export function findPicture(source: string | undefined, { folders, attachments }: PictureSources): Picture {
  const address = (source ?? "").trim();
  if (address === "") return { missing: "a picture has no address: name its file" };
  if (/^data:/i.test(address))
    return (
      picture(bytesOf(address)) ?? {
        missing: "a picture's data address holds no picture: use data:image/png;base64,...",
      }
    );
  if (/^attachment:/i.test(address)) return attached(address.slice("attachment:".length), attachments);
  if (/^(?:https?:|ftp:)?\/\//i.test(address))
    return {
      missing: `a picture lies elsewhere (${address}), where a page may not load it: save it beside the notebook`,
    };
  return onDisk(address, folders);
}

function attached(name: string, attachments: PictureSources["attachments"]): Picture {
  const names = spellings(name);
  const found = Object.entries(attachments).find(([key]) => spellings(key).some((one) => names.includes(one)));
  const forms = Object.entries((found?.[1] ?? {}) as Record<string, unknown>).filter(([type]) => /^image\//.test(type));
  const preferred = ["image/svg+xml", "image/png", "image/jpeg"];
  const rank = (type: string) => (preferred.indexOf(type) + preferred.length + 1) % (preferred.length + 1);
  const best = forms.sort(([a], [b]) => rank(a) - rank(b))[0];
  if (!best)
    return {
      missing: `the attachment ${decoded(name)} is missing from the cell: drag the picture into the cell again`,
    };
  return (
    picture(storedBytes(best[0], text(best[1]))) ?? {
      missing: `the attachment ${decoded(name)} holds no picture: drag the picture into the cell again`,
    }
  );
}

function onDisk(address: string, folders: readonly string[]): Picture {
  const file = spellings(address)
    .map((path) => path.replaceAll("\\", "/"))
    .flatMap((path) => folders.map((folder) => (path.startsWith("/") ? resolve(path) : join(folder, path))))
    .find((path) => isFile(path));
  const shown = decoded(address);
  if (file === undefined)
    return { missing: `the picture ${shown} is missing: put the file beside the notebook, or correct its name` };
  return (
    picture(readFileSync(file)) ?? {
      missing: `${basename(file)} holds no picture that browsers show: save it as PNG, JPEG, GIF, WebP or SVG`,
    }
  );
}

/**
 * How an address may be spelled on disk: unchanged, with %20 decoded, without what follows `?` or `#`, with umlauts as
 * one character or as two.
 */
function spellings(address: string): string[] {
  const bare = address.replace(/[?#].*$/s, "");
  const forms = [address, decoded(address), bare, decoded(bare)];
  return [...new Set(forms.flatMap((form) => [form, form.normalize("NFC"), form.normalize("NFD")]))].filter(
    (form) => form !== "" && !form.includes("\0"),
  );
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address; // a percent sign of its own
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // not there, or no name that this disk takes
  }
}

/** The picture that bytes are; undefined where they are none. */
function picture(bytes: Buffer): { readonly address: string; readonly outside?: string | undefined } | undefined {
  const type = typeOf(bytes);
  if (type === undefined) return undefined;
  const outside = type === "image/svg+xml" ? outsideOf(bytes.toString("utf8")) : undefined;
  return { address: `data:${type};base64,${bytes.toString("base64")}`, outside };
}

/** What a drawing (SVG) would load or run; as a picture it does neither. */
export function outsideOf(svg: string): string | undefined {
  const [, , address] =
    /<(?:image|use|feImage)\b[^>]*?href\s*=\s*(["']?)(?!#|data:)([^"'\s>]+)/i.exec(svg) ??
    /(?:url\(|@import)\s*(["']?)(?!#|data:)([^"')\s;]+)/i.exec(svg) ??
    [];
  if (address !== undefined)
    return `a drawing loads ${address}, which a page may not: embed it in the drawing, or save the drawing as PNG`;
  return /<script\b/i.test(svg) ? "a drawing holds a script, which no page runs: save it without" : undefined;
}

/** What a data address holds. */
function bytesOf(address: string): Buffer {
  const comma = address.indexOf(",");
  const data = decoded(address.slice(comma + 1));
  return /;\s*base64\s*$/i.test(address.slice(0, Math.max(0, comma))) ? Buffer.from(data, "base64") : Buffer.from(data);
}

/** The MIME type by the first bytes, since a name may be wrong. */
function typeOf(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 16).toString("latin1");
  if (head.startsWith("\x89PNG")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("GIF8")) return "image/gif";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "image/webp";
  if (head.startsWith("BM")) return "image/bmp";
  if (head.slice(4, 12) === "ftypavif") return "image/avif";
  if (head.startsWith("\x00\x00\x01\x00")) return "image/x-icon";
  return isSvg(bytes.subarray(0, 4096).toString("utf8")) ? "image/svg+xml" : undefined;
}

/** Whether the first element is `<svg>`. */
function isSvg(text: string): boolean {
  let rest = text.replace(/^\uFEFF/, "").trimStart();
  for (;;) {
    const end = endOfProlog(rest);
    if (end === undefined) return /^<svg[\s/>]/i.test(rest);
    const at = rest.indexOf(end);
    if (at < 0) return false;
    rest = rest.slice(at + end.length).trimStart();
  }
}

/** The end of a comment, an instruction or a document type before the first element; undefined where there is none. */
function endOfProlog(text: string): string | undefined {
  if (text.startsWith("<!--")) return "-->";
  if (text.startsWith("<?")) return "?>";
  if (/^<!doctype/i.test(text)) return /^<!doctype[^>[]*\[/i.test(text) ? "]>" : ">";
  return undefined;
}

const text = (data: unknown): string => (Array.isArray(data) ? data.join("") : String(data ?? ""));

/** SVG is stored as text, all other pictures in base64. */
const storedBytes = (type: string, data: string): Buffer =>
  type === "image/svg+xml" && data.includes("<") ? Buffer.from(data) : Buffer.from(data, "base64");

/** A stored picture as an `<img>`; undefined where it is no picture. The width is in CSS pixels. */
export function image(stored: { type: string; data: string; alt: string; width?: unknown }): string | undefined {
  const { type, data, alt, width } = stored;
  const found = picture(storedBytes(type, data));
  const wide = typeof width === "number" && width > 0 ? ` width="${Math.round(width)}"` : "";
  return found && `<img src="${escapeHtml(found.address)}" alt="${escapeHtml(alt)}"${wide}>`;
}
