"""People's names as others tell them."""

import unicodedata

NAME_MAX = 100
"""Characters. Slack's own names are shorter; a row of the table has room for 400 KB, and a message for far less."""


def person_name(told: object) -> str:
    """The name as it's kept: on one line, without control characters, cut after NAME_MAX. What is no name at all is "".

    told: whatever stands where a name should: Slack's answers and payloads are read as if they could hold anything.
    """
    if not isinstance(told, str):
        return ""
    # Cut before it's looked at: it may be of any length. Half a character (Cs) has a place in no encoding.
    spaced = " ".join(told[: 4 * NAME_MAX].split())
    return "".join(each for each in spaced if unicodedata.category(each) not in {"Cc", "Cs"})[:NAME_MAX].strip()
