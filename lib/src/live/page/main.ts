// What the one script of live outputs does when a page or a notebook's output runs it.
import { liveAttribute } from "../envelope";
import { frame } from "./frame";

for (const host of document.querySelectorAll<HTMLElement>(`[${liveAttribute}]`)) frame(host);
