/* Words that others saved, put into an open editor.

   Decides how the text changes under somebody's hands: only the blocks that differ are replaced, so that the cursor,
   the selection and the undo history of everything else stay. */

import { createDocument } from "django-prose-editor/editor"

const MOST_PAIRS = 250_000

/** Return pairs of positions of the blocks that two documents have in common, in order. */
function common(before, after) {
  let start = 0
  while (start < before.length && start < after.length && before[start].eq(after[start])) start++
  let end = 0
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end].eq(after[after.length - 1 - end])
  )
    end++
  const pairs = Array.from({ length: start }, (_, index) => [index, index])
  const rows = before.length - start - end
  const columns = after.length - start - end
  if (rows * columns <= MOST_PAIRS) {
    // the longest common run, by the usual table
    const length = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1))
    for (let i = rows - 1; i >= 0; i--) {
      for (let j = columns - 1; j >= 0; j--) {
        length[i][j] = before[start + i].eq(after[start + j])
          ? length[i + 1][j + 1] + 1
          : Math.max(length[i + 1][j], length[i][j + 1])
      }
    }
    for (let i = 0, j = 0; i < rows && j < columns; ) {
      if (before[start + i].eq(after[start + j])) pairs.push([start + i++, start + j++])
      else if (length[i + 1][j] >= length[i][j + 1]) i++
      else j++
    }
  }
  for (let index = end; index > 0; index--) pairs.push([before.length - index, after.length - index])
  return pairs
}

const blocks = (doc) => {
  const found = []
  doc.forEach((node) => found.push(node))
  return found
}

/** Make the editor hold this body. */
export function replaceBody(editor, html) {
  const { state } = editor
  const after = blocks(createDocument(html, editor.schema))
  const before = blocks(state.doc)
  const starts = [0]
  for (const node of before) starts.push(starts.at(-1) + node.nodeSize)
  const tr = state.tr
  let [i, j] = [before.length, after.length]
  // from the end, so that what comes earlier keeps its place
  for (const [x, y] of [...common(before, after).reverse(), [-1, -1]]) {
    const fresh = after.slice(y + 1, j)
    if (x + 1 < i || fresh.length) tr.replaceWith(starts[x + 1], starts[i], fresh)
    ;[i, j] = [x, y]
  }
  if (tr.docChanged) editor.view.dispatch(tr.setMeta("addToHistory", false))
}
