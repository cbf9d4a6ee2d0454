// What HTML cannot say by itself: how a live page treats the hand that is using it.
"use strict";

const WIDE = window.matchMedia("(min-width: 760px)");

// A person's open details, half-written text and chosen options survive the next look at the server.
Object.assign(Idiomorph.defaults, { ignoreActiveValue: true });
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node.localName === "details");
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, fresh) => {
  if (!(old instanceof HTMLElement) || old.id !== fresh.id) return true;
  const inUse = old === document.activeElement && old.matches("input:not([type=checkbox]), select");
  return !(old.dataset.keep !== undefined || inUse);
};

let before = {};

function look() {
  const app = document.getElementById("app");
  const thread = document.getElementById("thread");
  return {
    part: app.dataset.part,
    phone: app.dataset.phone,
    atEnd: !thread || thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80,
    last: thread?.lastElementChild?.id,
  };
}

function toTheEnd() {
  const thread = document.getElementById("thread");
  if (thread) thread.scrollTop = thread.scrollHeight;
}

// Nobody looks at a tab in the background.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "live" && document.hidden) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", () => { before = look(); });
document.addEventListener("htmx:afterSettle", (event) => {
  const after = look();
  const moved = before.phone !== after.phone;
  if (moved || (before.atEnd && before.last !== after.last) || before.part !== after.part) toTheEnd();
  // Whoever has chosen a phone wants to write; on a small screen the keyboard would hide what there is to read.
  if (event.detail.requestConfig?.elt.id === "live" || document.activeElement?.id === "q") return;
  if (moved || before.part !== after.part) {
    const target = WIDE.matches ? ".write .text" : after.part === "thread" ? "#thread-title" : null;
    if (target && after.part === "thread") document.querySelector(target)?.focus({ preventScroll: true });
  }
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (event.detail.successful && form.dataset?.reset !== undefined) form.reset();
  if (event.detail.xhr?.status) document.getElementById("offline").hidden = true;
});
document.addEventListener("htmx:sendError", () => { document.getElementById("offline").hidden = false; });
document.addEventListener("DOMContentLoaded", toTheEnd);
