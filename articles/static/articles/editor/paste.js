/* Cleaning what is pasted from Google Docs, Word, Outlook and web pages.

   Turns their markup into the few tags that a story knows, before the editor's own schema drops the rest. Looks of
   text that carry meaning (bold, italic, struck, raised, lowered) become tags; all other looks go. Pure: HTML in,
   HTML out. The server cleans again and has the last word (articles/body.py).

   A style is read as an attribute's text, never through `element.style`: under a policy without inline styles a
   parsed document has none. The attribute is renamed before parsing, for the browser reports each one it blocks. */

const HEADINGS = { H1: "h2", H4: "h3", H5: "h3", H6: "h3" }
const UNWRAPPED_LINKS = [
  { host: /^www\.google\.[a-z.]+$/, path: "/url", parameter: "q" },
  { host: /\.safelinks\.protection\.outlook\.com$/, path: "/", parameter: "url" },
]
// Word writes a list as paragraphs that begin with a drawn bullet or number.
const NUMBERED = /^\s*(?:\d+|[a-z]|[ivxlc]+)[.)]/i

const style = (node) => node.getAttribute("data-style") || ""
const unwrap = (node) => node.replaceWith(...node.childNodes)

function rename(node, tag) {
  const renamed = node.ownerDocument.createElement(tag)
  renamed.append(...node.childNodes)
  node.replaceWith(renamed)
  return renamed
}

function dropForeign(body) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT)
  const comments = []
  while (walker.nextNode()) comments.push(walker.currentNode)
  comments.forEach((comment) => comment.remove())
  const foreign = "style, script, meta, link, title, xml, template, colgroup, [data-style*='mso-element:comment-list'], .MsoCommentReference, a.msocomanchor, del[data-suggestion]"
  body.querySelectorAll(foreign).forEach((node) => node.remove())
  for (const node of [...body.querySelectorAll("*")]) if (node.tagName.includes(":")) unwrap(node)
}

/** A direct link instead of the detour by which a program counts clicks; other links as they are. */
export function directLink(href) {
  let url
  try {
    url = new URL(href)
  } catch {
    return href
  }
  for (const { host, path, parameter } of UNWRAPPED_LINKS) {
    const target = url.searchParams.get(parameter)
    if (host.test(url.hostname) && url.pathname === path && /^https?:/.test(target || "")) return target
  }
  return href
}

function mendLinks(body) {
  for (const link of body.querySelectorAll("a")) {
    const href = link.getAttribute("href") || ""
    if (!/^(https?:|mailto:)/i.test(href)) unwrap(link) // footnote marks, bookmarks, file addresses
    else link.setAttribute("href", directLink(href))
  }
}

function looksToTags(body) {
  for (const node of [...body.querySelectorAll("b, strong, i, em")]) {
    const bold = node.tagName === "B" || node.tagName === "STRONG"
    const undone = bold ? /(?<![\w-])font-weight:\s*(normal|[1-4]00)/i : /(?<![\w-])font-style:\s*normal/i
    if (undone.test(style(node)) || node.id.startsWith("docs-internal-guid")) unwrap(node)
  }
  for (const span of [...body.querySelectorAll("span, font")]) {
    const look = style(span)
    let content = [...span.childNodes]
    const wrap = (tag) => {
      const made = span.ownerDocument.createElement(tag)
      made.append(...content)
      content = [made]
    }
    const words = span.textContent.trim() !== ""
    if (words && /(?<![\w-])font-weight:\s*(bold|[6-9]00)/i.test(look)) wrap("strong")
    if (words && /(?<![\w-])font-style:\s*italic/i.test(look)) wrap("em")
    if (words && /(?<![\w-])text-decoration[^;]*line-through/i.test(look)) wrap("s")
    if (words && /(?<![\w-])vertical-align:\s*super/i.test(look)) wrap("sup")
    if (words && /(?<![\w-])vertical-align:\s*sub\b/i.test(look)) wrap("sub")
    span.replaceWith(...content)
  }
}

/** Word's list paragraphs, in a row and by level, become nested lists. */
function wordLists(body) {
  let chain = [] // the open lists, outermost first
  let last = null
  for (const paragraph of [...body.querySelectorAll("p, div, h1, h2, h3, h4, h5, h6")]) {
    const found = /mso-list:\s*l\d+\s+level(\d)/i.exec(style(paragraph))
    if (!found) continue
    const marker = [...paragraph.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(style(span)))
    const tag = NUMBERED.test(marker?.textContent || "") ? "ol" : "ul"
    marker?.remove()
    if (!last || paragraph.previousElementSibling !== chain[0]) chain = []
    const level = Math.min(Number(found[1]), chain.length + 1)
    chain = chain.slice(0, level)
    if (chain.length < level) {
      const list = paragraph.ownerDocument.createElement(tag)
      if (chain.length) chain.at(-1).lastElementChild.append(list)
      else paragraph.before(list)
      chain.push(list)
    }
    const item = paragraph.ownerDocument.createElement("li")
    item.append(...paragraph.childNodes)
    chain.at(-1).append(item)
    paragraph.remove()
    last = item
  }
}

function mendLists(body) {
  // Google Docs puts an inner list beside the item that it belongs to.
  for (const list of [...body.querySelectorAll(":is(ul, ol) > :is(ul, ol)")]) {
    if (list.previousElementSibling?.tagName === "LI") list.previousElementSibling.append(list)
  }
}

function mendHeadings(body) {
  body.querySelectorAll("p.MsoTitle").forEach((title) => rename(title, "h2"))
  for (const heading of [...body.querySelectorAll("h1, h2, h3, h4, h5, h6")]) {
    heading.querySelectorAll("b, strong").forEach(unwrap) // a heading is bold already
    if (HEADINGS[heading.tagName]) rename(heading, HEADINGS[heading.tagName])
  }
}

/** Keep the no-break spaces that typography wants: after a number, and inside « French » quotation marks. */
export function plainSpaces(text) {
  return text.replace(/[ \t\n]*\u00a0[\s\u00a0]*/g, (spaces, at) => {
    if (spaces.length > 1) return " "
    const before = text[at - 1] || ""
    const after = text[at + 1] || ""
    return /\d|«/.test(before) || /[»:;!?%€]/.test(after) ? "\u00a0" : " "
  })
}

function mendSpaces(body) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) walker.currentNode.data = plainSpaces(walker.currentNode.data)
  for (const stray of body.querySelectorAll(":is(p, h1, h2, h3, ul, ol, table) + br, br:first-child")) {
    if (stray.parentElement === body) stray.remove()
  }
  for (const block of body.querySelectorAll("p, h1, h2, h3, h4, h5, h6, li, blockquote")) {
    if (!block.textContent.trim() && !block.querySelector("img, figure, br + *")) block.remove()
  }
}

/** Make styles and handlers inert inside tags, where the browser would try them; words are left alone. */
function quiet(html) {
  const withoutSheets = html.replace(/<style[\s\S]*?<\/style\s*>/gi, "")
  return withoutSheets.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s"'])(style|on[a-z]+)(\s*=)/gi, "$1data-$2$3"))
}

/** Return pasted HTML in the tags that a story knows. What this editor itself copied comes back as it is. */
export function cleanPasted(html) {
  if (html.includes("data-pm-slice")) return html
  const body = new DOMParser().parseFromString(quiet(html), "text/html").body
  dropForeign(body)
  wordLists(body)
  looksToTags(body)
  mendLinks(body)
  mendLists(body)
  mendHeadings(body)
  mendSpaces(body)
  const kept = new Set(["href", "colspan", "rowspan", "scope", "start", "data-photo", "data-alt", "data-layout", "data-pullquote"])
  for (const node of body.querySelectorAll("*")) {
    for (const { name } of [...node.attributes]) if (!kept.has(name)) node.removeAttribute(name)
  }
  return body.innerHTML
}
