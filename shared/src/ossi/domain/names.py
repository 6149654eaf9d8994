"""People's names as others tell them."""

import unicodedata

from ossi.domain.typed_text import cleaned_line

NAME_MAX = 100
"""Characters. Slack's own names are shorter; a row of the table has room for 400 KB, and a message for far less."""


def person_name(told: object) -> str:
    """The name as it's kept: on one line, without what nobody can see, cut after NAME_MAX. What is no name at all is "".

    told: whatever stands where a name should: Slack's answers and payloads are read as if they could hold anything.
    """
    if not isinstance(told, str):
        return ""
    # Cut before it's looked at: it may be of any length. Half a character (Cs) has a place in no encoding.
    short = "".join(each for each in told[: 4 * NAME_MAX] if unicodedata.category(each) != "Cs")
    return cleaned_line(cleaned_line(short)[:NAME_MAX])
