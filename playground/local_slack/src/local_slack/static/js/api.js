/** The control API of the local Slack. */

/** The control API refused, and this is its sentence; or it does not answer. */
export class Refused extends Error {}

/**
 * @template Answer as control_models.py describes it; the caller names it
 * @param {string} path below /_control
 * @param {RequestInit} [init]
 * @returns {Promise<Answer>}
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

/**
 * @template Answer
 * @param {string} path
 * @returns {Promise<Answer>}
 */
export const get = (path) => call(path);

/**
 * @template Answer
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<Answer>}
 */
export const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/**
 * @param {string} path
 * @returns {Promise<unknown>}
 */
export const remove = (path) => call(path, { method: "DELETE" });
