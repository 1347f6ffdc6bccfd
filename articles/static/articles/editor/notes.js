/* Passages with a note, in the story editor.

   Decides how a passage is drawn, how it is followed while somebody types, and how the passage of a new note is named.
   The text itself never changes by it: these are decorations. The panel (desk/notes.js) and this module speak to each
   other by events on the document: “notes:drawn” when the panel was drawn anew, “notes:jump” to a passage,
   “notes:open” to a note, “notes:compose” for a new one. Positions on the server count characters of the body's flat
   text (articles/anchors.py); here they are counted the same way. */

import { Extension, Plugin, pm } from "django-prose-editor/editor"
import { element } from "story-editor/dialogs"
import { keys } from "story-editor/toolbar"

const { PluginKey, TextSelection } = pm.state
const { Decoration, DecorationSet } = pm.view
const KEY = new PluginKey("storyNotes")
const SHORTCUT = "Mod-Alt-m"
const LONGEST = 1000 // characters of a passage, as articles/models/notes.py has it
const MAC = /Mac|iP(hone|ad|od)/.test(navigator.platform)
const SVG = "http://www.w3.org/2000/svg"

const size = (text) => (/[\ud800-\udbff]/.test(text) ? [...text].length : text.length)
const units = (text, characters) => (/[\ud800-\udbff]/.test(text) ? [...text].slice(0, characters).join("").length : characters)

/** The flat text, in pieces: where each begins in the document, and a figure's caption, which is no text there. */
function pieces(doc) {
  const found = []
  let at = 0
  doc.descendants((node, pos) => {
    const text = node.isText ? node.text : node.type.name === "newsFigure" || node.type.name === "table" ? node.attrs.caption : ""
    if (!text) return
    found.push({ pos, text, at, node: node.isText ? 0 : node.nodeSize })
    at += size(text)
  })
  return found
}

function offsetOf(doc, pos) {
  let at = 0
  for (const piece of pieces(doc)) {
    if (piece.pos >= pos) return piece.at
    at = piece.at + (piece.node ? size(piece.text) : size(piece.text.slice(0, pos - piece.pos)))
  }
  return at
}

/** Where a stretch of the flat text is in the document: a range, or a whole figure. */
function placeOf(found, start, end) {
  const first = found.find((piece) => piece.at + size(piece.text) > start)
  const last = found.findLast((piece) => piece.at < end)
  if (!first || !last) return null
  const from = first.node ? first.pos : first.pos + units(first.text, start - first.at)
  const to = last.node ? last.pos + last.node : last.pos + units(last.text, end - last.at)
  return from < to ? { from, to, whole: first === last && first.node > 0 } : null
}

/** Where words stand, the place nearest to `near`; line breaks between paragraphs count for nothing. */
function find(found, words, near) {
  const text = found.map((piece) => piece.text).join("")
  const wanted = text.includes(words) ? words : words.replaceAll("\n", "")
  if (!wanted) return null
  let best = null
  let start = 0
  for (let at = text.indexOf(wanted), before = 0; at >= 0; before = at, at = text.indexOf(wanted, at + 1)) {
    start += size(text.slice(before, at))
    if (best !== null && Math.abs(start - near) >= Math.abs(best - near)) break // they only get further away
    best = start
  }
  return best === null ? null : placeOf(found, best, best + size(wanted))
}

const items = () => [...document.querySelectorAll("#notes [data-note][data-open]")].filter((item) => item.dataset.passage)

function decorate(doc, known) {
  let found = null
  const drawn = []
  for (const item of items()) {
    const id = item.dataset.note
    const kept = known.get(id)
    if (kept) {
      drawn.push(kept)
      continue
    }
    found ??= pieces(doc)
    const place = find(found, item.dataset.passage, Number(item.dataset.start ?? 0))
    if (!place) continue
    const look = { class: "mustFix" in item.dataset ? "noted must-fix" : "noted", "data-note": id }
    drawn.push(
      place.whole
        ? Decoration.node(place.from, place.to, look, { id })
        : Decoration.inline(place.from, place.to, look, { id }),
    )
  }
  return DecorationSet.create(doc, drawn)
}

const byId = (set) => new Map(set.find().map((mark) => [mark.spec.id, mark]))

function plugin() {
  return new Plugin({
    key: KEY,
    state: {
      init: (_, { doc }) => decorate(doc, new Map()),
      apply(tr, set) {
        const mapped = set.map(tr.mapping, tr.doc)
        return tr.getMeta(KEY) ? decorate(tr.doc, byId(mapped)) : mapped
      },
    },
    props: {
      decorations: (state) => KEY.getState(state),
      handleClick(view, pos) {
        const mark = KEY.getState(view.state).find(pos, pos)[0]
        // Only a click that sets the cursor: dragging over a passage selects it as always.
        if (mark) document.dispatchEvent(new CustomEvent("notes:open", { detail: { id: mark.spec.id, focus: false } }))
        return false
      },
    },
    view(view) {
      const drawn = () => view.dispatch(view.state.tr.setMeta(KEY, true).setMeta("addToHistory", false))
      const jump = (event) => {
        const mark = byId(KEY.getState(view.state)).get(String(event.detail.id))
        if (!mark) return
        event.preventDefault()
        view.dispatch(view.state.tr.setSelection(TextSelection.between(view.state.doc.resolve(mark.from), view.state.doc.resolve(mark.to))))
        view.focus()
        for (const node of view.dom.querySelectorAll(".noted.shown")) node.classList.remove("shown")
        view.dom.querySelector(`.noted[data-note="${CSS.escape(mark.spec.id)}"]`)?.scrollIntoView({ block: "center" })
      }
      let pause = 0
      document.addEventListener("notes:drawn", drawn)
      document.addEventListener("notes:jump", jump)
      return {
        update(now, before) {
          if (now.state.doc === before.doc) return
          // A passage that was cut and is pasted elsewhere is found again once typing rests.
          clearTimeout(pause)
          pause = setTimeout(() => {
            if (!now.isDestroyed && KEY.getState(now.state).find().length < items().length) drawn()
          }, 800)
        },
        destroy() {
          clearTimeout(pause)
          document.removeEventListener("notes:drawn", drawn)
          document.removeEventListener("notes:jump", jump)
        },
      }
    },
  })
}

/** Begin a note on what is selected; with the cursor in a passage that has one, go to that note. */
function compose(editor) {
  const { state } = editor
  const { from, to, empty } = state.selection
  if (empty) {
    const mark = KEY.getState(state).find(from, from)[0]
    const detail = mark ? { id: mark.spec.id, focus: true } : { quote: "", near: 0 }
    document.dispatchEvent(new CustomEvent(mark ? "notes:open" : "notes:compose", { detail }))
    return true
  }
  const leaf = (node) => (node.type.name === "newsFigure" ? node.attrs.caption : "")
  const quote = [...state.doc.textBetween(from, to, "\n", leaf)].slice(0, LONGEST).join("").trim()
  document.dispatchEvent(new CustomEvent("notes:compose", { detail: { quote, near: offsetOf(state.doc, from) } }))
  return true
}

/** A button in the toolbar, once there is a panel to write in: a story that was not saved yet has none. */
function addButton(editor) {
  const bar = editor.view.dom.closest(".prose-editor").querySelector(".story-toolbar")
  if (!bar || !document.getElementById("notes")) return
  const name = `Note on this passage (${keys(SHORTCUT.replace("m", "M"))})`
  const button = element("button", { type: "button", tabIndex: -1, title: name, "aria-label": "Note on this passage" })
  const svg = document.createElementNS(SVG, "svg")
  for (const [attribute, value] of Object.entries({ viewBox: "0 0 20 20", "aria-hidden": "true", class: "icon" })) svg.setAttribute(attribute, value)
  const line = document.createElementNS(SVG, "path")
  line.setAttribute("d", "M3.5 4h13v9.5h-7L6 16.8v-3.3H3.5zM6.8 7.2h6.4M6.8 10.2h4")
  svg.append(line)
  button.append(svg)
  button.setAttribute("aria-keyshortcuts", MAC ? "Meta+Alt+M" : "Control+Alt+M")
  button.addEventListener("mousedown", (event) => event.preventDefault())
  button.addEventListener("click", () => compose(editor))
  const group = element("div", { className: "group" }, button)
  bar.querySelector(".in-table")?.before(group)
  if (!group.isConnected) bar.append(group)
}

export const StoryNotes = Extension.create({
  name: "storyNotes",
  priority: 50, // after the toolbar is there
  onCreate() {
    addButton(this.editor)
    this.editor.view.dispatch(this.editor.state.tr.setMeta(KEY, true).setMeta("addToHistory", false))
  },
  addKeyboardShortcuts() {
    return { [SHORTCUT]: () => compose(this.editor) }
  },
  addProseMirrorPlugins: () => [plugin()],
})
