"""How many examples the tests of properties try: few and always the same in `make test`, many and other ones in `make fuzz`."""

from hypothesis import settings

_TEST, _FUZZ, _TIMES = "test", "fuzz", 10
USUAL = 20
"""Examples of a test that names no number."""

_LARGE = USUAL * _TIMES


def register_profiles() -> None:
    """Makes `test` the profile; pytest's option --hypothesis-profile chooses `fuzz`."""
    # A busy machine is no defect: no example has a deadline. pytest-timeout ends what hangs.
    settings.register_profile(_TEST, max_examples=USUAL, deadline=None, derandomize=True, database=None)
    settings.register_profile(_FUZZ, max_examples=_LARGE, deadline=None, database=None, print_blob=True)
    settings.load_profile(_TEST)


def examples(test: int, fuzz: int | None = None) -> int:
    """max_examples in the profile that is loaded: `test` of them, or `fuzz` (ten times as many unless it is given)."""
    if settings.get_current_profile_name() == _FUZZ:
        return _TIMES * test if fuzz is None else fuzz
    return test
