"""The small pages for a link that leads nowhere."""

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}}</style>
</head>
<body><main><h1>{title}</h1><p>{text}</p></main></body>
</html>
"""

EXPIRED = _PAGE.format(
    title="This link has expired",
    text="Links to Ossi's reports work for seven days. Write <code>/ossi report YYYY-MM</code> in Slack to get a new one.",
)
UNKNOWN = _PAGE.format(
    title="This link is not right",
    text="It may have been cut off or changed on its way. Open it from Ossi's message in Slack, "
    "or write <code>/ossi report YYYY-MM</code> there to get a new one.",
)
"""What to do about it, without a word about why: whoever tries links at random learns nothing."""
