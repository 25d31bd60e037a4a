// A section of the page: a title and a table.
import { html, type Markup } from './markup.js';

type Cell = string | number | Markup;

/** A heading that begins with `#` is of a column of amounts. Nothing at all when there are no rows. */
export function table(title: string, headings: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
  if (rows.length === 0) return html``;
  const classOf = (column: number) => (headings[column]?.startsWith('#') === true ? 'amount' : 'word');
  const head = headings.map((text, column) => html`<th class="${classOf(column)}">${text.replace('#', '')}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell, column) => html`<td class="${classOf(column)}">${cell}</td>`)}
      </tr> `,
  );
  return html`<section>
    <h2>${title}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
  </section>`;
}
