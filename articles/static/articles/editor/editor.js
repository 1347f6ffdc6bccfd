/* The story editor: what of ours is added to django-prose-editor (Tiptap) for the body of a story.

   Decides the nodes that only a newsroom has (figure from the library, pull quote), the way out by keyboard, word
   count, and in which exact HTML a body leaves the editor: the stored form of articles/body.py, byte for byte, so
   that opening and saving a story changes nothing. Names exported here are the extensions of articles/editor.py. */

import { Extension, Link, Node, OrderedList, Plugin, Table, TableCell, TableHeader } from "django-prose-editor/editor"
import { ask, complain, element, field } from "story-editor/dialogs"
import { cleanPasted, directLink } from "story-editor/paste"
import { choosePhoto, describePhoto, photoById } from "story-editor/photos"
import { asRead, blockAttributes } from "story-editor/suggest"
import { buildToolbar } from "story-editor/toolbar"

export { Deletion, Insertion, Suggesting } from "story-editor/suggest"
export { Suggestions } from "story-editor/suggestions"

const WORDS_PER_MINUTE = 238 // as articles/body.py counts
const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? ""
const root = (editor) => editor.view.dom.closest(".prose-editor")

// --- Figure ------------------------------------------------------------------------------------------------------

/** A photo of the library in the text: stored with its number, alt text, layout and caption; never with its credit. */
export const NewsFigure = Node.create({
  name: "newsFigure",
  group: "block",
  atom: true,
  draggable: true,
  addOptions: () => ({ picker: "", upload: "" }),
  addAttributes: () => ({
    photo: { default: "", rendered: false, parseHTML: (node) => node.dataset.photo },
    alt: { default: "", rendered: false, parseHTML: (node) => node.dataset.alt ?? "" },
    layout: { default: "full", rendered: false, parseHTML: (node) => node.dataset.layout || "full" },
    caption: { default: "", rendered: false, parseHTML: (node) => node.textContent.trim().replace(/\s+/g, " ") },
  }),
  parseHTML: () => [{ tag: "figure[data-photo]" }],
  renderHTML({ node }) {
    const { photo, alt, layout, caption } = node.attrs
    // A caption element always, also an empty one: a figure without children would be taken for an empty body.
    const words = caption ? ["figcaption", caption] : ["figcaption"]
    const suggested = blockAttributes(node.attrs.suggested)
    return ["figure", { "data-photo": photo, "data-alt": alt, "data-layout": layout, ...suggested }, words]
  },
  renderText: ({ node }) => node.attrs.caption,
  addCommands() {
    const { picker, upload } = this.options
    const insert = async (editor, file) => {
      const item = await choosePhoto({ picker, upload, token, file })
      const words = item && (await describePhoto(item, { caption: item.caption }))
      if (!words) return editor.commands.focus()
      const figure = { type: this.name, attrs: { photo: String(item.id), ...words } }
      return editor.chain().focus().insertContent(figure).run()
    }
    return {
      insertPhoto:
        (file = null) =>
        ({ editor, dispatch }) => {
          if (dispatch) insert(editor, file)
          return true
        },
    }
  },
  addProseMirrorPlugins() {
    const picture = (transfer) => [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"))
    const take = (file) => {
      if (file) this.editor.commands.insertPhoto(file)
      return Boolean(file)
    }
    return [
      new Plugin({
        props: {
          // Text that comes with a picture of itself (a spreadsheet) is pasted as text.
          handlePaste: (view, event) => !event.clipboardData.types.includes("text/html") && take(picture(event.clipboardData)),
          handleDrop: (view, event) => take(picture(event.dataTransfer)),
        },
      }),
    ]
  },
  addNodeView() {
    return ({ node, editor, getPos }) => {
      let shown = node
      const image = element("img", { alt: "", draggable: false })
      const note = element("p", { className: "figure-note" })
      const caption = element("span", { className: "figure-caption" })
      const credit = element("span", { className: "figure-credit" })
      const button = (label, run) => {
        const made = element("button", { type: "button", className: "button small", textContent: label })
        made.addEventListener("click", run)
        return made
      }
      const change = (attrs) => {
        const { tr } = editor.state
        editor.view.dispatch(tr.setNodeMarkup(getPos(), undefined, { ...shown.attrs, ...attrs }))
        editor.commands.focus()
      }
      const edit = async () => {
        const item = await photoById(this.options.picker, shown.attrs.photo)
        const words = await describePhoto(item ?? { thumb: "", credit: "" }, shown.attrs, { submit: "Change" })
        if (words) change(words)
      }
      const replace = async () => {
        const { picker, upload } = this.options
        const item = await choosePhoto({ picker, upload, token })
        const words = item && (await describePhoto(item, { caption: item.caption, layout: shown.attrs.layout }))
        if (words) change({ photo: String(item.id), ...words })
      }
      const remove = () => editor.chain().focus().deleteRange({ from: getPos(), to: getPos() + shown.nodeSize }).run()
      const tools = element(
        "div",
        { className: "figure-tools" },
        button("Caption and alt text", edit),
        button("Other photo", replace),
        button("Remove", remove),
      )
      const dom = element(
        "figure",
        { className: "news-figure", contentEditable: "false" },
        image,
        element("figcaption", {}, caption, " ", credit),
        note,
        tools,
      )
      const draw = async (next) => {
        shown = next
        const { photo, alt, layout } = next.attrs
        dom.dataset.layout = layout
        caption.textContent = next.attrs.caption
        image.alt = alt
        note.textContent = alt ? `Alt text: ${alt}` : "Decorative: read out to nobody."
        const item = await photoById(this.options.picker, photo).catch(() => undefined)
        if (shown !== next) return
        if (item) {
          image.src = item.thumb
          credit.textContent = item.credit ? `(${item.credit})` : "No credit yet."
        } else {
          image.removeAttribute("src")
          note.textContent = item === null ? "This photo is not in the library." : "The photo library did not answer."
        }
      }
      dom.addEventListener("dblclick", edit)
      draw(node)
      return {
        dom,
        update(next) {
          if (next.type !== shown.type) return false
          draw(next)
          return true
        },
        selectNode: () => dom.classList.add("ProseMirror-selectednode"),
        deselectNode: () => dom.classList.remove("ProseMirror-selectednode"),
        stopEvent: (event) => tools.contains(event.target) && !event.type.startsWith("drag"),
        ignoreMutation: () => true,
      }
    }
  },
})

// --- Pull quote ----------------------------------------------------------------------------------------------------

/** A sentence of the story set large beside or between its paragraphs. */
export const PullQuote = Node.create({
  name: "pullQuote",
  group: "block",
  content: "paragraph+",
  defining: true,
  parseHTML: () => [{ tag: "aside[data-pullquote]" }],
  renderHTML: ({ node }) => ["aside", { "data-pullquote": "1", ...blockAttributes(node.attrs.suggested) }, 0],
})

// --- List ------------------------------------------------------------------------------------------------------------

/** A numbered list that keeps the number it begins with and no look of its own. */
export const StoryOrderedList = OrderedList.extend({
  addAttributes: () => ({
    start: {
      default: 1,
      parseHTML: (node) => Number.parseInt(node.getAttribute("start"), 10) || 1,
      renderHTML: ({ start }) => (start === 1 ? {} : { start }),
    },
  }),
  renderHTML: ({ HTMLAttributes }) => ["ol", HTMLAttributes, 0],
})

// --- Table -----------------------------------------------------------------------------------------------------------

const spans = (parent) => ({ colspan: parent.colspan, rowspan: parent.rowspan, colwidth: { default: null, rendered: false, parseHTML: () => null } })

export const StoryCell = TableCell.extend({
  addAttributes() {
    return spans(this.parent())
  },
})

export const StoryHeaderCell = TableHeader.extend({
  addAttributes() {
    return { ...spans(this.parent()), scope: { default: null } }
  },
})

/** A table that keeps its caption and knows how many of its rows stand in the head. */
export const StoryTable = Table.extend({
  addAttributes() {
    return {
      ...this.parent?.(),
      caption: {
        default: "",
        parseHTML: (node) => node.querySelector(":scope > caption")?.textContent.trim().replace(/\s+/g, " ") ?? "",
        renderHTML: ({ caption }) => (caption ? { "data-caption": caption } : {}),
      },
      head: {
        default: 0,
        parseHTML: (node) => node.querySelectorAll(":scope > thead > tr").length,
        renderHTML: ({ head }) => (head ? { "data-head": head } : {}),
      },
    }
  },
  parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }],
  renderHTML({ node }) {
    const { caption, head } = node.attrs
    const parts = [["tbody", 0]]
    if (caption) parts.unshift(["caption", caption])
    return ["table", { ...(head && { "data-head": head }), ...blockAttributes(node.attrs.suggested) }, ...parts]
  },
  addCommands() {
    return {
      ...this.parent?.(),
      captionTable:
        () =>
        ({ editor, dispatch }) => {
          if (dispatch) askForCaption(editor)
          return true
        },
    }
  },
})

async function askForCaption(editor) {
  const row = field("Caption", element("input", { type: "text", value: editor.getAttributes("table").caption ?? "" }), {
    help: "What the table shows, in a few words. It stands above the table.",
  })
  const caption = await ask({
    title: "Table",
    body: [row],
    submit: "Set",
    onSubmit: () => ({ text: row.control.value.trim().replace(/\s+/g, " ") }),
  })
  if (caption) editor.chain().focus().updateAttributes("table", { caption: caption.text }).run()
}

/** Put the rows of the head where they belong; the schema keeps all rows in the body. */
function withHeads(html) {
  const holder = element("template", { innerHTML: html })
  for (const table of holder.content.querySelectorAll("table[data-head]")) {
    const body = table.querySelector(":scope > tbody")
    const head = element("thead", {}, ...[...body.children].slice(0, Number(table.dataset.head)))
    delete table.dataset.head
    body.before(head)
    if (!body.children.length) body.remove()
  }
  return holder.innerHTML
}

// --- Link ------------------------------------------------------------------------------------------------------------

/** Return an address that a story may link to, mended where the slip is plain, or "" when it is none. */
export function storyLink(typed) {
  const address = directLink(typed.trim())
  if (/^(https?:\/\/[^\s/]+|mailto:[^\s@]+@[^\s@]+$)/i.test(address)) return address
  if (/^\/(?![/\\])|^#/.test(address)) return address
  if (/^[^\s@:/]+@[^\s@:/]+\.[a-z]{2,}$/i.test(address)) return `mailto:${address}`
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(:\d+)?([/?#]\S*)?$/i.test(address)) return `https://${address}`
  return ""
}

async function editLink(editor) {
  const inside = editor.isActive("link")
  if (inside) editor.chain().extendMarkRange("link").run()
  const { from, to, empty } = editor.state.selection
  const words = field("Words", element("input", { type: "text" }), { help: "What is clicked on, as “the ruling of May”." })
  const href = editor.getAttributes("link").href ?? ""
  const address = field("Address", element("input", { type: "url", value: href, autocomplete: "off" }), {
    help: inside ? "Leave it empty to take the link away." : "",
  })
  const answer = await ask({
    title: "Link",
    body: empty ? [words, address] : [address],
    submit: inside ? "Change" : "Link",
    onOpen: () => (empty ? words : address).control.focus(),
    onSubmit: () => {
      const typed = address.control.value.trim()
      if (inside && !typed) return { href: "" }
      const target = storyLink(typed)
      if (!target) {
        complain(address, "This is no address. Use one that begins with https://, mailto: or, on this site, with /.")
        return false
      }
      return { href: target, words: words.control.value.trim() || target.replace(/^(https?:\/\/|mailto:)/, "") }
    },
  })
  if (!answer) return editor.commands.focus()
  if (!answer.href) return editor.chain().setTextSelection({ from, to }).unsetMark("link").focus().run()
  if (empty) {
    const marks = [{ type: "link", attrs: { href: answer.href } }]
    return editor.chain().focus().insertContent({ type: "text", text: answer.words, marks }).unsetMark("link").run()
  }
  return editor.chain().setTextSelection({ from, to }).setMark("link", { href: answer.href }).focus().run()
}

/** A link with its address and nothing else; what a reader's link opens in is the reader's business. */
export const StoryLink = Link.extend({
  addOptions() {
    return { ...this.parent?.(), autolink: false, linkOnPaste: true, enableTarget: false, defaultProtocol: "https" }
  },
  addAttributes() {
    return { href: this.parent().href }
  },
  addCommands() {
    return {
      ...this.parent?.(),
      editLink:
        () =>
        ({ editor, dispatch }) => {
          if (dispatch) editLink(editor)
          return true
        },
    }
  },
  addKeyboardShortcuts() {
    return { "Mod-k": () => this.editor.commands.editLink() }
  },
})

// --- Paste -------------------------------------------------------------------------------------------------------------

export const PasteCleaner = Extension.create({
  name: "pasteCleaner",
  addProseMirrorPlugins: () => [new Plugin({ props: { transformPastedHTML: cleanPasted } })],
})

// --- Counting ------------------------------------------------------------------------------------------------------------

// The same two rules as articles/body.py, so that the desk and the page say the same number.
const SIGN = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/gu
const WORD = /[\p{L}\p{N}_][\p{L}\p{N}_’'\-.,]*/gu

export function countWords(text) {
  const signs = text.match(SIGN)?.length ?? 0
  return signs + (text.replace(SIGN, " ").match(WORD)?.length ?? 0)
}

/** Words, reading time and characters under the text; read out politely, once typing rests. */
export const WordCount = Extension.create({
  name: "wordCount",
  addStorage: () => ({ output: null, pause: 0 }),
  onCreate() {
    this.storage.output = element("output", { className: "word-count", "aria-live": "polite" })
    root(this.editor).append(this.storage.output)
    count(this)
  },
  onUpdate() {
    clearTimeout(this.storage.pause)
    this.storage.pause = setTimeout(count, 600, this)
  },
})

function count({ editor, storage }) {
  const doc = asRead(editor.state.doc)
  const leaf = (node) => (node.type.name === "newsFigure" ? node.attrs.caption : node.type.name === "hardBreak" ? " " : "")
  const text = doc.textBetween(0, doc.content.size, "\n", leaf)
  const words = countWords(text)
  const minutes = Math.max(1, Math.round(words / WORDS_PER_MINUTE))
  const characters = [...text.replaceAll("\n", "")].length
  const say = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`
  storage.output.value = `${say(words, "word")} · ${minutes} min read · ${say(characters, "character")}`
}

// --- The editor as a whole ---------------------------------------------------------------------------------------------

/** The HTML in the stored form: list items and cells of one paragraph hold their words directly. */
function stored(html) {
  const tight = html.replace(/<(li|td|th)([^>]*)><p>(.*?)<\/p>(?=<\/\1>|<[uo]l)/gs, "<$1$2>$3")
  return tight.includes("<table data-head=") ? withHeads(tight) : tight
}

/** Toolbar, accessible name, the way out by keyboard, and the exact HTML. */
export const StoryDesk = Extension.create({
  name: "storyDesk",
  priority: 1000,
  onBeforeCreate() {
    // Its rules stand in editor.css: a style element made by script is blocked by the site's policy.
    this.editor.options.injectCSS = false
    const plain = this.editor.getHTML.bind(this.editor)
    this.editor.getHTML = () => stored(plain())
  },
  onCreate() {
    const { editor } = this
    const { dom } = editor.view
    const label = root(editor).querySelector("textarea")?.labels?.[0]
    const hint = element("p", { className: "visually-hidden", id: "story-editor-hint" })
    hint.textContent = "To leave the text press Escape, then Tab. Alt+F10 goes to the toolbar."
    dom.setAttribute("aria-label", label?.textContent.trim().replace(/:$/, "") || "Body")
    dom.setAttribute("role", "textbox")
    dom.setAttribute("aria-multiline", "true")
    dom.setAttribute("aria-describedby", hint.id)
    dom.spellcheck = true
    const language = root(editor).querySelector("textarea")?.form?.elements.namedItem("language")?.value
    if (language) dom.lang = language // comfort.js follows its changes, and sets the direction
    label?.addEventListener("click", () => editor.commands.focus())
    dom.before(buildToolbar(editor), hint)
    keepTextarea(editor)
  },
  addCommands: () => ({
    showKeyboardHelp:
      () =>
      ({ dispatch }) => {
        if (dispatch) document.getElementById("shortcuts")?.showModal() // the desk's one list
        return true
      },
  }),
  addKeyboardShortcuts() {
    return {
      // The library splits what is left of a selection as if it had stood in one block, and fails between a paragraph
      // and a list. So the words go first, and Enter does what it does at a cursor.
      Enter: () => {
        const { selection } = this.editor.state
        if (!selection.empty && !selection.$from.sameParent(selection.$to)) this.editor.commands.deleteSelection()
        return false
      },
      "Alt-F10": () => {
        root(this.editor).querySelector(".story-toolbar").focusFirst()
        return true
      },
    }
  },
  addProseMirrorPlugins() {
    let leaving = false
    return [
      new Plugin({
        props: {
          handleDOMEvents: {
            // Lists and tables use Tab for themselves; after Escape it is the browser's again (WCAG 2.1.2).
            keydown: (view, event) => {
              const leaves = leaving && event.key === "Tab"
              if (event.key !== "Shift") leaving = event.key === "Escape"
              return leaves
            },
          },
        },
      }),
    ]
  },
})

/** Keep the form's text area in step, and find the editor by it.

    Writing out a long story costs more than a keystroke may, so it is done when typing rests and when the form is
    read. While the text is as it was when the page opened, the very bytes that came are posted: undo makes a story
    unchanged. */
function keepTextarea(editor) {
  const textarea = root(editor).querySelector("textarea")
  const original = textarea.value
  const opened = editor.getHTML()
  let pause
  let behind = false
  const write = () => {
    clearTimeout(pause)
    if (!behind) return
    behind = false
    const html = editor.getHTML()
    textarea.value = html === opened ? original : editor.isEmpty ? "" : html
  }
  editor.off("update", editor.options.onUpdate) // the library's own, which writes it out at every keystroke
  editor.on("update", () => {
    behind = true
    clearTimeout(pause)
    pause = setTimeout(() => {
      write()
      textarea.dispatchEvent(new Event("input", { bubbles: true }))
    }, 250)
    textarea.dispatchEvent(new CustomEvent("typing", { bubbles: true }))
  })
  textarea.form?.addEventListener("formdata", (event) => {
    if (!behind) return
    write()
    event.formData.set(textarea.name, textarea.value)
  })
  textarea.storyEditor = editor
}
