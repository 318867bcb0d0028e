/* The service: requests, streams of events, and the login. */

import { $, put, sleep } from "./tools.js";

/* Its clock against ours: silence is counted by its clock. */
let ahead = 0;
export const now = () => Date.now() + ahead;

const PATIENCE_MAX_S = 120; /* A service that asks for more is asked again all the same. */

/* Its Retry-After, and up to a quarter more: it tells all whom it refuses the same. */
const asked = (response) => {
	const seconds = Number(response.headers.get("Retry-After")) || 0;
	return Math.min(Math.max(seconds, 0), PATIENCE_MAX_S) * 1000 * (1 + Math.random() / 4);
};

async function request(path, options = {}) {
	const response = await fetch(path, { cache: "no-store", ...options });
	const told = Date.parse(response.headers.get("Date"));
	if (told && Math.abs(told - now()) > 1500) ahead = told - Date.now();
	if (response.ok) return response;
	if (response.status === 401 && path !== "/v1/login") login.lost();
	const answer = await response.json().catch(() => ({}));
	throw Object.assign(new Error(answer.message ?? `the service answers ${response.status}`), { waitMs: asked(response) });
}

export const get = async (path) => (await request(path)).json();

export const post = async (path, body = {}) =>
	(await request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })).json();

const SILENCE_MS = 40000; /* The service says something every 15 s. */

/*
 * Server-sent events, over fetch: unlike EventSource it sees the status (the session is lost), and the
 * comments (the line is alive although nothing happens). Goes on by itself until closed.
 */
export class Stream {
	constructor(path, message, link = () => {}) {
		Object.assign(this, { path, message, link, id: "" });
		this.run();
	}

	close() {
		this.closed = true;
		this.abort?.abort();
	}

	async run() {
		for (let pause = 500; ; pause = Math.min(pause * 2, 8000)) {
			let wait = 0;
			await login.done;
			if (this.closed) return;
			try {
				await this.read(() => {
					pause = 500;
					this.link(true);
				});
			} catch (error) {
				/* Cut, refused or silent: all the same, try again. */
				wait = error.waitMs ?? 0;
			}
			if (this.closed) return;
			this.link(false);
			await sleep(Math.max(pause, wait));
		}
	}

	async read(alive) {
		this.abort = new AbortController();
		const watchdog = () => setTimeout(() => this.abort.abort(), SILENCE_MS);
		let timer = watchdog();
		try {
			const headers = this.id ? { "Last-Event-ID": this.id } : {};
			const response = await request(this.path, { headers, signal: this.abort.signal });
			const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
			alive();
			for (let rest = ""; ; ) {
				const { value, done } = await reader.read();
				if (done || this.closed) return;
				clearTimeout(timer);
				timer = watchdog();
				const messages = (rest + value).split("\n\n");
				rest = messages.pop();
				messages.forEach((text) => this.take(text));
			}
		} finally {
			clearTimeout(timer);
		}
	}

	take(text) {
		const field = { event: "message", data: "" };
		for (const line of text.split("\n")) {
			const [, key, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
			if (key) field[key] = value;
		}
		if (field.id) this.id = field.id;
		if (field.data) this.message(field.event, JSON.parse(field.data));
	}
}

/* Who is logged in, and what he may do: as GET /v1/me tells it. */
export const me = {};

/* Another one than before begins anew: what the page knows was for the eyes of the one before. */
async function learnMe() {
	const who = await get("/v1/me");
	const another = me.name && me.name !== who.name;
	Object.assign(me, who);
	if (another) location.reload();
}

/* The form stands before the page until somebody has logged in; a lost session brings it back. */
export const login = {
	form: $("#login"),

	/* A session that is there already is gone on with. */
	async begin() {
		this.close();
		await learnMe().then(() => this.open(), () => this.lost());
		await this.done;
	},

	/* `done` is kept by all that wants to go on after a login. */
	close() {
		this.done = new Promise((resolve) => (this.resolve = resolve));
	},

	open() {
		$("#page").hidden = $("#page").inert = false;
		$("#logout").title = `${me.name}: ${me.roles}${me.group ? `, for ${me.group}` : ""}`;
		$("#archives").hidden = !me.archives;
		this.form.hidden = true;
		this.resolve();
	},

	lost() {
		if (!this.form.hidden) return;
		const first = $("#page").hidden;
		if (!first) this.close();
		put($("#login-why"), first ? "Moves groups of VMs." : "The session has ended. Log in to go on where you were.");
		this.focus = document.activeElement;
		this.form.hidden = false;
		$("#page").inert = true;
		$("#token").focus();
	},

	async submit(event) {
		event.preventDefault();
		const problem = $("#login-error");
		problem.hidden = true;
		try {
			await post("/v1/login", { token: $("#token").value.trim() });
			$("#token").value = "";
			await learnMe();
			this.open();
			if (this.focus.isConnected) this.focus.focus();
		} catch (error) {
			put(problem, error.message);
			problem.hidden = false;
			$("#token").select();
		}
	},

	async logout() {
		await post("/v1/logout").catch(() => {});
		location.reload();
	},
};
