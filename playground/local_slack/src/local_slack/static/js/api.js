/** The control API of the local Slack. */

/** The control API refused, and this is its sentence; or it does not answer. */
export class Refused extends Error {}

/**
 * @param {string} path below /_control
 * @param {RequestInit} [init]
 * @returns {Promise<any>}
 */
async function call(path, init) {
  let response;
  try {
    response = await fetch(`/_control${path}`, init);
  } catch {
    throw new Refused("The local Slack does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => ({ error: `HTTP ${response.status}` }));
  if (!response.ok) throw new Refused(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

/** @param {string} path */
export const get = (path) => call(path);

/**
 * @param {string} path
 * @param {unknown} body
 */
export const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** @param {string} path */
export const remove = (path) => call(path, { method: "DELETE" });
