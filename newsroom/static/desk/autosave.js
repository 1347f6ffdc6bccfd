/* No keystroke lost: words go to the browser's own store at once, to the server when typing rests for a moment.

   Decides when words are sent, what the page says of them, and what happens when the server cannot be reached, does
   not know the person any more, or saw somebody else's change first. What may be saved is the server's business.

   What the browser keeps is offered again on this story's page until the server has it (or it is thrown away): after
   a crash, a closed lid, a lost connection. It belongs to the person who typed it, also where two share a browser. */

import { element } from "story-editor/dialogs"
import { control, flushWith, form, isDirty, isLeaving, markKept, markSaved, say, take, token, typed } from "desk/story"

const REST = 1200 // milliseconds without a keystroke, then the server gets the words
const LONGEST = 8000 // also while somebody never rests
const TO_BROWSER = 250
const RETRIES = [2000, 4000, 8000, 15000, 30000]

// --- The browser's own store -------------------------------------------------------------------------------------------

const opened = new Promise((resolve) => {
  if (!("indexedDB" in window)) return resolve(null)
  const asked = indexedDB.open("newsroom", 1)
  asked.onupgradeneeded = () => asked.result.createObjectStore("unsaved", { keyPath: "tab" })
  asked.onsuccess = () => resolve(asked.result)
  asked.onerror = () => resolve(null) // private windows may refuse: the server still keeps what it gets
})

async function store(mode, act) {
  const database = await opened
  if (!database) return undefined
  return new Promise((resolve) => {
    const transaction = database.transaction("unsaved", mode)
    const asked = act(transaction.objectStore("unsaved"))
    transaction.oncomplete = () => resolve(asked?.result)
    transaction.onerror = transaction.onabort = () => resolve(undefined)
  })
}

// --- The page --------------------------------------------------------------------------------------------------------

const person = form?.dataset.person
const tab = form ? control("tab").value : ""
const place = () => location.pathname.replace(/change\/$/, "")
const storyKey = () => form.dataset.story ?? "new"
const state = document.getElementById("save-state")

function show(words, kind = "") {
  if (!state || state.textContent === words) return
  state.textContent = words
  state.dataset.kind = kind
}

function headline(fields) {
  const words = fields.find(([name, value]) => name === "headline" && value)?.[1]
  return words || "Untitled story"
}

// --- Sending -----------------------------------------------------------------------------------------------------------

let base = null // what the form held when it last agreed with the server, where others' words could not be taken yet
let sending = null
let failures = 0
let sentLast = "" // what the server answered to last, saved or kept
let rest = 0
let since = 0 // when the first keystroke came that was not sent yet
let signedOut = false
let settled = "All saved" // what the page says while nothing is waiting

async function post(url, fields) {
  const data = new URLSearchParams(fields)
  const response = await fetch(url, {
    method: "POST",
    body: data,
    redirect: "manual",
    headers: { "X-CSRFToken": token(), Accept: "application/json" },
  })
  return response
}

/** Send what the form holds. Returns when the server has answered, or could not be reached. */
async function send() {
  clearTimeout(rest)
  if (sending) {
    await sending
    if (JSON.stringify(typed()) === sentLast || !isDirty()) return
  }
  sending = exchange()
  try {
    await sending
  } finally {
    sending = null
  }
}

async function exchange() {
  const fields = typed()
  const snapshot = JSON.stringify(fields)
  if (!isDirty() || (snapshot === sentLast && !choices().length)) return
  since = 0
  const more = [
    ["tab", tab],
    ["version", control("version").value],
    ...choices(),
    ...(base ? [["base", JSON.stringify(base)]] : []),
  ]
  show("Saving …")
  let response
  try {
    response = await post(`${place()}autosave/`, [...fields, ...more])
  } catch {
    return unreachable()
  }
  if (response.type === "opaqueredirect" || response.status === 403 || response.status === 401) return unknown()
  if (response.status === 413 || response.status === 400) {
    return show("Not saved: this is more than the server takes. The words are kept in this browser.", "bad")
  }
  if (![200, 202, 409].includes(response.status)) return unreachable()
  const answer = await response.json().catch(() => null)
  if (!answer) return unreachable()
  failures = 0
  signedOut = false
  document.getElementById("signed-out")?.remove()
  sentLast = snapshot
  if (answer.state === "saved") await whenSaved(answer, fields, snapshot)
  else if (answer.state === "empty") show("")
  else {
    markKept(snapshot)
    forgetHere(snapshot)
    if (answer.state === "clash") showClash(answer)
    else show(answer.said, "kept")
  }
}

async function whenSaved(answer, fields, snapshot) {
  control("version").value = String(answer.version)
  for (const hidden of document.querySelectorAll("input[name=content_hash]")) hidden.value = answer.content_hash
  if (!form.dataset.story) becomeStory(answer)
  else if (location.search) history.replaceState(history.state, "", location.pathname) // words taken over are saved now
  document.getElementById("clash-place")?.replaceChildren()
  const untouched = JSON.stringify(typed()) === snapshot
  const others = Object.keys(answer.take).length > 0
  if (untouched) {
    take(answer.take)
    base = null
    markSaved(JSON.stringify(typed()))
    sentLast = ""
    if (others) say("What others changed is in the text now.")
  } else {
    // Typed on meanwhile: what others changed is taken with the next answer; until then this is what we agreed on.
    base = others ? fields : null
    markSaved(others ? "" : snapshot)
  }
  forgetHere(snapshot)
  settled = `Saved at ${answer.at}`
  if (isDirty()) typing()
  else show(settled, "good")
}

/** The page of a new story becomes that story's page. */
function becomeStory(answer) {
  form.dataset.story = answer.id
  history.replaceState(history.state, "", answer.page)
  for (const button of document.querySelectorAll("[formaction*='/add/']")) {
    button.setAttribute("formaction", button.getAttribute("formaction").replace("/add/", `/${answer.id}/`))
  }
  document.dispatchEvent(new CustomEvent("story-started", { detail: answer }))
}

function unreachable() {
  show("No connection. Your words are kept in this browser, and sent when it is back.", "bad")
  clearTimeout(rest)
  rest = setTimeout(send, RETRIES[Math.min(failures++, RETRIES.length - 1)])
}

function unknown() {
  show("You are signed out. Your words are kept in this browser.", "bad")
  if (signedOut) return
  signedOut = true
  const link = element("a", { href: "/accounts/login/?next=/desk/", target: "_blank", textContent: "Sign in again in a new tab" })
  const notice = element("div", { id: "signed-out", className: "notice warning", role: "alert" },
    element("p", {}, "You are signed out, so nothing is saved just now. What you type is kept in this browser. ", link, ", then come back here and go on."))
  document.getElementById("clash-place").before(notice)
}

// --- Clashes -----------------------------------------------------------------------------------------------------------

const choices = () => [...new FormData(form)].filter(([name]) => name.startsWith("clash:"))

function showClash(answer) {
  show("Kept, not saved: somebody changed the same words. Choose above.", "bad")
  const holder = document.getElementById("clash-place")
  const was = holder.querySelector("[data-clash]")
  const chosen = new Map(choices())
  holder.innerHTML = answer.panel // drawn by our own template, escaped there
  for (const radio of holder.querySelectorAll("input[type=radio]")) {
    if (chosen.get(radio.name) === radio.value) radio.checked = true
  }
  if (!was) holder.scrollIntoView({ block: "nearest" })
}

document.getElementById("clash-place")?.addEventListener("change", (event) => {
  const panel = event.target.closest("[data-clash]")
  if (!panel) return
  const open = [...panel.querySelectorAll("fieldset")].filter((set) => !set.querySelector("input:checked"))
  if (!open.length) send()
})

// --- When ----------------------------------------------------------------------------------------------------------------

let toBrowser = 0

function typing() {
  const now = Date.now()
  since ||= now
  clearTimeout(toBrowser)
  toBrowser = setTimeout(keepHere, TO_BROWSER)
  clearTimeout(rest)
  rest = setTimeout(send, Math.max(0, Math.min(REST, since + LONGEST - now)))
  if (!failures && !signedOut) show("Not saved yet")
}

function keepHere() {
  clearTimeout(toBrowser)
  const fields = typed()
  if (!isDirty()) return show(settled, "good")
  if (JSON.stringify(fields) === sentLast) return undefined // the server has it already
  return store("readwrite", (rows) =>
    rows.put({ tab, person, story: storyKey(), at: Date.now(), version: control("version").value, fields }),
  )
}

/** Forget what the browser kept of this page, unless more was typed since. */
async function forgetHere(snapshot) {
  if (JSON.stringify(typed()) === snapshot) clearTimeout(toBrowser)
  await store("readwrite", (rows) => rows.delete(tab))
  if (isDirty() && JSON.stringify(typed()) !== snapshot) keepHere()
}

// --- Offered again -------------------------------------------------------------------------------------------------------

/** Tell other pages of this browser that this one lives, so that nobody offers its words while it does. */
const alive = new Promise((done) => {
  if (!navigator.locks || !tab) return done()
  navigator.locks.request(`story-page:${tab}`, () => (done(), new Promise(() => {})))
  return undefined
})

async function offer() {
  await alive
  const all = (await store("readonly", (rows) => rows.getAll())) ?? []
  const held = new Set((await navigator.locks?.query())?.held?.map((lock) => lock.name) ?? [])
  const panel = document.getElementById("unsaved")
  if (!panel) return
  const kept = new Map([...panel.querySelectorAll("[data-tab]")].map((row) => [row.dataset.tab, Date.parse(row.dataset.at)]))
  for (const row of all) {
    if (row.person !== person || row.story !== storyKey() || held.has(`story-page:${row.tab}`)) continue
    // what the server kept of the same page later, or what the story says anyway, needs no second offer
    if (kept.get(row.tab) >= row.at - 1000 || JSON.stringify(row.fields) === JSON.stringify(typed())) {
      store("readwrite", (rows) => rows.delete(row.tab))
      continue
    }
    panel.querySelector("ul").append(offered(row))
    panel.hidden = false
  }
}

function offered(row) {
  const when = new Date(row.at)
  const over = element("button", { type: "button", className: "button small", textContent: "Take them over" })
  const away = element("button", { type: "button", className: "button quiet small", textContent: "Throw them away" })
  const item = element("li", {},
    element("p", {}, element("time", { dateTime: when.toISOString(), textContent: when.toLocaleString() }),
      ` · Kept by this browser: ${headline(row.fields)}`),
    element("div", { className: "actions" }, over, away),
  )
  over.addEventListener("click", async () => {
    over.disabled = true
    const response = await post(`${place()}unsaved/`, [
      ["tab", row.tab],
      ["version", row.version],
      ["fields", JSON.stringify(row.fields)],
    ]).catch(() => null)
    if (response?.type !== "opaqueredirect") {
      over.disabled = false
      return show("The server did not take these words. Try again.", "bad")
    }
    await store("readwrite", (rows) => rows.delete(row.tab))
    location.assign(`${location.pathname}?unsaved=newest`)
    return undefined
  })
  away.addEventListener("click", async () => {
    await store("readwrite", (rows) => rows.delete(row.tab))
    item.remove()
    const panel = document.getElementById("unsaved")
    panel.hidden = !panel.querySelector("li")
    say("Thrown away.")
  })
  return item
}

// --- Go --------------------------------------------------------------------------------------------------------------------

if (form) {
  flushWith(send)
  const ours = (event) => event.target === form || event.target.form === form
  const choice = (event) => event.target.name?.startsWith("clash:")
  for (const kind of ["input", "change", "typing"]) {
    document.addEventListener(kind, (event) => {
      if (ours(event) && !choice(event)) typing()
    })
  }
  form.addEventListener("submit", () => {
    clearTimeout(rest)
    control("csrfmiddlewaretoken").value = token() // signing in again makes a new one
    keepHere()
  })
  for (const kind of ["pagehide", "visibilitychange"]) {
    document.addEventListener(kind, () => {
      if (document.visibilityState === "hidden" && isDirty() && !isLeaving()) {
        keepHere()
        send()
      }
    })
  }
  window.addEventListener("online", () => isDirty() && send())
  window.addEventListener("focus", () => signedOut && send())
  const verbs = document.querySelectorAll("form input[name=csrfmiddlewaretoken]")
  window.addEventListener("focus", () => {
    for (const hidden of verbs) hidden.value = token()
  })
  offer()
  if ("unsaved" in form.dataset) typing()
  else show("All saved", "good")
}
