/* The archives of the service, and what is in them: asked for when somebody looks. */

import { get } from "./service.js";
import { $, el, plural, size } from "./tools.js";

const LISTS = { machines: "for", kernels: "kernel", kernel_machines: "kernels for", inits: "init", networks: "network", tools: "tools" };

/* In the order of `newroot-server archives`. */
function words(facts) {
	if (!facts) return "not read yet";
	if (!facts.whole) return `can’t be unpacked: ${facts.error?.message ?? "unknown"}`;
	const lists = Object.entries(LISTS).filter(([key]) => facts[key].length);
	return [
		["whole", facts.format, facts.compression].filter(Boolean).join(", "),
		facts.memory && `takes ${size(facts.memory)} to be decompressed`,
		`${size(facts.unpacked)} unpacked`,
		plural(facts.inodes, "file"),
		...lists.map(([key, word]) => `${word} ${facts[key].join(", ")}`),
		facts.default_kernel && `starts by default ${facts.default_kernel}`,
	].filter(Boolean).join("; ");
}

function item({ path, size: bytes, facts }) {
	const kind = facts && !facts.whole ? "remark error" : "soft";
	return el("li", {}, el("b", {}, path), ` ${size(bytes)} `, el("span", { className: kind }, words(facts)));
}

async function load() {
	const list = $("#archives ol");
	try {
		const { archives } = await get("/v1/archives");
		list.replaceChildren(...(archives.length ? archives.map(item) : [el("li", { className: "soft" }, "There is none yet.")]));
	} catch (error) {
		list.replaceChildren(el("li", { className: "remark error" }, error.message));
	}
}

export function listenArchives() {
	$("#archives").ontoggle = () => $("#archives").open && load();
}
