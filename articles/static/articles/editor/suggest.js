/* Suggestion mode: what is typed stands in the text as a suggestion, until somebody accepts or refuses it.

   Decides how a change becomes marks and how marks are resolved; how they are shown and steered is suggestions.js.
   The stored form and its meaning are those of articles/suggestions.py, which has the last word.

   A transaction is let through and then mended by a second one that puts back what went, marked, and marks what
   came. Which of the two suggestion forms fits is tried, not guessed: the result must read as before when refused
   and as typed when accepted. What cannot be said with words and paragraph borders (a list, a heading, a table's
   rows) becomes: these blocks go, those come. So nothing that anybody does in this mode can change the story. */

import { Extension, Mark, Plugin, getHTMLFromFragment, pm } from "django-prose-editor/editor"

const { Fragment, Slice } = pm.model
const { PluginKey, TextSelection } = pm.state
const { Mapping, ReplaceStep, Transform, TransformError } = pm.transform

export const suggesting = new PluginKey("suggesting")
const CONTAINERS = new Set(["doc", "blockquote", "pullQuote"])
const BLOCKS = ["paragraph", "heading", "blockquote", "bulletList", "orderedList", "table", "horizontalRule", "newsFigure", "pullQuote"]

// --- Marks and attributes ----------------------------------------------------------------------------------------

const at = (name) => ({ default: null, parseHTML: (node) => node.getAttribute(name), renderHTML: (attrs) => (attrs[name] ? { [name]: attrs[name] } : {}) })
const MARK = { "data-suggestion": at("data-suggestion"), "data-by": at("data-by"), "data-at": at("data-at") }

// Low priority makes them the innermost marks: a word within bold stays within the same bold when it is resolved.
const suggestionMark = (name, tag) =>
  Mark.create({
    name,
    priority: 1,
    inclusive: false,
    excludes: "insertion deletion",
    addAttributes: () => MARK,
    parseHTML: () => [{ tag: `${tag}[data-suggestion]`, priority: 100 }],
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
  })

export const Insertion = suggestionMark("insertion", "ins")
export const Deletion = suggestionMark("deletion", "del")

const readBlock = (node) =>
  node.dataset.change && node.dataset.suggestion
    ? { id: node.dataset.suggestion, change: node.dataset.change, by: node.dataset.by ?? null, at: node.dataset.at ?? null }
    : null

/** The attributes of a block that bears a suggestion, in the order in which they are stored. */
export function blockAttributes(suggested) {
  if (!suggested) return {}
  const { id, change, by, at } = suggested
  return { "data-suggestion": id, "data-change": change, ...(by && { "data-by": by }), ...(at && { "data-at": at }) }
}

const ofMark = ({ attrs }) => ({ id: attrs["data-suggestion"], by: attrs["data-by"], at: attrs["data-at"] })
const change = (node) => node.attrs.suggested?.change ?? null
const named = (node, name) => node.marks.find((mark) => mark.type.name === name)
const bearing = (node, suggested) => node.type.create({ ...node.attrs, suggested }, node.content, node.marks)
const children = (node) => {
  const found = []
  node.forEach((child) => found.push(child))
  return found
}

// --- Accepted and refused ----------------------------------------------------------------------------------------

const known = new WeakMap()

/** Whether anything in a node is suggested. Nodes never change, so that it is worked out once for each. */
export function hasSuggestion(node) {
  if (node.isText) return Boolean(named(node, "insertion") ?? named(node, "deletion"))
  if (!known.has(node)) {
    let found = Boolean(node.attrs.suggested) || node.marks.some((mark) => mark.type.name === "insertion" || mark.type.name === "deletion")
    for (let index = 0; !found && index < node.childCount; index++) found = hasSuggestion(node.child(index))
    known.set(node, found)
  }
  return known.get(node)
}

function resolvedInline(nodes, accept, only) {
  const found = []
  for (const node of nodes) {
    const mark = named(node, "insertion") ?? named(node, "deletion")
    if (!mark || (only && mark.attrs["data-suggestion"] !== only)) found.push(node)
    else if ((mark.type.name === "insertion") === accept) found.push(node.mark(mark.removeFromSet(node.marks)))
  }
  return Fragment.fromArray(found)
}

function resolvedNode(node, accept, only) {
  if (node.isLeaf || !hasSuggestion(node)) return node
  if (node.isTextblock) return node.copy(resolvedInline(children(node), accept, only))
  if (CONTAINERS.has(node.type.name)) return node.copy(Fragment.fromArray(resolved(children(node), accept, only, false)))
  return node.copy(Fragment.fromArray(children(node).map((child) => resolvedNode(child, accept, only))))
}

/** A block without the suggestions that cannot stand where they are: in a list, or whole ones below the top. */
function proper(block, top = true, within = true) {
  if (block.isText || !hasSuggestion(block)) return block
  const { suggested = null } = block.attrs
  const fits = suggested && within && (top || suggested.change === "split" || suggested.change === "join")
  const bare = suggested && !fits ? bearing(block, null) : block
  if (bare.isLeaf || bare.isTextblock) return bare
  const inside = within && CONTAINERS.has(bare.type.name)
  return bare.copy(Fragment.fromArray(children(bare).map((child) => proper(child, false, inside))))
}

/** The blocks with their suggestions accepted or refused, or only the one of an id. The rules of suggestions.py. */
export function resolved(blocks, accept, only = null, top = true) {
  const found = []
  for (const block of blocks.map((block) => (top ? block : proper(block, false)))) {
    const { suggested = null } = block.attrs
    const node = resolvedNode(block, accept, only)
    if (CONTAINERS.has(node.type.name) && !node.childCount) continue // nothing is left to quote
    if (!suggested || (only && suggested.id !== only)) found.push(node)
    else if (suggested.change === "insert" || suggested.change === "delete") {
      if ((suggested.change === "insert") === accept) found.push(bearing(node, null))
    } else if ((suggested.change === "split") === accept) found.push(bearing(node, null))
    else {
      const last = found.at(-1)
      const between = last && change(last)
      if (last?.isTextblock) found[found.length - 1] = last.copy(last.content.append(node.content))
      else if (between) found.push(bearing(node, { ...last.attrs.suggested, change: between === "insert" ? "split" : "join" }))
      else found.push(bearing(node, null))
    }
  }
  return found
}

/** The text as readers get it, for counting: a document without suggestions is returned as it is. */
export function asRead(doc) {
  if (!hasSuggestion(doc)) return doc
  return doc.copy(Fragment.fromArray(resolved(children(doc), false)))
}

// --- What a transaction changed ------------------------------------------------------------------------------------

/** The ranges that some steps changed, as places in the text before and after them, in order and apart. */
function changedRanges(steps, docs) {
  const mapping = new Mapping(steps.map((step) => step.getMap()))
  const back = mapping.invert()
  const spans = []
  steps.forEach((step, index) => {
    const rest = mapping.slice(index + 1)
    const add = (from, to) => spans.push([rest.map(from, -1), rest.map(to, 1)])
    step.getMap().forEach((oldFrom, oldTo, from, to) => add(from, to))
    if (step.mark && step.from !== undefined) {
      docs[index].nodesBetween(step.from, step.to, (node, pos) => {
        if (node.isTextblock) add(Math.max(step.from, pos + 1), Math.min(step.to, pos + 1 + node.content.size))
        return !node.isTextblock
      })
    } else if (step.attr && step.pos !== undefined) add(step.pos, step.pos + 1)
  })
  spans.sort((one, other) => one[0] - other[0] || one[1] - other[1])
  const apart = []
  for (const [from, to] of spans) {
    if (apart.length && from <= apart.at(-1)[1]) apart.at(-1)[1] = Math.max(apart.at(-1)[1], to)
    else apart.push([from, to])
  }
  return apart.map(([c, d]) => ({ a: back.map(c, -1), b: back.map(d, 1), c, d }))
}

/** Which blocks at the top a range lies in: the first one, and the one after the last. */
function span(doc, from, to) {
  const $from = doc.resolve(from)
  const $to = doc.resolve(to)
  return [$from.index(0), $to.depth ? $to.index(0) + 1 : $to.index(0)]
}

/** Make a span of blocks whole: a block whose border is suggested belongs to the one before it. */
function widened(before, after, { i0, i1, j0, j1 }) {
  const bound = (doc, index) => index < doc.childCount && change(doc.child(index))
  while (i0 > 0 && j0 > 0 && (bound(before, i0) || bound(after, j0))) [i0, j0] = [i0 - 1, j0 - 1]
  while (bound(before, i1) || bound(after, j1)) [i1, j1] = [i1 + 1, j1 + 1]
  return { i0, i1, j0, j1 }
}

/** Ranges gathered by the blocks in which they lie; between the groups nothing differs. */
function groups(before, after, ranges) {
  const found = []
  for (const range of ranges) {
    const [i0, i1] = span(before, range.a, range.b)
    const [j0, j1] = span(after, range.c, range.d)
    const wide = widened(before, after, { i0, i1, j0, j1 })
    const last = found.at(-1)
    if (last && (wide.i0 < last.i1 || wide.j0 < last.j1)) {
      for (const edge of ["i0", "j0"]) last[edge] = Math.min(last[edge], wide[edge])
      for (const edge of ["i1", "j1"]) last[edge] = Math.max(last[edge], wide[edge])
      last.ranges.push(range)
    } else found.push({ ...wide, ranges: [range] })
  }
  // Steps that move blocks (into a quotation and out again) do not tell exactly which blocks they left alone.
  const ends = [...found, { i0: before.childCount, j0: after.childCount }]
  let [i, j] = [0, 0]
  const exact = ends.every(({ i0, i1, j0, j1 }) => {
    const alike = i0 - i === j0 - j && i0 >= i && Array.from({ length: i0 - i }, (_, n) => n).every((n) => before.child(i + n).eq(after.child(j + n)))
    ;[i, j] = [i1, j1]
    return alike
  })
  if (exact) return found
  const most = Math.min(before.childCount, after.childCount)
  let first = 0
  while (first < most && before.child(first).eq(after.child(first))) first += 1
  let last = 0
  while (last < most - first && before.child(before.childCount - 1 - last).eq(after.child(after.childCount - 1 - last))) last += 1
  return [{ ...widened(before, after, { i0: first, i1: before.childCount - last, j0: first, j1: after.childCount - last }), ranges }]
}

// --- From a change to a suggestion -----------------------------------------------------------------------------------

class NotInWords extends Error {}

/** Content between two places, flat: {open} where a paragraph begins, {inline}, and {block} for any other block. */
function pieces(container, start, from, to) {
  const found = []
  container.forEach((child, offset) => {
    const begin = start + offset
    const end = begin + child.nodeSize
    if (end <= from || begin >= to) return
    if (child.isTextblock) {
      if (begin >= from) found.push({ open: child, suggested: child.attrs.suggested })
      const first = Math.max(from, begin + 1) - begin - 1
      const last = Math.min(to, end - 1) - begin - 1
      if (last > first) child.content.cut(first, last).forEach((inline) => found.push({ inline }))
    } else if (begin >= from && end <= to) found.push({ block: child })
    else throw new NotInWords()
  })
  return found
}

function gone(piece, mine) {
  if (piece.inline) {
    if (named(piece.inline, "insertion")) return []
    if (named(piece.inline, "deletion")) return [piece]
    return [{ inline: piece.inline.mark(mine.mark("deletion").addToSet(piece.inline.marks)) }]
  }
  if (piece.block) {
    if (change(piece.block) === "insert") return []
    return [{ block: change(piece.block) ? piece.block : bearing(piece.block, mine.block("delete")) }]
  }
  if (piece.suggested?.change === "split") return []
  if (piece.suggested && piece.suggested.change !== "join") throw new NotInWords()
  return [{ ...piece, suggested: piece.suggested ?? mine.block("join") }]
}

function come(piece, mine) {
  if (piece.inline) {
    if (named(piece.inline, "deletion")) return []
    if (named(piece.inline, "insertion")) return [piece]
    return [{ inline: piece.inline.mark(mine.mark("insertion").addToSet(piece.inline.marks)) }]
  }
  if (piece.block) {
    if (change(piece.block) === "delete") return []
    return [{ block: change(piece.block) ? piece.block : bearing(piece.block, mine.block("insert")) }]
  }
  if (piece.suggested && piece.suggested.change !== "join" && piece.suggested.change !== "split") throw new NotInWords()
  return [{ ...piece, suggested: piece.suggested?.change === "split" ? piece.suggested : mine.block("split") }]
}

function built(flat) {
  const blocks = []
  let open = null
  let inline = []
  const close = () => {
    if (open) blocks.push(open.open.type.create({ ...open.open.attrs, suggested: open.suggested }, Fragment.fromArray(inline), open.open.marks))
    open = null
    inline = []
  }
  for (const piece of flat) {
    if (piece.inline && !open) throw new NotInWords()
    if (piece.inline) inline.push(piece.inline)
    else {
      close()
      if (piece.open) open = piece
      else blocks.push(piece.block)
    }
  }
  close()
  return blocks
}

/** The suggestion of this person's that a change goes on with, because it stands right beside it. */
function neighbour(pieces, by) {
  for (const piece of pieces) {
    const mark = piece?.inline && (named(piece.inline, "insertion") ?? named(piece.inline, "deletion"))
    const found = mark ? ofMark(mark) : (piece?.suggested ?? (piece?.block && piece.block.attrs.suggested))
    if (found && found.by === by) return found
  }
  return null
}

const fresh = (by) => ({
  id: Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => "abcdefghijkmnpqrstuvwxyz23456789"[byte % 32]).join(""),
  by,
  at: new Date().toISOString().replace(/\.\d+/, ""),
})

const signed = (schema, { id, by, at }) => ({
  block: (change) => ({ id, change, by, at }),
  mark: (name) => schema.marks[name].create({ "data-suggestion": id, "data-by": by, "data-at": at }),
})

/** The document in which one changed range stands as words and paragraph borders that go and come. */
function inWords(before, doc, { a, b, c, d }, by) {
  const $a = before.resolve(a)
  const $c = doc.resolve(c)
  let depth = Math.min($a.sharedDepth(b), $c.sharedDepth(d))
  if ($c.node(depth).isTextblock || $a.node(depth).isTextblock) depth -= 1
  const [old, now] = [$a.node(depth), $c.node(depth)]
  if (old.type !== now.type) throw new NotInWords()
  const [oldStart, nowStart] = [$a.start(depth), $c.start(depth)]
  const $d = doc.resolve(d)
  const start = $c.depth > depth ? $c.before(depth + 1) : c
  const end = $d.depth > depth ? $d.after(depth + 1) : d
  const [head, tail] = [pieces(now, nowStart, start, c), pieces(now, nowStart, d, end)]
  const [went, came] = [pieces(old, oldStart, a, b), pieces(now, nowStart, c, d)]
  const onlyWords = [...went, ...came].every((piece) => piece.inline)
  if (!onlyWords && !CONTAINERS.has(now.type.name)) throw new NotInWords()
  if (depth > 0 && [...went, ...came].some((piece) => piece.block)) throw new NotInWords()
  const mine = signed(doc.type.schema, neighbour([head.at(-1), tail[0], ...went, ...came], by) ?? fresh(by))
  const blocks = built([...head, ...went.flatMap((piece) => gone(piece, mine)), ...came.flatMap((piece) => come(piece, mine)), ...tail])
  return new Transform(doc).replaceWith(start, end, Fragment.fromArray(blocks)).doc
}

const same = (one, other) => Fragment.fromArray(one).eq(Fragment.fromArray(other))
const empties = (blocks) => blocks.filter((block) => block.isTextblock && !block.content.size).length
const slice = (doc, from, to) => children(doc).slice(from, to)

/** The blocks that a group of changes leaves: in words where that says it exactly, else whole blocks go and come. */
function suggestedBlocks(before, after, group, by) {
  const old = slice(before, group.i0, group.i1)
  const now = slice(after, group.j0, group.j1)
  const [refused, accepted] = [resolved(old, false), resolved(now, true)]
  if (same(resolved(now, false), refused)) return now // within what is suggested already
  try {
    let doc = after
    for (const range of group.ranges.toReversed()) doc = inWords(before, doc, range, by)
    const words = slice(doc, group.j0, doc.childCount - (after.childCount - group.j1))
    const strange = empties(words) > empties(old) + empties(now)
    if (!strange && same(resolved(words, false), refused) && same(resolved(words, true), accepted)) return words
  } catch (error) {
    if (![NotInWords, RangeError, TransformError].some((kind) => error instanceof kind)) throw error
  }
  const whole = neighbour(old.map((block) => ({ block })), by) ?? fresh(by)
  const mine = signed(after.type.schema, whole)
  const kept = (one, other) => one.findIndex((block, index) => !other[index]?.eq(block))
  const same_before = kept(refused, accepted)
  const first = same_before < 0 ? refused.length : same_before
  const [oldRest, newRest] = [refused.slice(first).toReversed(), accepted.slice(first).toReversed()]
  const same_after = kept(oldRest, newRest)
  const last = same_after < 0 ? oldRest.length : same_after
  const [going, coming] = [refused.slice(first, refused.length - last), accepted.slice(first, accepted.length - last)]
  return [
    ...refused.slice(0, first),
    ...going.map((block) => bearing(block, mine.block("delete"))),
    ...coming.map((block) => bearing(block, mine.block("insert"))),
    ...refused.slice(refused.length - last),
  ]
}

// --- Changing the document with small steps --------------------------------------------------------------------------

const stripped = (node) => {
  if (node.isText || !hasSuggestion(node) || node.isTextblock) return node.attrs.suggested ? bearing(node, null) : node
  const content = node.isLeaf ? node.content : Fragment.fromArray(children(node).map(stripped))
  return node.type.create("suggested" in node.attrs ? { ...node.attrs, suggested: null } : node.attrs, content, node.marks)
}

/** Put other blocks in the place of some, touching only what differs: selections and pinned notes stay put. */
function put(tr, from, to, blocks) {
  const start = from === tr.doc.childCount ? tr.doc.content.size : children(tr.doc).slice(0, from).reduce((sum, block) => sum + block.nodeSize, 0)
  const nothing = !blocks.length && to - from === tr.doc.childCount // a text has at least one paragraph
  const wanted = Fragment.fromArray(nothing ? [tr.doc.type.schema.nodes.paragraph.create()] : blocks)
  const before = Fragment.fromArray(slice(tr.doc, from, to).map(stripped))
  const after = Fragment.fromArray(children(wanted).map(stripped))
  const first = before.findDiffStart(after)
  if (first !== null) {
    let { a, b } = before.findDiffEnd(after)
    const overlap = first - Math.min(a, b)
    if (overlap > 0) [a, b] = [a + overlap, b + overlap]
    tr.step(new ReplaceStep(start + first, start + a, tr.doc.type.create(null, wanted).slice(first, b)))
  }
  wanted.descendants((node, pos) => {
    if (node.isInline || !("suggested" in node.attrs)) return !node.isTextblock
    const there = tr.doc.nodeAt(start + pos).attrs.suggested
    if (JSON.stringify(there) !== JSON.stringify(node.attrs.suggested)) tr.setNodeAttribute(start + pos, "suggested", node.attrs.suggested)
    return !node.isTextblock
  })
}

/** The steps that turn what was done to `before` into suggestions of this person's. */
function track(tr, before, steps, docs, by) {
  const after = tr.doc
  const ranges = changedRanges(steps, docs)
  for (const group of groups(before, after, ranges).toReversed()) {
    put(tr, group.j0, group.j1, suggestedBlocks(before, after, group, by).map((block) => proper(block)))
  }
  return ranges
}

/** Accept or refuse the suggestion of an id, or all of them; the editor's undo takes it back. */
export function resolve(editor, accept, only = null) {
  const { tr, doc } = editor.state
  const blocks = children(doc)
  for (let end = blocks.length; end > 0; ) {
    let begin = end - 1
    while (begin > 0 && change(blocks[begin])) begin -= 1
    const chain = blocks.slice(begin, end)
    if (chain.some(hasSuggestion)) put(tr, begin, end, resolved(chain, accept, only))
    end = begin
  }
  if (!tr.docChanged) return false
  editor.view.dispatch(tr.setMeta(suggesting, { skip: true }))
  return true
}

// --- Reading out ---------------------------------------------------------------------------------------------------

const listed = new WeakMap()
const inBlock = new WeakMap()
const leafText = (node) => (node.type.name === "newsFigure" ? `[Photo ${node.attrs.photo}] ${node.attrs.caption}` : " ")

/** What a block at the top suggests, piece by piece, at places counted from the block. Worked out once for each. */
function suggestedIn(block) {
  if (inBlock.has(block)) return inBlock.get(block)
  const found = []
  const look = (node, pos) => {
    const mark = named(node, "insertion") ?? named(node, "deletion")
    const end = pos + node.nodeSize
    if (mark) {
      const words = node.isText ? node.text : leafText(node)
      found.push({ ...ofMark(mark), from: pos, to: end, [mark.type.name === "insertion" ? "added" : "removed"]: words })
    } else if (node.attrs.suggested) {
      const { change: kind, ...of } = node.attrs.suggested
      const whole = kind === "insert" || kind === "delete"
      const words = whole ? (node.isLeaf ? leafText(node) : node.textBetween(0, node.content.size, " ", leafText)) : ""
      const said = words.trim() && { [kind === "insert" ? "added" : "removed"]: `${words} ` }
      found.push({ ...of, from: pos, to: whole ? end : pos + 1, change: [kind, node.type.name], ...said })
    }
  }
  look(block, 0)
  if (!block.isLeaf) block.descendants((node, pos) => look(node, pos + 1))
  inBlock.set(block, found)
  return found
}

/** The open suggestions of a document in reading order, each with its words and its places. */
export function list(doc) {
  if (listed.has(doc)) return listed.get(doc)
  const found = new Map()
  doc.forEach((block, offset) => {
    if (!hasSuggestion(block)) return
    for (const { id, by, at, from, to, added = "", removed = "", change } of suggestedIn(block)) {
      if (!found.has(id)) found.set(id, { id, by, at, added: "", removed: "", changes: [], places: [] })
      const one = found.get(id)
      one.added += added
      one.removed += removed
      one.places.push([offset + from, offset + to])
      if (change) one.changes.push(change)
    }
  })
  listed.set(doc, [...found.values()])
  return listed.get(doc)
}

/** The suggestion in which the cursor stands, or null. */
export function current({ doc, selection }) {
  const { $from } = selection
  const beside = selection.node ? [selection.node] : [$from.nodeAfter, $from.nodeBefore]
  const mark = beside.map((node) => node && (named(node, "insertion") ?? named(node, "deletion"))).find(Boolean)
  const block = selection.node?.attrs.suggested ?? Array.from({ length: $from.depth }, (_, up) => $from.node($from.depth - up).attrs.suggested).find(Boolean)
  const border = block && (block.change === "split" || block.change === "join")
  const id = mark?.attrs["data-suggestion"] ?? (border && $from.parentOffset > 0 ? null : block?.id)
  return (id && list(doc).find((one) => one.id === id)) || null
}

// --- The extension -------------------------------------------------------------------------------------------------

/** Content from the clipboard is words: suggestions of another place, or of another time, do not come with it. */
function plainSlice({ content, openStart, openEnd }) {
  const plain = (fragment) => {
    const found = []
    fragment.forEach((node) => {
      if (named(node, "deletion")) return
      const mark = named(node, "insertion")
      const bare = mark ? node.mark(mark.removeFromSet(node.marks)) : node
      const inside = bare.isText || bare.isLeaf ? bare : bare.copy(plain(bare.content))
      found.push(inside.attrs.suggested ? bearing(inside, null) : inside)
    })
    return Fragment.fromArray(found)
  }
  return new Slice(plain(content), openStart, openEnd)
}

/** Whether a transaction brings what was written elsewhere: another's saved words, or a text set as a whole. */
const isRemote = (tr) => tr.getMeta("addToHistory") === false || tr.getMeta("preventUpdate") !== undefined
const isDone = (tr) => Boolean(tr.getMeta("history$") || tr.getMeta(suggesting)?.skip)

/** Suggestion mode. `editor.storage.suggesting.by` is the number of the account that suggests. */
export const Suggesting = Extension.create({
  name: "suggesting",
  priority: 1100,
  addStorage: () => ({ by: null, composed: null }),
  addGlobalAttributes: () => [
    {
      types: BLOCKS,
      attributes: {
        suggested: { default: null, keepOnSplit: false, parseHTML: readBlock, renderHTML: ({ suggested }) => blockAttributes(suggested) },
      },
    },
  ],
  onBeforeCreate() {
    const { editor, storage } = this
    const plain = editor.getHTML.bind(editor)
    // In the middle of a composed character the text is not marked yet; what is saved then must be.
    editor.getHTML = () => {
      if (!storage.composed) return plain()
      const { state } = editor
      const { before, steps, docs } = storage.composed
      const { tr } = state
      track(tr, before, steps, docs, storage.by)
      return getHTMLFromFragment(tr.doc.content, state.schema)
    }
  },
  addProseMirrorPlugins() {
    const { editor, storage } = this
    const settle = (view) => {
      if (!storage.composed || view.composing || view.isDestroyed) return
      const { before, steps, docs, last } = storage.composed
      storage.composed = null
      const { tr } = view.state
      track(tr, before, steps, docs, storage.by)
      // One step of undo takes both back: the composed word and its mark.
      if (tr.docChanged) view.dispatch(tr.setMeta(suggesting, { skip: true }).setMeta("appendedTransaction", last))
    }
    return [
      new Plugin({
        key: suggesting,
        state: {
          init: () => ({ on: false }),
          apply: (tr, value) => (tr.getMeta(suggesting)?.on === undefined ? value : { on: tr.getMeta(suggesting).on }),
        },
        props: {
          transformPasted: plainSlice,
          // The browser would copy the look of a suggestion onto what is typed beside it, or in its place.
          handleKeyPress: (view, event) => {
            const { selection, tr } = view.state
            const { $from, from, to } = selection
            const text = String.fromCharCode(event.charCode)
            if (!event.charCode || /[\r\n]/.test(text) || event.ctrlKey || event.metaKey || view.composing) return false
            if (!(selection instanceof TextSelection) || !(suggesting.getState(view.state).on || hasSuggestion($from.parent))) return false
            const typed = () => tr.insertText(text).scrollIntoView()
            if (!view.someProp("handleTextInput", (handle) => handle(view, from, to, text, typed))) view.dispatch(typed())
            return true
          },
          handleDOMEvents: {
            compositionend: (view) => {
              setTimeout(settle, 60, view)
              return false
            },
          },
        },
        view: () => ({ update: settle }),
        appendTransaction(transactions, oldState, newState) {
          const changes = transactions.filter((tr) => tr.docChanged)
          if (!changes.length || !suggesting.getState(newState).on) return null
          if (changes.some(isRemote)) {
            storage.composed = null
            return null
          }
          const steps = changes.flatMap((tr) => tr.steps)
          const docs = changes.flatMap((tr) => tr.docs)
          if (editor.view?.composing || storage.composed) {
            storage.composed ??= { before: oldState.doc, steps: [], docs: [] }
            storage.composed.steps.push(...steps)
            storage.composed.docs.push(...docs)
            storage.composed.last = changes.at(-1)
            return null
          }
          if (transactions.some(isDone)) return null
          const { tr } = newState
          const ranges = track(tr, oldState.doc, steps, docs, storage.by)
          placeCursor(tr, oldState.selection, newState.selection, ranges)
          if (tr.docChanged && newState.storedMarks) tr.setStoredMarks(newState.storedMarks)
          return tr.docChanged || tr.selectionSet ? tr.setMeta(suggesting, { skip: true }) : null
        },
      }),
    ]
  },
})

/** After words were taken out: before them when going back, behind them when going forward. */
function placeCursor(tr, old, now, ranges) {
  if (ranges.length !== 1 || !now.empty || !(now instanceof TextSelection)) return
  const [{ a, b, c, d }] = ranges
  if (c !== d || a === b || now.head < c || now.head > d + 1) return
  const forward = old.empty && old.head === a
  if (!forward) tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(c, tr.doc.content.size)), -1))
}
