/** A button with a menu, by keyboard too: arrows move, Escape closes. */

import { el, freshId } from "./dom.js";

/**
 * @typedef {{label: string, choose?: (opener: HTMLElement) => void}} Item an entry; without `choose` it only says something
 *
 * @param {string} name for screen readers
 * @param {string} face what stands on the button
 * @param {Item[]} items
 */
export function menuButton(name, face, items) {
  const id = freshId("menu");
  const opener = el(
    "button",
    { type: "button", class: "icon-button", "aria-label": name, title: name, "aria-haspopup": "menu", "aria-expanded": "false" },
    face,
  );
  const menu = el("div", { class: "menu", role: "menu", id, "aria-label": name, hidden: true });
  const holder = el("div", { class: "menu-holder" }, opener, menu);
  const entries = items.map((item) =>
    el("button", { type: "button", role: "menuitem", tabindex: "-1", "aria-disabled": item.choose ? null : "true" }, item.label),
  );
  menu.append(...entries);

  const show = (/** @type {boolean} */ open) => {
    menu.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) entries[0]?.focus();
  };
  const close = () => {
    show(false);
    opener.focus();
  };
  opener.addEventListener("click", () => show(menu.hidden === true));
  holder.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node) || !holder.contains(event.relatedTarget)) show(false);
  });
  entries.forEach((entry, index) => {
    entry.addEventListener("click", () => {
      const choose = items[index]?.choose;
      if (!choose) return;
      close();
      choose(opener);
    });
  });
  menu.addEventListener("keydown", (event) => {
    const at = entries.findIndex((entry) => entry === document.activeElement);
    /** @type {Record<string, number>} */
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 };
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      close();
    } else if (event.key in steps) {
      event.preventDefault();
      entries[((steps[event.key] ?? 0) + entries.length) % entries.length]?.focus();
    }
  });
  return holder;
}
