/* Keeps the bell's count up to date while a page stays open. Asks only while somebody looks at the page, and stops
   for good when the answer is no count any more, as after signing out. */

const EVERY = 45_000;
const bell = document.getElementById("bell");
const news = document.getElementById("bell-news");
let known = null;
let timer = null;

async function ask() {
  let answer;
  try {
    const response = await fetch(bell.dataset.count, { headers: { Accept: "application/json" }, redirect: "error" });
    if (response.status >= 500) return wait();
    answer = await response.json();
  } catch (error) {
    // no connection: ask again later; anything that is not a count ends it
    return error instanceof TypeError && navigator.onLine && known !== null ? wait() : undefined;
  }
  bell.setAttribute("aria-label", answer.label);
  bell.querySelector(".tally").textContent = answer.shown;
  bell.toggleAttribute("data-unread", answer.unread > 0);
  if (known !== null && answer.unread > known) news.textContent = answer.label;
  known = answer.unread;
  wait();
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(() => (document.visibilityState === "visible" ? ask() : undefined), EVERY);
}

if (bell) {
  known = bell.hasAttribute("data-unread") ? Number.parseInt(bell.querySelector(".tally").textContent, 10) : 0;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
  });
  wait();
}
