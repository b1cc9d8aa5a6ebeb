import type * as TypeScript from "typescript";
import type { Session } from "./session";
import { settle } from "./settle";
import { completeness } from "./syntax";
import type { Versions } from "./versions";

/** The requests that the kernel answers at once, even while a cell runs, by message type. */
export function createRequests(
  session: Session,
  { ts, versions }: { readonly ts: typeof TypeScript; readonly versions: Versions },
) {
  const { isCompleteCode } = require("tslab/dist/converter") as typeof import("tslab/dist/converter");
  const { printQuickInfo } = require("tslab/dist/inspect") as typeof import("tslab/dist/inspect");
  return {
    kernel_info_request: () => kernelInfo(versions),
    is_complete_request: ({ code }: { code: string }) => {
      const { completed, indent } = isCompleteCode(code);
      return completeness(ts, code, completed ? undefined : (indent ?? ""));
    },
    complete_request: ({ code, cursor_pos }: { code: string; cursor_pos: number }) => {
      const { start, end, candidates } = session.compiler.complete(code, utf16Offset(code, cursor_pos));
      return {
        status: "ok",
        matches: candidates,
        cursor_start: codePoints(code, start),
        cursor_end: codePoints(code, end),
        metadata: {},
      };
    },
    inspect_request: ({ code, cursor_pos }: { code: string; cursor_pos: number }) => {
      const info = session.compiler.inspect(code, utf16Offset(code, cursor_pos));
      return {
        status: "ok",
        found: Boolean(info),
        data: info ? { "text/plain": printQuickInfo(info as never) } : {},
        metadata: {},
      };
    },
    comm_info_request: () => ({ status: "ok", comms: {} }),
    history_request: () => ({ status: "ok", history: [] }),
    interrupt_request: () => {
      session.interrupt();
      return { status: "ok" };
    },
    // Not in Jupyter's protocol; `supported_features` announces it.
    settle_request: async () => {
      await settle();
      return { status: "ok" };
    },
  };
}

/** Jupyter counts characters, JavaScript counts UTF-16 units: they differ after an emoji. */
const utf16Offset = (code: string, characters: number) => [...code].slice(0, characters).join("").length;
const codePoints = (code: string, units: number) => [...code.slice(0, units)].length;

function kernelInfo({ typescript, tslab, node, deepnets }: Versions) {
  return {
    status: "ok",
    protocol_version: "5.3",
    implementation: "tslab",
    implementation_version: tslab,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      // As tslab does it: `mode` colours cells in JupyterLab, `name` and `typescript` in the classic notebook.
      codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    },
    supported_features: ["settle"],
    banner: `TypeScript ${typescript}, tslab ${tslab}, deepnets ${deepnets}, Node ${node}`,
    help_links: [{ text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/" }],
  };
}
