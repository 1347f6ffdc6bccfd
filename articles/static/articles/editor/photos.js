/* Choosing a photo from the library and saying how it stands in the story.

   Decides how the picker looks and asks; used by the story editor for figures and by the writing page for the lead
   photo. Which photos there are, and who may upload, the library's two addresses decide. A photo's credit is shown
   and never edited here: it belongs to the photo. */

import { ask, complain, element, field } from "story-editor/dialogs"

const CREDIT = { agency: "Agency", photographer: "Photographer", source: "Source", distributor: "Distributor" }
const ACCEPTED = "image/jpeg,image/png,image/webp,image/avif"
const known = new Map()
let waiting = null

async function answer(response) {
  const data = await response.json().catch(() => ({}))
  if (response.ok) return data
  throw Object.assign(new Error(data.error || `The photo library did not answer (${response.status}).`), data)
}

const remember = (item) => {
  known.set(String(item.id), item)
  return item
}

/** Return the library's item of a photo, or null when there is none. Asks once for all photos of a page. */
export function photoById(picker, id) {
  const key = String(id)
  if (known.has(key)) return Promise.resolve(known.get(key))
  waiting ??= { ids: new Set(), found: null }
  waiting.ids.add(key)
  waiting.found ??= new Promise((resolve) => setTimeout(resolve)).then(async () => {
    const ids = [...waiting.ids]
    waiting = null
    const url = `${picker}?ids=${ids.map(encodeURIComponent).join(",")}`
    const { results } = await answer(await fetch(url, { headers: { Accept: "application/json" } }))
    results.forEach(remember)
  })
  return waiting.found.then(() => known.get(key) ?? null)
}

function thumbnail(item, alt) {
  return element("img", {
    src: item.thumb,
    alt,
    loading: "lazy",
    width: item.thumb_width,
    height: item.thumb_height,
  })
}

/** The library's part of the picker: search, grid, more. */
function libraryPane(picker, choose) {
  const search = element("input", { type: "search", autocomplete: "off" })
  const state = element("p", { className: "help", role: "status" })
  const grid = element("ul", { className: "picker-grid" })
  const more = element("button", { type: "button", className: "button", textContent: "Show more", hidden: true })
  let after = null
  let asked = 0

  const tile = (item) => {
    const words = [item.caption || item.alt || item.title, item.credit].filter(Boolean)
    const button = element(
      "button",
      { type: "button", className: "picker-tile" },
      thumbnail(item, ""),
      element("span", { className: "picker-words", textContent: words[0] || `Photo ${item.id}` }),
      element("span", { className: item.credit ? "help" : "help errors", textContent: item.credit || "No credit yet" }),
    )
    button.addEventListener("click", () => choose(item))
    return element("li", {}, button)
  }

  const load = async (page) => {
    const turn = ++asked
    const url = new URL(picker, location.href)
    url.searchParams.set("q", search.value.trim())
    if (page) url.searchParams.set("after", page)
    try {
      const data = await answer(await fetch(url, { headers: { Accept: "application/json" } }))
      if (turn !== asked) return // a later search has been sent meanwhile
      if (!page) grid.replaceChildren()
      grid.append(...data.results.map((item) => tile(remember(item))))
      after = data.next
      more.hidden = !after
      const shown = grid.children.length
      state.textContent = shown ? `${shown}${after ? " and more" : ""} photo${shown === 1 ? "" : "s"}` : "No photo has these words."
    } catch (error) {
      state.textContent = error.message
    }
  }

  let pause
  search.addEventListener("input", () => {
    clearTimeout(pause)
    pause = setTimeout(load, 200)
  })
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault()
    if (event.key === "ArrowDown") {
      event.preventDefault()
      grid.querySelector("button")?.focus()
    }
  })
  more.addEventListener("click", () => load(after))
  grid.addEventListener("keydown", (event) => {
    const tiles = [...grid.querySelectorAll("button")]
    const at = tiles.indexOf(document.activeElement)
    if (at < 0) return
    const across = tiles.filter((other) => other.offsetTop === tiles[0].offsetTop).length || 1
    const forward = getComputedStyle(grid).direction === "rtl" ? -1 : 1
    const step = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: across, ArrowUp: -across }[event.key]
    if (!step) return
    event.preventDefault()
    if (at + step < 0) search.focus()
    else tiles[Math.min(at + step, tiles.length - 1)].focus()
  })
  load()
  return { search, parts: [field("Search the library", search), state, grid, more] }
}

/** The upload's part of the picker: file, words, credit. */
function uploadPane(upload, token, choose) {
  const file = element("input", { type: "file", accept: ACCEPTED })
  const rows = {
    file: field("File", file, { help: "JPEG, PNG, WebP or AVIF, as large as you have it." }),
    alt: field("Alt text", element("textarea", { rows: 2 }), { help: "What the picture shows, for those who cannot see it." }),
    caption: field("Caption", element("textarea", { rows: 2 })),
  }
  for (const [name, label] of Object.entries(CREDIT)) rows[name] = field(label, element("input", { type: "text" }))
  const state = element("p", { className: "help", role: "status" })
  const send = element("button", { type: "button", className: "button primary", textContent: "Upload and use" })

  send.addEventListener("click", async () => {
    if (!file.files.length) return complain(rows.file, "Choose a file first.")
    complain(rows.file, "")
    const form = new FormData()
    form.append("file", file.files[0])
    for (const [name, row] of Object.entries(rows)) if (name !== "file") form.append(name, row.control.value)
    send.disabled = true
    state.textContent = "Uploading …"
    try {
      const request = { method: "POST", body: form, headers: { "X-CSRFToken": token(), Accept: "application/json" } }
      choose(remember(await answer(await fetch(upload, request))))
    } catch (error) {
      state.textContent = ""
      if (error.existing) {
        const use = element("button", { type: "button", className: "button small", textContent: "Use it" })
        use.addEventListener("click", () => choose(remember(error.existing)))
        complain(rows.file, `${error.message} `)
        rows.file.querySelector(".errors").append(use)
      } else complain(rows.file, error.message)
    } finally {
      send.disabled = false
    }
  })

  const credit = element("fieldset", {}, element("legend", { textContent: "Credit" }))
  credit.append(element("div", { className: "picker-credit" }, ...Object.keys(CREDIT).map((name) => rows[name])))
  return { file, parts: [rows.file, rows.alt, rows.caption, credit, state, send] }
}

/** Let somebody choose or upload a photo. Resolves to the library's item, or to null. */
export function choosePhoto({ picker, upload, token, file = null }) {
  let close = () => {}
  const choose = (item) => close(item)
  const library = libraryPane(picker, choose)
  const uploading = uploadPane(upload, token, choose)
  const details = element(
    "details",
    { className: "picker-upload", open: Boolean(file) },
    element("summary", { textContent: "Upload a photo" }),
    ...uploading.parts,
  )
  return ask({
    title: "Choose a photo",
    body: [details, ...library.parts],
    submit: "",
    wide: true,
    onSubmit: () => false,
    onOpen: (opened) => {
      close = opened.close
      if (file) {
        const transfer = new DataTransfer()
        transfer.items.add(file)
        uploading.file.files = transfer.files
        uploading.file.focus()
      } else library.search.focus()
    },
  })
}

const LAYOUTS = { full: "As wide as the text", wide: "Wider than the text", column: "Half a column, text beside it" }

/** Ask for caption, alt text and layout of a photo in this story. Resolves to them, or to null. */
export function describePhoto(item, { caption = "", alt = null, layout = "full" } = {}, { submit = "Insert" } = {}) {
  const words = field("Caption", element("textarea", { rows: 2, value: caption }), {
    help: "For this story. The credit follows it by itself.",
  })
  const alternative = field("Alt text", element("textarea", { rows: 2, value: alt ?? item.alt ?? "" }), {
    help: "What the picture shows, for those who cannot see it. Not the caption again.",
  })
  const decorative = field("Decorative: it shows nothing that the text needs", element("input", { type: "checkbox" }), {
    inline: true,
  })
  decorative.control.checked = alt === ""
  const place = element("select", {})
  for (const [value, label] of Object.entries(LAYOUTS)) {
    place.append(element("option", { value, textContent: label, selected: value === layout }))
  }
  const toggle = () => {
    alternative.control.disabled = decorative.control.checked
    complain(alternative, "")
  }
  decorative.control.addEventListener("change", toggle)
  toggle()
  return ask({
    title: "Photo in this story",
    body: [
      element("div", { className: "picker-shown" }, thumbnail(item, "")),
      element("p", { className: item.credit ? "help" : "errors", textContent: item.credit ? `Credit: ${item.credit}` : "This photo has no credit yet. Add it in the library." }),
      words,
      alternative,
      decorative,
      field("Layout", place),
    ],
    submit,
    onSubmit: () => {
      const text = alternative.control.value.trim().replace(/\s+/g, " ")
      if (!text && !decorative.control.checked) {
        complain(alternative, "Say what the picture shows, or mark it as decorative.")
        return false
      }
      return {
        caption: words.control.value.trim().replace(/\s+/g, " "),
        alt: decorative.control.checked ? "" : text,
        layout: place.value,
      }
    },
  })
}
