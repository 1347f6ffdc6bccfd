/* The writing page around the story editor.

   Decides what counts as not saved, and how the form's moving parts move: growing headline, rows of bylines, the lead
   photo, dialogs of verbs. When words go to the server by themselves stands in autosave.js. What may be saved and done
   is the server's business; without this script the page still saves.

   What it expects of the template, each part optional; controls may stand outside the form, with form="story":
     form#story                          data-unsaved when it shows words that the server refused
     “Save draft”                        the button that Ctrl-S and ⌘S press
     textarea[name=headline|standfirst]  grow with their words; Enter goes on to the next field
     #bylines .byline                    rows; in each [data-move=up], [data-move=down], [data-remove], -ORDER, -DELETE
     #add-byline, template#byline-template   a new row; __prefix__ becomes its number, -TOTAL_FORMS counts
     input[name=lead_photo]              the photo's number; #choose-lead, #remove-lead, #lead-preview beside it
     [command=show-modal|close]          the browser's own invoker buttons for <dialog>, for browsers without them;
                                         data-open-now on a dialog opens it at once
     .verb form                          a verb: asks first while words are not saved
     #save-state                         says what became of the words; autosave.js writes it */

import { ask, element } from "story-editor/dialogs"
import { choosePhoto, photoById } from "story-editor/photos"
import { replaceBody } from "story-editor/remote"

export const form = document.getElementById("story")
export const control = (name) => form.elements.namedItem(name)
/** What a request must show: signing in again makes a new one in the cookie, while the page holds the old. */
export const token = () =>
  document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ??
  document.querySelector("input[name=csrfmiddlewaretoken]")?.value ??
  ""
let spoken = null
/** Say a sentence politely to those who cannot see what changed. */
export const say = (sentence) => {
  const status = document.querySelector(".messages[role=status]") ?? form
  spoken ??= status.appendChild(element("p", { className: "visually-hidden" }))
  spoken.textContent = sentence
}

// --- Not saved yet -------------------------------------------------------------------------------------------------

// What the page says of itself is no part of what somebody wrote; a choice between two texts is made of neither.
const IGNORED = new Set(["csrfmiddlewaretoken", "verb", "tab", "version"])
const CLASH = "clash:"

/** What the form holds now, as names and values in order. */
export const typed = () =>
  [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && !IGNORED.has(name) && !name.startsWith(CLASH),
  )

let saved = ""
let keptElsewhere = ""
let leaving = false
/** Asked before a verb: gets the last words to the server if that can be. autosave.js sets it. */
let flush = async () => {}
export const flushWith = (way) => {
  flush = way
}

/** Whether anything differs from what the server has in the story. A text changed and changed back does not. */
export const isDirty = () => form !== null && JSON.stringify(typed()) !== saved

/** Note that the story has exactly these words now, or that the server keeps them beside it. */
export const markSaved = (snapshot) => {
  saved = snapshot
}
export const markKept = (snapshot) => {
  keptElsewhere = snapshot
}
export const isLeaving = () => leaving

const saveButton = () =>
  [...form.elements].find((button) => button.type === "submit" && button.textContent.trim() === "Save draft")

function watchForm() {
  // After a refused save, or with words taken over, the page holds what the story has not: the template says so.
  saved = "unsaved" in form.dataset ? "" : JSON.stringify(typed())
  form.addEventListener("submit", (event) => {
    const target = event.submitter?.formTarget || form.target
    leaving = !target || target === "_self" // a preview opens beside this page
  })
  window.addEventListener("pageshow", () => {
    leaving = false
  })
  window.addEventListener("beforeunload", (event) => {
    // Words that the server keeps are offered again: no alarm for them.
    if (leaving) return
    const now = JSON.stringify(typed())
    if (now !== saved && now !== keptElsewhere) event.preventDefault()
  })
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return
    event.preventDefault()
    if (!document.querySelector("dialog[open]")) saveButton()?.click()
  })
}

/** Put what others saved into the form, field by field; what is not among `fields` stays. */
export function take(fields) {
  for (const [name, value] of Object.entries(fields)) {
    if (name === "bylines") {
      document.getElementById("bylines").outerHTML = value
      bylinesChanged()
    } else if (name === "topics") {
      const chosen = new Set(value.map(String))
      for (const box of form.elements) if (box.name === "topics") box.checked = chosen.has(box.value)
    } else if (name === "lead_photo") {
      control(name).value = String(value)
      showLead?.()
    } else if (name === "body") {
      const area = control(name)
      if (area.storyEditor) replaceBody(area.storyEditor, value)
      else area.value = value
    } else if (control(name)) {
      control(name).value = String(value)
      control(name).dispatchEvent(new Event("taken"))
    }
  }
}

// --- Verbs -----------------------------------------------------------------------------------------------------------

function watchVerbs() {
  if (!("commandForElement" in HTMLButtonElement.prototype)) {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[command][commandfor]")
      const dialog = button && document.getElementById(button.getAttribute("commandfor"))
      if (button?.getAttribute("command") === "show-modal") dialog?.showModal()
      if (button?.getAttribute("command") === "close") dialog?.close()
    })
  }
  document.querySelector("dialog[data-open-now]")?.showModal()
  for (const verb of document.querySelectorAll(".verb form")) {
    verb.addEventListener("submit", async (event) => {
      if (leaving || !isDirty()) {
        leaving = true
        return
      }
      event.preventDefault()
      const button = event.submitter
      await flush()
      if (!isDirty()) {
        leaving = true
        verb.requestSubmit(button ?? undefined)
        return
      }
      const name = button?.textContent.trim() || "Go on"
      const go = await ask({
        title: "Your last changes are not saved",
        body: [element("p", { textContent: `“${name}” acts on the story as it was saved last. Cancel and save first, or go on without what you typed since.` })],
        submit: `${name} without them`,
        danger: true,
      })
      if (!go) return
      leaving = true
      verb.requestSubmit(button ?? undefined)
    })
  }
}

// --- Headline and standfirst -------------------------------------------------------------------------------------------

function growing(area) {
  const fit = () => {
    area.style.blockSize = "auto"
    area.style.blockSize = `${area.scrollHeight}px`
  }
  area.rows = 1
  if (!CSS.supports("field-sizing", "content")) {
    area.addEventListener("input", fit)
    area.addEventListener("taken", fit)
    new ResizeObserver(fit).observe(form)
    fit()
  }
  area.addEventListener("input", () => {
    if (/[\r\n]/.test(area.value)) area.value = area.value.replace(/\s*[\r\n]+\s*/g, " ") // pasted from several lines
  })
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return
    event.preventDefault()
    const next = area.name === "headline" ? control("standfirst") : null
    ;(next ?? form.querySelector(".ProseMirror[contenteditable]"))?.focus()
  })
}

// --- Bylines -------------------------------------------------------------------------------------------------------------

let bylinesChanged = () => {}

function watchBylines() {
  const found = () => document.getElementById("bylines") // replaced as a whole when others changed it
  if (!found()) return
  const rows = () => [...found().querySelectorAll(".byline")].filter((row) => !row.hidden)
  const count = () => [...form.elements].find((input) => input.name.endsWith("-TOTAL_FORMS"))
  const part = (row, name) => row.querySelector(`input[name$='-${name}']`)
  const changed = () => {
    rows().forEach((row, index, all) => {
      for (const [name, off] of Object.entries({ up: index === 0, down: index === all.length - 1 })) {
        const button = row.querySelector(`[data-move=${name}]`)
        if (button) button.disabled = off
      }
      const order = part(row, "ORDER")
      if (order) order.value = String(index + 1)
    })
    form.dispatchEvent(new Event("change", { bubbles: true }))
  }
  const nameOf = (row) => {
    const select = row.querySelector("select")
    return select?.selectedOptions[0]?.value ? select.selectedOptions[0].textContent.trim() : "Byline"
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#add-byline")) {
      const box = found()
      const total = count()
      const number = total ? Number(total.value) : box.querySelectorAll(".byline").length
      const fresh = document.getElementById("byline-template").content.cloneNode(true)
      for (const node of fresh.querySelectorAll("*")) {
        for (const { name, value } of [...node.attributes]) {
          if (value.includes("__prefix__")) node.setAttribute(name, value.replaceAll("__prefix__", String(number)))
        }
      }
      box.append(fresh)
      if (total) total.value = String(number + 1)
      changed()
      rows().at(-1)?.querySelector("select, input:not([type=hidden])")?.focus()
      return
    }
    const row = event.target.closest("#bylines .byline")
    if (!row) return
    if (event.target.closest("[data-remove]")) {
      const all = rows()
      const next = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1]
      const name = nameOf(row)
      const deletion = part(row, "DELETE")
      if (deletion) {
        deletion.value = "on"
        row.hidden = true
      } else row.remove()
      changed()
      ;(next?.querySelector("select") ?? document.getElementById("add-byline"))?.focus()
      say(`${name} removed.`)
    }
    const move = event.target.closest("[data-move]")
    if (move) {
      const all = rows()
      const at = all.indexOf(row)
      if (move.dataset.move === "up" && at > 0) all[at - 1].before(row)
      else if (move.dataset.move === "down" && at < all.length - 1) all[at + 1].after(row)
      changed()
      move.disabled ? row.querySelector("[data-move]:not(:disabled)")?.focus() : move.focus()
      say(`${nameOf(row)} is now number ${rows().indexOf(row) + 1} of ${rows().length}.`)
    }
  })
  // A page that comes back from a refused save has its rows by number, not by place.
  const place = (row) => Number(part(row, "ORDER")?.value) || Number.MAX_SAFE_INTEGER
  for (const row of rows().sort((a, b) => place(a) - place(b))) found().append(row)
  for (const row of rows()) row.hidden = Boolean(part(row, "DELETE")?.value)
  bylinesChanged = changed
  changed()
}

// --- Lead photo ------------------------------------------------------------------------------------------------------------

/** The library's addresses, from the configuration of the story editor on this page. */
function library() {
  const config = control("body")?.getAttribute("data-django-prose-editor-configurable")
  return config ? JSON.parse(config).extensions.NewsFigure : null
}

let showLead = null

function watchLead() {
  const input = control("lead_photo")
  const choose = document.getElementById("choose-lead")
  const remove = document.getElementById("remove-lead")
  const preview = document.getElementById("lead-preview")
  const addresses = library()
  if (!input || !choose || !preview || !addresses) return

  const show = (item) => {
    if (remove) remove.hidden = !input.value
    choose.textContent = input.value ? "Change photo" : "Choose photo"
    preview.replaceChildren()
    if (!item) return
    preview.append(
      element("img", { src: item.thumb, alt: item.alt, width: item.thumb_width, height: item.thumb_height }),
      element("p", { className: "credit", textContent: item.credit || "No credit yet" }),
    )
  }
  const put = (item) => {
    const another = item && input.value !== String(item.id)
    input.value = item ? String(item.id) : ""
    for (const name of ["caption", "alt"]) {
      const words = control(`lead_${name}`)
      // The library's words are offered for a new photo; without a photo there is nothing to say of it.
      if (words && (another || !item)) words.value = item?.[name] ?? ""
    }
    show(item)
    input.dispatchEvent(new Event("change", { bubbles: true }))
  }
  choose.addEventListener("click", async () => {
    const item = await choosePhoto({ ...addresses, token })
    if (item) put(item)
    choose.focus()
  })
  remove?.addEventListener("click", () => {
    put(null)
    choose.focus()
  })
  showLead = () => (input.value ? photoById(addresses.picker, input.value).then(show, () => {}) : show(null))
  if (input.value && !preview.querySelector("img")) showLead()
}

if (form) {
  for (const name of ["headline", "standfirst"]) {
    if (control(name)) growing(control(name))
  }
  watchBylines()
  watchLead()
  watchForm()
}
watchVerbs() // also where somebody may read the story only
