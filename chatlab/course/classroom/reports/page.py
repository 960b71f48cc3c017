"""What the pages share: one file without scripts, light or dark as the reader's system is."""

import html
import re

__all__ = ["bar", "prose", "render_page"]

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --paper: #fff; --pale: #f3f4f6; --line: #d0d7de;
  --dim: #57606a; --bar: #0969da; --good: #1a7f37; --bad: #cf222e; --open: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --pale: #161b22;
  --line: #30363d; --dim: #9da7b3; --bar: #4493f8; --good: #3fb950; --bad: #f85149;
  --open: #d29922; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: var(--ink);
  background: var(--paper); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; }
p { margin: .4rem 0; }
.dim { color: var(--dim); }
.part { border-left: 4px solid var(--line); padding: .25rem 0 .25rem .9rem; margin: 1rem 0; }
.passed { border-color: var(--good); }
.failed, .error { border-color: var(--bad); }
.not_started { border-color: var(--open); }
.comment { background: var(--pale); border: 1px solid var(--line); border-radius: 6px;
  padding: .5rem .9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
pre { background: var(--pale); border-radius: 6px; padding: .7rem .9rem; overflow-x: auto;
  max-height: 28rem; font-size: .85rem; line-height: 1.4; margin: .5rem 0; tab-size: 4; }
code { font-family: ui-monospace, monospace; }
p code, td code { background: var(--pale); padding: 0 .25em; border-radius: 4px; }
td { min-width: 3.5rem; }
p, td, h1, h3 { overflow-wrap: anywhere; }
a { color: var(--bar); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; }
td.number { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
svg { display: block; height: 1rem; max-width: 22vw; margin-top: .25rem; }
svg rect { fill: var(--bar); }
svg rect + rect { fill: var(--line); }
"""


def render_page(title: str, body: str) -> str:
    """A whole page that fetches nothing and runs nothing.

    Args:
        title: Its title, as text.
        body: Its body, as HTML.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def prose(text: str) -> str:
    """The text as HTML, escaped; what stands between backticks looks like code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))


def bar(share: float) -> str:
    """A bar as SVG, filled from the left; the number that it shows stands beside it as text.

    Args:
        share: How much of it is filled, 0 to 1.
    """
    filled = round(200 * min(max(share, 0), 1), 1)
    return (
        '<svg viewBox="0 0 200 16" width="200" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{filled:g}" height="16"/>'
        f'<rect x="{filled:g}" width="{200 - filled:g}" height="16"/></svg>'
    )
