"""Texts that somebody may type or import, and what a cell has to show of them."""

NASTY = (
    '=HYPERLINK("http://evil.example","press")', "=1+1", "=", "+1", "-1", "@SUM(A1:A9)", "\t=1", "\r=1", "\n=1", "'=1",
    "#N/A", "#REF!", "TRUE", "1e5", "2026-10-01", "007", "{=1}", "=cmd|' /C calc'!A0",
    "_x0000_", "_x0041_x0042_", "_x005F_x0041_", "_x_", "</t></is>", "<![CDATA[x]]>", "&amp; &#0; <b>", "\x00", "\x1b[0m",
    "\ud800", "\ufffe", "\x7f\x85\u2028", "\u202eevil\u202c", "مرحبا بالعالم", "👩‍👩‍👧‍👦 🏳️‍🌈", "e\u0301", "“quotes” 'and' \"these\"",
    "fixed;=1+1;", "a; =1+1", 'a;"=1+1";b', "a\t=1+1\tb", "- one\n=1+1\r\n+2\r@x", ";+1;-1;@SUM(A1:A9)", "',=1+1", "a,=1+1,",
    "line\nline\r\nline\rline", "  spaces  ", "a" * 2000, "&" * 2000, "=" * 2000,
)  # fmt: skip

# Written out apart from the code: XML 1.0 has no place for these.
VISIBLE = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"} | dict.fromkeys(
    [*range(0xD800, 0xE000), 0xFFFE, 0xFFFF], 0xFFFD
)


def shown(typed: str) -> str | None:
    """What the cell has to show. Nothing is an empty cell."""
    return typed.replace("\r\n", "\n").replace("\r", "\n").translate(VISIBLE) or None
