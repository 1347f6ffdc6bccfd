/* Who else has this story open, and whether it changed: asked every few seconds while somebody looks.

   Nobody is locked out. Words that others saved come into a page on which nothing was typed; where something was,
   they are merged with the next save. */

import { element } from "story-editor/dialogs"
import { control, form, isDirty, markSaved, say, take, token, typed } from "desk/story"

const WATCHED = 4000
const HIDDEN = 30_000

const holder = document.getElementById("here")
let url = holder?.dataset.url ?? ""
let version = holder?.dataset.version ?? ""
const tab = (form ? control("tab").value : holder?.dataset.tab) ?? ""
let typedAt = 0
let timer = 0
let told = ""

const every = () => (document.visibilityState === "visible" ? WATCHED : HIDDEN)
const shownVersion = () => (form ? control("version").value : version)

async function beat() {
  clearTimeout(timer)
  if (!url) return
  const data = new URLSearchParams({
    tab,
    version: shownVersion(),
    writing: Date.now() - typedAt < 15_000 ? "1" : "0",
    seconds: String((every() * 2.5) / 1000),
  })
  try {
    const response = await fetch(url, { method: "POST", body: data, redirect: "manual", headers: { "X-CSRFToken": token() } })
    if (response.ok) await hear(await response.json())
  } catch {
    // no connection: autosave.js says so where somebody types; here the next beat tries again
  }
  timer = setTimeout(beat, every())
}

async function hear(answer) {
  showPeople(answer.people)
  if (String(answer.version) !== shownVersion() && !(form && isDirty())) await catchUp(answer)
  if (answer.state !== holder.dataset.state) {
    holder.dataset.state = answer.state
    notice(`This story is now: ${answer.state.toLowerCase()}.`)
  }
}

async function catchUp(answer) {
  if (!form) return notice(`${answer.by || "Somebody"} changed this story.`)
  const response = await fetch(url.replace(/here\/$/, "words/"), { redirect: "manual" })
  if (!response.ok || isDirty()) return undefined
  const words = await response.json()
  take(words.take)
  control("version").value = String(words.version)
  for (const hidden of document.querySelectorAll("input[name=content_hash]")) hidden.value = words.content_hash
  markSaved(JSON.stringify(typed()))
  say(`${answer.by || "Somebody"} saved. The changes are in the text now.`)
  return undefined
}

function notice(sentence) {
  if (told === sentence) return
  told = sentence
  document.getElementById("moved-on")?.remove()
  const load = element("a", { href: location.pathname, textContent: "Load the page again" })
  const words = element("div", { id: "moved-on", className: "notice", role: "status" }, element("p", {}, `${sentence} `, load))
  document.getElementById("clash-place").before(words)
}

function showPeople(people) {
  const names = people.map(({ name, writing, you }) => (you ? "you, in another tab" : name) + (writing ? " (writing)" : ""))
  const words = names.length ? `Also here: ${names.join(", ")}` : ""
  if (holder.textContent !== words) holder.textContent = words
}

if (holder) {
  document.addEventListener("typing", () => (typedAt = Date.now()))
  document.addEventListener("input", (event) => {
    if (form && event.target.form === form) typedAt = Date.now()
  })
  document.addEventListener("visibilitychange", beat)
  document.addEventListener("story-started", ({ detail }) => {
    url = `${location.pathname.replace(/change\/$/, "")}here/`
    holder.dataset.state = "Draft"
    version = String(detail.version)
    beat()
  })
  window.addEventListener("pagehide", () => {
    if (url) navigator.sendBeacon(url, new URLSearchParams({ tab, gone: "1", csrfmiddlewaretoken: token() }))
  })
  beat()
}
