"""Tables and pages as HTML that stands alone: no script, no outside resource, all text escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from benchmark.reports.table import Entry, Row, Table

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#222}
.wide{overflow-x:auto} img{max-width:100%;height:auto}
table{border-collapse:collapse;margin:1em 0;border-top:2px solid;border-bottom:2px solid}
caption{text-align:left;padding-bottom:.6em;color:#444}
th,td{padding:.15em .7em;text-align:right;white-space:nowrap} .left{text-align:left}
td.left{white-space:normal}
thead tr:last-child{border-bottom:1px solid} .span{text-align:center}
.group th{text-align:left;border-top:1px solid #bbb;padding-top:.4em}
svg{background:#f6f6f6} figure{display:inline-block;margin:.3em} figcaption{font-size:80%}
"""


def page(title: str, body: str) -> str:
    """A whole page.

    Args:
        title: plain text.
        body: HTML.
    """
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title>\n<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def table_html(table: Table) -> str:
    """A result table: two lines of headings, row groups, bold where it is, notes below."""
    labels = len(table.label_titles)
    above = [f'<th colspan="{labels}"></th>']
    for title, run in groupby(column.above for column in table.columns):
        above.append(f'<th class="span" colspan="{len(list(run))}">{escape(title)}</th>')
    heads = [f'<th class="left">{escape(title)}</th>' for title in table.label_titles]
    heads += [f"<th>{escape(column.title)}</th>" for column in table.columns]
    lines = [_line(above), _line(heads), "</thead><tbody>"]
    for group, rows in table.groups.items():
        span = labels + len(table.columns)
        lines.append(f'<tr class="group"><th colspan="{span}">{escape(group)}</th></tr>')
        lines += [_row(row) for row in rows]
    notes = "".join(f"<li>{escape(note)}</li>" for note in table.notes)
    return (
        f'<div class="wide"><table id="{escape(table.name)}">'
        f"<caption>{escape(table.caption)}</caption>\n<thead>"
        + "\n".join(lines)
        + f"</tbody></table></div>\n<ul>{notes}</ul>\n"
    )


def grid(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A plain table of texts."""
    lines = [_line([f'<th class="left">{escape(head)}</th>' for head in heads]), "</thead><tbody>"]
    lines += [_line([f'<td class="left">{escape(str(v))}</td>' for v in row]) for row in rows]
    return '<div class="wide"><table><thead>' + "\n".join(lines) + "</tbody></table></div>\n"


def _row(row: Row) -> str:
    labels = [f'<td class="left">{escape(label)}</td>' for label in row.labels]
    return _line([*labels, *map(_entry, row.entries)])


def _entry(entry: Entry) -> str:
    text = escape(entry.text)
    interval = entry.score.interval if entry.score else None
    hint = ""
    if entry.score and interval and interval.low == interval.low:  # NaN: there is no interval
        show = entry.score.metric.show
        hint = f' title="{interval.level:.0%}: {show(interval.low)} to {show(interval.high)}"'
    return f"<td{hint}>{f'<strong>{text}</strong>' if entry.bold else text}</td>"


def _line(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"
