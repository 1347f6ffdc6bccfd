/* The panel of notes beside a story, and passages with a note where the story is only read.

   Decides how a note reaches the server without leaving the page, so that unsaved words are not disturbed, and how one
   gets from a note to its passage and back. In the editor the passages are drawn by story-editor's notes.js; both
   speak by the events that are listed there. Without this script the panel's forms still work, on the whole story. */

const $ = (selector, within = document) => within.querySelector(selector)
const story = () => document.getElementById("story")
const panel = () => document.getElementById("notes")
const KEPT = `notes:${location.pathname}:`

const say = (sentence) => {
  const status = $(".messages[role=status]")
  if (!status) return
  const line = $("[data-notes-said]", status) ?? status.appendChild(document.createElement("p"))
  line.dataset.notesSaid = ""
  line.className = "visually-hidden"
  line.textContent = sentence
}

// --- What goes with submitting ------------------------------------------------------------------------------------------

/* The note to the editors and who is asked belong to the press on “Submit for review”, not to the story: they join its
   form only then, so that they are no unsaved words. */
function watchSubmitting() {
  const fields = [...document.querySelectorAll(".submit-with [form=story]")]
  if (!story() || !fields.length) return
  for (const field of fields) field.removeAttribute("form")
  story().addEventListener("submit", (event) => {
    if (event.submitter?.value !== "submit") return
    for (const field of fields) field.setAttribute("form", "story")
    setTimeout(() => fields.forEach((field) => field.removeAttribute("form"))) // somebody may stay on the page
  })
}

// --- The panel's forms -----------------------------------------------------------------------------------------------------

function complain(form, sentence) {
  const line = $(".errors", form)
  if (!line) return say(sentence)
  line.textContent = sentence
  line.hidden = !sentence
}

async function send(form, button) {
  if (form.dataset.sending) return
  form.dataset.sending = "1"
  button?.setAttribute("aria-disabled", "true")
  complain(form, "")
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Requested-With": "fetch" },
    })
    if (answer.redirected || (!answer.ok && answer.status !== 409)) {
      throw new Error(answer.redirected || answer.status === 403 ? "You are signed out. Sign in again in another window; what you wrote stays here." : "The server did not answer as it should. Try again.")
    }
    const text = await answer.text()
    if (answer.status === 409) return complain(form, text)
    for (const area of form.querySelectorAll("textarea")) {
      area.value = ""
      keep(area)
    }
    draw(text)
    say(form.dataset.done)
    const id = answer.headers.get("X-Note")
    document.getElementById(`note-${id}`)?.focus({ preventScroll: false })
  } catch (error) {
    complain(form, error instanceof TypeError ? "No connection. What you wrote stays here; try again." : error.message)
  } finally {
    delete form.dataset.sending
    button?.removeAttribute("aria-disabled")
  }
}

/** Draw the panel anew from the server's HTML. What is being typed in its other forms stays. */
function draw(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("notes")
  if (!fresh) return
  const opened = [...panel().querySelectorAll("details[open]")].map((part) => part.closest("[data-note]")?.id ?? part.className)
  panel().replaceWith(document.adoptNode(fresh))
  for (const part of panel().querySelectorAll("details")) {
    if (opened.includes(part.closest("[data-note]")?.id ?? part.className) && !part.matches(".answering")) part.open = true
  }
  ready()
}

// What was typed and not sent is there again after the page was left or the story saved.
function keep(area) {
  try {
    if (area.value) sessionStorage.setItem(KEPT + area.id, area.value)
    else sessionStorage.removeItem(KEPT + area.id)
  } catch {
    // storage is full or forbidden: the words are still in the field
  }
}

function bringBack() {
  for (const area of panel().querySelectorAll("textarea")) {
    let kept = null
    try {
      kept = sessionStorage.getItem(KEPT + area.id)
    } catch {
      return
    }
    if (!kept || area.value) continue
    area.value = kept
    const answering = area.closest("details")
    if (answering) answering.open = true
  }
}

function hang(quote, near) {
  const form = document.getElementById("new-note")
  form.elements.quote.value = quote
  form.elements.near.value = String(near)
  $(".on-passage", form).hidden = !quote
  $(".on-passage .passage", form).textContent = quote
}

function compose({ quote, near }) {
  hang(quote, near)
  const area = document.getElementById("note-text")
  area.scrollIntoView({ block: "center" })
  area.focus({ preventScroll: true })
}

function open({ id, focus }) {
  const note = document.getElementById(`note-${id}`)
  if (!note) return
  const folded = note.closest("details")
  if (folded) folded.open = true
  for (const other of panel().querySelectorAll(".note-thread.current")) other.classList.remove("current")
  note.classList.add("current")
  const narrow = matchMedia("(max-width: 60rem)").matches
  if (focus || narrow) note.focus()
  else note.scrollIntoView({ block: "nearest" })
}

function watchPanel() {
  document.addEventListener("submit", (event) => {
    if (!event.target.closest("#notes")) return
    event.preventDefault()
    send(event.target, event.submitter)
  })
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#notes button")
    if (button?.hasAttribute("data-whole")) {
      hang("", 0)
      document.getElementById("note-text").focus()
    }
    if (button?.hasAttribute("data-jump")) {
      const id = button.closest("[data-note]").dataset.note
      document.dispatchEvent(new CustomEvent("notes:jump", { detail: { id }, cancelable: true }))
    }
  })
  document.addEventListener("input", (event) => {
    if (event.target.matches("#notes textarea")) keep(event.target)
  })
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("#notes textarea")) return
    event.preventDefault()
    event.target.form.requestSubmit()
  })
  document.addEventListener("notes:compose", (event) => compose(event.detail))
  document.addEventListener("notes:open", (event) => open(event.detail))
}

function ready() {
  for (const button of panel().querySelectorAll("[data-jump]")) button.hidden = false
  bringBack()
  document.dispatchEvent(new CustomEvent("notes:drawn"))
}

// --- Where the story is only read ---------------------------------------------------------------------------------------

const ranges = new Map()

/** The words of the story as it is read, without headline and credits: text nodes with their place in the flat text. */
function words(reading) {
  const walker = document.createTreeWalker(reading, NodeFilter.SHOW_TEXT, {
    acceptNode: (node) =>
      node.parentElement.closest(".notice, .headline, .standfirst, .credit") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  })
  const found = []
  let at = 0
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim()) continue
    found.push({ node, at })
    at += node.data.length
  }
  return found
}

function rangeOf(found, start, end) {
  const range = document.createRange()
  const first = found.find(({ node, at }) => at + node.data.length > start)
  const last = found.findLast(({ at }) => at < end)
  range.setStart(first.node, start - first.at)
  range.setEnd(last.node, Math.min(end - last.at, last.node.data.length))
  return range
}

function highlight(reading) {
  ranges.clear()
  if (!("highlights" in CSS)) return // the quotations in the panel say as much
  const found = words(reading)
  const text = found.map(({ node }) => node.data).join("")
  const looks = { noted: new Highlight(), "noted-must-fix": new Highlight() }
  for (const item of panel().querySelectorAll("[data-note][data-open][data-passage]")) {
    const passage = item.dataset.passage.replaceAll("\n", "")
    if (!passage) continue
    const near = Number(item.dataset.start ?? 0)
    let best = -1
    for (let at = text.indexOf(passage); at >= 0; at = text.indexOf(passage, at + 1)) {
      if (best < 0 || Math.abs(at - near) < Math.abs(best - near)) best = at
    }
    if (best < 0) continue
    const range = rangeOf(found, best, best + passage.length)
    ranges.set(item.dataset.note, range)
    looks["mustFix" in item.dataset ? "noted-must-fix" : "noted"].add(range)
  }
  for (const [name, look] of Object.entries(looks)) CSS.highlights.set(name, look)
}

function watchReading(reading) {
  const button = document.createElement("button")
  Object.assign(button, { type: "button", className: "button small note-here", textContent: "Note on this passage", hidden: true })
  document.body.append(button)
  const selected = () => {
    const selection = document.getSelection()
    if (!selection.rangeCount || selection.isCollapsed) return null
    const range = selection.getRangeAt(0)
    return reading.contains(range.commonAncestorContainer) ? range : null
  }
  const begin = () => {
    const range = selected()
    if (!range) return compose({ quote: "", near: 0 })
    const before = words(reading).find(({ node }) => range.comparePoint(node, node.data.length) >= 0)
    const within = before?.node === range.startContainer ? range.startOffset : 0
    const quote = document.getSelection().toString().replace(/\n+/g, "\n").trim().slice(0, 1000)
    button.hidden = true
    return compose({ quote, near: before ? before.at + within : 0 })
  }
  document.addEventListener("selectionchange", () => {
    const range = selected()
    button.hidden = !range
    if (!range) return
    const box = range.getBoundingClientRect()
    button.style.insetBlockStart = `${Math.max(8, Math.min(box.bottom + 8, innerHeight - 48))}px`
    button.style.insetInlineStart = `${Math.max(8, Math.min(box.left, innerWidth - 200))}px`
  })
  button.addEventListener("mousedown", (event) => event.preventDefault())
  button.addEventListener("click", begin)
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.altKey && event.code === "KeyM") {
      event.preventDefault()
      begin()
    }
  })
  reading.addEventListener("click", (event) => {
    if (!document.getSelection().isCollapsed) return
    for (const [id, range] of ranges) {
      const hit = [...range.getClientRects()].some(
        (box) => event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom,
      )
      if (hit) return open({ id, focus: true })
    }
  })
  document.addEventListener("notes:drawn", () => highlight(reading))
  document.addEventListener("notes:jump", (event) => {
    const range = ranges.get(String(event.detail.id))
    if (!range) return
    range.startContainer.parentElement.scrollIntoView({ block: "center" })
    document.getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset)
  })
}

watchSubmitting()
if (panel()) {
  watchPanel()
  const reading = document.getElementById("reading")
  if (reading) watchReading(reading)
  ready()
}
