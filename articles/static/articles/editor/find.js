/* Find and replace in the body of a story.

   Decides what counts as a match, how matches are shown and walked through, and that replacing all of them is one
   step for undo. Captions of pictures are no text of the editor and are not looked through. Matches are found anew
   after each change while the panel is open: a text of 50,000 words takes some milliseconds. */

import { Extension, Plugin, pm } from "django-prose-editor/editor"
import { element } from "story-editor/dialogs"

const { PluginKey, TextSelection } = pm.state
const { Decoration, DecorationSet } = pm.view

const KEY = new PluginKey("storyFind")
const NOTHING = { open: false, pattern: null, matches: [], current: -1, shown: DecorationSet.empty }
const WORD = "[\\p{L}\\p{M}\\p{N}_]"
/** Signs that people type one way and a text may have another. */
const ALIKE = { "'": "['’‘]", '"': '["“”„«»]', " ": "[ \\u00a0\\u202f\\u2009]" }

/** Return what is looked for as a pattern, or null for nothing. */
export function pattern(words, { matchCase = false, wholeWords = false } = {}) {
  if (!words) return null
  const plain = [...words].map((sign) => ALIKE[sign] ?? sign.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&")).join("")
  return new RegExp(wholeWords ? `(?<!${WORD})${plain}(?!${WORD})` : plain, matchCase ? "gu" : "giu")
}

/** Return every match in a document, in order. A match stands within one paragraph. */
export function matchesIn(doc, wanted) {
  const found = []
  if (!wanted) return found
  doc.descendants((node, at) => {
    if (!node.isTextblock) return true
    // one sign for each thing that is no text, so that places in the words are places in the document
    const words = node.textBetween(0, node.content.size, "", "\ufffc")
    for (const match of words.matchAll(wanted)) {
      found.push({ from: at + 1 + match.index, to: at + 1 + match.index + match[0].length })
    }
    return false
  })
  return found
}

function decorated(doc, matches, current) {
  return DecorationSet.create(
    doc,
    matches.map(({ from, to }, index) => Decoration.inline(from, to, { class: index === current ? "find-match find-current" : "find-match" })),
  )
}

/** The index of the first match at or after a place; from the last on it begins again. */
const after = (matches, place) => {
  const index = matches.findIndex(({ from }) => from >= place)
  return index < 0 && matches.length ? 0 : index
}

export const StoryFind = Extension.create({
  name: "storyFind",
  addStorage: () => ({ panel: null }),
  onCreate() {
    this.storage.panel = buildPanel(this.editor)
    this.editor.view.dom.before(this.storage.panel.box)
  },
  onDestroy() {
    this.storage.panel?.box.remove()
  },
  addCommands: () => ({
    openFind:
      () =>
      ({ editor, dispatch }) => {
        if (dispatch) setTimeout(() => editor.storage.storyFind.panel?.open())
        return true
      },
  }),
  addKeyboardShortcuts() {
    return { "Mod-f": () => this.editor.commands.openFind() }
  },
  addProseMirrorPlugins() {
    const { editor } = this
    return [
      new Plugin({
        key: KEY,
        state: {
          init: () => NOTHING,
          apply(tr, state) {
            const asked = tr.getMeta(KEY)
            if (asked?.close) return NOTHING
            if (!asked && !tr.docChanged) return state
            const next = { ...state, ...asked }
            if (!next.open) return NOTHING
            if (asked?.pattern !== undefined || tr.docChanged) {
              const place = asked?.from ?? (state.matches[state.current] ? tr.mapping.map(state.matches[state.current].from) : 0)
              next.matches = matchesIn(tr.doc, next.pattern)
              next.current = after(next.matches, place)
            }
            next.shown = decorated(tr.doc, next.matches, next.current)
            return next
          },
        },
        props: { decorations: (state) => KEY.getState(state).shown },
        view: () => ({
          update(view, before) {
            if (KEY.getState(view.state) !== KEY.getState(before)) editor.storage.storyFind.panel?.show()
          },
        }),
      }),
    ]
  },
})

function buildPanel(editor) {
  const input = (id, label, properties = {}) => {
    const control = element("input", { type: "text", id, autocomplete: "off", spellcheck: false, ...properties })
    control.setAttribute("form", "") // no part of the story's form
    return { control, row: element("div", { className: "find-field" }, element("label", { for: id, textContent: label }), control) }
  }
  const tick = (id, label) => {
    const control = element("input", { type: "checkbox", id })
    control.setAttribute("form", "")
    return { control, row: element("label", { className: "find-tick" }, control, ` ${label}`) }
  }
  const button = (label, run, properties = {}) => {
    const made = element("button", { type: "button", className: "button small", textContent: label, ...properties })
    made.addEventListener("click", run)
    return made
  }
  const find = input("find-words", "Find")
  const put = input("find-replacement", "Replace with")
  const matchCase = tick("find-case", "Match case")
  const wholeWords = tick("find-whole", "Whole words")
  const count = element("output", { className: "find-count", "aria-live": "polite" })
  count.setAttribute("for", "find-words")

  const state = () => KEY.getState(editor.state)
  const ask = (meta) => editor.view.dispatch(editor.state.tr.setMeta(KEY, meta))
  const wanted = () => pattern(find.control.value, { matchCase: matchCase.control.checked, wholeWords: wholeWords.control.checked })
  const look = () => {
    ask({ open: true, pattern: wanted(), from: editor.state.selection.from })
    reveal()
  }
  const reveal = () => editor.view.dom.querySelector(".find-current")?.scrollIntoView({ block: "center" })
  const select = (tr, match) => tr.setSelection(TextSelection.create(tr.doc, match.from, match.to))
  const step = (by) => {
    const { matches, current } = state()
    if (!matches.length) return
    const next = (current + by + matches.length) % matches.length
    editor.view.dispatch(select(editor.state.tr, matches[next]).setMeta(KEY, { current: next }))
    reveal()
  }
  const exchange = (tr, { from, to }, words) => (words ? tr.insertText(words, from, to) : tr.delete(from, to))
  const replace = () => {
    const { matches, current } = state()
    if (!matches[current]) return
    const words = put.control.value
    const { tr } = editor.state
    const end = matches[current].from + words.length
    exchange(tr, matches[current], words).setMeta(KEY, { from: end })
    editor.view.dispatch(tr)
    reveal()
  }
  const replaceAll = () => {
    const { matches } = state()
    if (!matches.length) return
    const { tr } = editor.state
    for (const match of [...matches].reverse()) exchange(tr, match, put.control.value)
    editor.view.dispatch(tr) // one transaction, so one step for undo
    said = `${matches.length.toLocaleString("en")} replaced`
    show()
  }
  const close = () => {
    const match = state().matches[state().current]
    box.hidden = true
    const { tr } = editor.state
    if (match) select(tr, match)
    editor.view.dispatch(tr.setMeta(KEY, { close: true }))
    editor.view.focus()
  }

  let said = ""
  const previous = button("Previous", () => step(-1), { title: "Previous match (Shift+Enter)" })
  const next = button("Next", () => step(1), { title: "Next match (Enter)" })
  const one = button("Replace", replace)
  const all = button("Replace all", replaceAll)
  const box = element(
    "div",
    { className: "story-find", role: "search", "aria-label": "Find and replace in the body", hidden: true },
    element("div", { className: "find-row" }, find.row, count, previous, next, matchCase.row, wholeWords.row),
    element("div", { className: "find-row" }, put.row, one, all, button("Close", close, { className: "button quiet small find-close" })),
  )

  /** Say how many there are, and which one this is. */
  const show = () => {
    const { matches, current } = state()
    const words = !find.control.value
      ? ""
      : matches.length
        ? `${(current + 1).toLocaleString("en")} of ${matches.length.toLocaleString("en")}`
        : "None found"
    const line = [said, words].filter(Boolean).join(". ")
    said = ""
    if (count.value !== line) count.value = line
    for (const control of [previous, next, one, all]) control.setAttribute("aria-disabled", String(!matches.length))
  }

  for (const { control } of [find, matchCase, wholeWords]) control.addEventListener("input", look)
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return
    const again = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f"
    if (event.key === "Escape") close()
    else if (event.key === "Enter" && event.target === find.control) step(event.shiftKey ? -1 : 1)
    else if (event.key === "Enter" && event.target === put.control) replace()
    else if (again && event.target !== find.control) find.control.select() // a second time it is the browser's own
    else return
    event.preventDefault()
    event.stopPropagation()
  })

  const open = () => {
    const { from, to } = editor.state.selection
    const chosen = editor.state.doc.textBetween(from, to, "\n", " ")
    if (chosen && chosen.length <= 100 && !chosen.includes("\n")) find.control.value = chosen
    find.control.dir = put.control.dir = editor.view.dom.dir || "auto"
    box.hidden = false
    look()
    find.control.focus()
    find.control.select()
  }
  return { box, open, show }
}
