/** Builds elements. Text always goes in as text: nothing here, or anywhere on the page, parses HTML. */

/** @typedef {Node | string | null | undefined | false} Child */
/**
 * @typedef {{[Kind in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Kind]) => void}} Listeners
 * @typedef {{on?: Listeners, data?: Record<string, string>, [attribute: string]: unknown}} Props
 */

/**
 * An element. `props`: `class`, `on` (listeners by event name), `data` (data attributes); everything else is an attribute;
 * true is an empty attribute, null and false leave it out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  const { on = {}, data = {}, ...attributes } = props;
  for (const [event, listener] of Object.entries(on)) made.addEventListener(event, /** @type {EventListener} */ (listener));
  Object.assign(made.dataset, data);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  put(made, ...children);
  return made;
}

/**
 * Adds children to an element.
 *
 * @param {Element | DocumentFragment} parent
 * @param {...(Child | Child[])} children
 */
export function put(parent, ...children) {
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) parent.append(child);
  }
}

/**
 * The one element that a selector names; its absence is an error of ours.
 *
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {HTMLElement}
 */
export function find(selector, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`nothing on the page is ${selector}`);
  return found;
}

/**
 * Makes the children of `parent` be `wanted`, and leaves alone those that are there already: focus and what is typed in
 * them stay.
 *
 * @param {Element} parent
 * @param {Element[]} wanted
 */
export function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of wanted) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

let counter = 0;

/**
 * An id that no other element has.
 *
 * @param {string} prefix
 */
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
