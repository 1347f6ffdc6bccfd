/* The story editor's toolbar: what it offers, in which order, and how it is reached by keyboard.

   Decides buttons, names and shortcuts; what a button does is the editor's command. One stop in the tab order
   (WAI-ARIA toolbar): arrow keys move between buttons, Escape goes back to the text. */

import { element } from "story-editor/dialogs"
import { suggesting } from "story-editor/suggest"

const SVG = "http://www.w3.org/2000/svg"
const MAC = /Mac|iP(hone|ad|od)/.test(navigator.platform)

/** Say a shortcut as it stands on this computer's keys: "Mod-B" becomes "⌘B" or "Ctrl+B". */
export function keys(shortcut) {
  if (MAC) return shortcut.replace("Mod-", "⌘").replace("Shift-", "⇧").replace("Alt-", "⌥")
  return shortcut.replace("Mod-", "Ctrl+").replace("Shift-", "Shift+").replace("Alt-", "Alt+")
}

const icon = (path) => {
  const svg = document.createElementNS(SVG, "svg")
  for (const [name, value] of Object.entries({ viewBox: "0 0 20 20", "aria-hidden": "true", class: "icon" })) {
    svg.setAttribute(name, value)
  }
  const line = document.createElementNS(SVG, "path")
  line.setAttribute("d", path)
  svg.append(line)
  return svg
}
const letter = (text, look) => element("span", { className: `letter ${look}`, textContent: text, "aria-hidden": "true" })

const LINK = "M8.6 11.4a2.9 2.9 0 0 0 4.1 0l2.9-2.9a2.9 2.9 0 0 0-4.1-4.1l-.9.9M11.4 8.6a2.9 2.9 0 0 0-4.1 0l-2.9 2.9a2.9 2.9 0 0 0 4.1 4.1l.9-.9"
const BULLETS = "M8 5h9M8 10h9M8 15h9M3.6 5h.01M3.6 10h.01M3.6 15h.01"
const NUMBERS = "M9 5h8M9 10h8M9 15h8M3 3.6 4.4 3v4M3 12.9c.2-1.3 2.2-1.2 2 .1-.1.8-1.4 1.3-2 2.3h2.2"
const QUOTATION = "M4 4v12M8 6h9M8 10h9M8 14h5"
const PHOTO = "M3 4.5h14v11H3zM3 13l4-4 3.5 3.5 2-2L17 14.5M12.8 7.6h.01"
const TABLE = "M3 4h14v12H3zM3 8h14M3 12h14M8.5 4v12"
const RULE = "M3 10h14"
const FIND = "M8.5 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM12.5 12.5 17 17"
const UNDO = "M7 4.5 3.5 8 7 11.5M4 8h7.5a4 4 0 0 1 0 8H8"
const REDO = "M13 4.5 16.5 8 13 11.5M16 8H8.5a4 4 0 0 0 0 8H12"

const chain = (editor) => editor.chain().focus()
const mark = (name, label, shape, shortcut) => ({
  label,
  shape,
  shortcut,
  run: (editor) => chain(editor).toggleMark(name).run(),
  active: (editor) => editor.isActive(name),
  enabled: (editor) => editor.can().toggleMark(name),
})
const heading = (level, label) => ({
  label,
  shape: () => letter(`H${level}`, "plain"),
  shortcut: `Mod-Alt-${level}`,
  run: (editor) => chain(editor).toggleHeading({ level }).run(),
  active: (editor) => editor.isActive("heading", { level }),
})

const BUTTONS = [
  [heading(2, "Heading"), heading(3, "Subheading")],
  [
    mark("bold", "Bold", () => letter("B", "bold"), "Mod-B"),
    mark("italic", "Italic", () => letter("I", "italic"), "Mod-I"),
    {
      label: "Link",
      shape: () => icon(LINK),
      shortcut: "Mod-K",
      run: (editor) => editor.commands.editLink(),
      active: (editor) => editor.isActive("link"),
    },
  ],
  [
    {
      label: "List",
      shape: () => icon(BULLETS),
      shortcut: "Mod-Shift-8",
      run: (editor) => chain(editor).toggleBulletList().run(),
      active: (editor) => editor.isActive("bulletList"),
    },
    {
      label: "Numbered list",
      shape: () => icon(NUMBERS),
      shortcut: "Mod-Shift-7",
      run: (editor) => chain(editor).toggleOrderedList().run(),
      active: (editor) => editor.isActive("orderedList"),
    },
    {
      label: "Quotation",
      shape: () => icon(QUOTATION),
      shortcut: "Mod-Shift-B",
      run: (editor) => chain(editor).toggleBlockquote().run(),
      active: (editor) => editor.isActive("blockquote"),
    },
    {
      label: "Pull quote",
      shape: () => letter("“", "serif"),
      run: (editor) => chain(editor).toggleWrap("pullQuote").run(),
      active: (editor) => editor.isActive("pullQuote"),
    },
  ],
  [
    {
      label: "Photo",
      shape: () => icon(PHOTO),
      run: (editor) => editor.commands.insertPhoto(),
      active: (editor) => editor.isActive("newsFigure"),
    },
    {
      label: "Table",
      shape: () => icon(TABLE),
      run: (editor) => chain(editor).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
      active: (editor) => editor.isActive("table"),
      enabled: (editor) => !editor.isActive("table"),
    },
    { label: "Line between parts", shape: () => icon(RULE), run: (editor) => chain(editor).setHorizontalRule().run() },
  ],
  [
    mark("strike", "Struck through", () => letter("S", "struck"), "Mod-Shift-S"),
    mark("superscript", "Raised", () => letter("x²", "plain")),
    mark("subscript", "Lowered", () => letter("x₂", "plain")),
  ],
  [
    {
      label: "Suggest",
      shape: () => "Suggest",
      worded: true,
      shortcut: "Mod-Shift-E",
      // where a story's page says who suggests; a story that is only begun has nobody to suggest anything to
      available: () => document.getElementById("suggestions-data") !== null,
      run: (editor) => editor.commands.toggleSuggesting(),
      active: (editor) => suggesting.getState(editor.state).on,
    },
  ],
  [
    {
      label: "Undo",
      shape: () => icon(UNDO),
      shortcut: "Mod-Z",
      run: (editor) => chain(editor).undo().run(),
      enabled: (editor) => editor.can().undo(),
    },
    {
      label: "Redo",
      shape: () => icon(REDO),
      shortcut: "Mod-Shift-Z",
      run: (editor) => chain(editor).redo().run(),
      enabled: (editor) => editor.can().redo(),
    },
    { label: "Find and replace", shape: () => icon(FIND), shortcut: "Mod-F", run: (editor) => editor.commands.openFind() },
    { label: "Keyboard help", shape: () => letter("?", "plain"), run: (editor) => editor.commands.showKeyboardHelp() },
  ],
]

const IN_TABLE = [
  ["Row above", "addRowBefore"],
  ["Row below", "addRowAfter"],
  ["Column before", "addColumnBefore"],
  ["Column after", "addColumnAfter"],
  ["Heading row", "toggleHeaderRow"],
  ["Heading column", "toggleHeaderColumn"],
  ["Merge or split cells", "mergeOrSplit"],
  ["Caption", "captionTable"],
  ["Remove row", "deleteRow"],
  ["Remove column", "deleteColumn"],
  ["Remove table", "deleteTable"],
].map(([label, command]) => ({
  label,
  shape: () => label,
  worded: true,
  run: (editor) => (command === "captionTable" ? editor.commands[command]() : chain(editor)[command]().run()),
  enabled: (editor) => command === "captionTable" || editor.can()[command](),
}))

function draw(item, editor) {
  const name = item.shortcut ? `${item.label} (${keys(item.shortcut)})` : item.label
  const button = element("button", { type: "button", tabIndex: -1, className: item.worded ? "worded" : "" })
  if (!item.worded || item.shortcut) {
    button.title = name
    button.setAttribute("aria-label", item.label)
  }
  if (item.shortcut) button.setAttribute("aria-keyshortcuts", item.shortcut.replace("Mod", MAC ? "Meta" : "Control").replaceAll("-", "+"))
  button.append(item.shape())
  // The text keeps its selection when the mouse goes to a button.
  button.addEventListener("mousedown", (event) => event.preventDefault())
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") item.run(editor)
  })
  item = { ...item, button }
  return item
}

function refresh(items, editor) {
  for (const { button, active, enabled } of items) {
    if (active) button.setAttribute("aria-pressed", String(active(editor)))
    button.setAttribute("aria-disabled", String(enabled ? !enabled(editor) : false))
  }
}

/** Build the toolbar above the text and keep it in step with the selection. Returns its element. */
export function buildToolbar(editor) {
  const bar = element("div", { className: "story-toolbar", role: "toolbar", "aria-label": "Formatting" })
  const items = []
  for (const group of BUTTONS) {
    const drawn = group.filter((item) => item.available?.() ?? true).map((item) => draw(item, editor))
    if (!drawn.length) continue
    items.push(...drawn)
    bar.append(element("div", { className: "group" }, ...drawn.map((item) => item.button)))
  }
  const tableItems = IN_TABLE.map((item) => draw(item, editor))
  const tableRow = element("div", { className: "group in-table", hidden: true }, ...tableItems.map((item) => item.button))
  bar.append(tableRow)

  const reachable = () => [...bar.querySelectorAll("button")].filter((button) => !button.closest("[hidden]"))
  const stop = (button) => {
    for (const other of bar.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1
  }
  stop(items[0].button)
  bar.addEventListener("focusin", (event) => stop(event.target))
  bar.addEventListener("keydown", (event) => {
    const all = reachable()
    const at = all.indexOf(document.activeElement)
    const forward = getComputedStyle(bar).direction === "rtl" ? -1 : 1
    const moves = { ArrowRight: at + forward, ArrowLeft: at - forward, Home: 0, End: all.length - 1 }
    if (event.key === "Escape") editor.commands.focus()
    else if (event.key in moves) all[(moves[event.key] + all.length) % all.length].focus()
    else return
    event.preventDefault()
  })

  const update = () => {
    refresh(items, editor)
    const inTable = editor.isActive("table")
    if (!inTable && tableRow.contains(bar.querySelector('[tabindex="0"]'))) stop(items[0].button)
    tableRow.hidden = !inTable
    if (inTable) refresh(tableItems, editor)
  }
  editor.on("transaction", update)
  update()
  bar.focusFirst = () => bar.querySelector('[tabindex="0"]').focus()
  return bar
}
