/** Short codes and their characters. The map is made by playground/tools/emoji.py. */

/** @type {Record<string, string>} */
let codes = {};

/** Loads the map; until then, and where it does not come, short codes stay as they are. */
export async function loadEmoji() {
  const response = await fetch("/static/emoji.json");
  if (response.ok) codes = (await response.json()).codes;
}

/**
 * The characters of a short code (`tada`, `wave::skin-tone-3`), or null for one that does not exist.
 *
 * @param {string} name without its colons
 * @returns {string | null}
 */
export function emojiOf(name) {
  const [base = "", tone = ""] = name.split("::");
  const characters = Object.hasOwn(codes, base) ? (codes[base] ?? null) : null;
  if (characters === null) return null;
  return tone && Object.hasOwn(codes, tone) ? characters + codes[tone] : characters;
}
