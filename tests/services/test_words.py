import errno
import inspect
from pathlib import Path

import pytest

from odtui.auth.errors import AuthError, AuthProblem
from odtui.config.settings import SettingsError
from odtui.graph import errors
from odtui.graph.errors import GraphError
from odtui.services import words_auth, words_files, words_graph
from odtui.services.disk import IntoItself, TrashFailed
from odtui.services.transfers import problems
from odtui.services.transfers.problems import TransferError
from odtui.services.words import Explained, explain, explain_typed

GRAPH_ERRORS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, GraphError)]
EXAMPLES: list[BaseException] = [
    *(kind("the server's words") for kind in GRAPH_ERRORS),
    *(GraphError(codes=("x", code)) for code in words_graph._BY_CODE),
    *(AuthError(problem) for problem in AuthProblem),
    *(OSError(number, "the system's words", "/a/file") for number in words_files.BY_ERRNO),
    OSError("without a number"),
    OSError(errno.ENOTTY, "unknown to us"),
    TrashFailed(errno.EIO, "no trash"),
    IntoItself("/a"),
    SettingsError(Path("settings.toml"), 3, "theme is 7.", "A name in quotes."),
    TransferError("Title", "Why.", "Do this."),
    problems.SourceChanged(),
    problems.SomeFailed(1, 2, ["a: b."]),
    problems.HashDiffers.received(),
    problems.HashDiffers.stored(replaced=True, removed=False),
    problems.HashDiffers.stored(replaced=False, removed=True),
    problems.HashDiffers.stored(replaced=False, removed=False),
    ValueError("a bug"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=repr)
def test_every_error_has_words_in_the_same_form(error: BaseException) -> None:
    told = explain(error, doing="rename a.txt")
    assert told.title
    assert told.title[0].isupper() or told.title[0].isdigit()
    assert told.title[-1] not in ".!"
    for sentence in (told.why, told.advice):
        assert sentence
        assert sentence.rstrip("”").endswith((".", ")")) or isinstance(error, ValueError)
        assert "!" not in sentence
    assert "While trying to rename a.txt" in told.details
    assert told.steps[-1] == "copy_details"


def test_no_graph_error_and_no_auth_problem_is_left_out() -> None:
    assert set(GRAPH_ERRORS) == set(words_graph.WORDS)
    assert set(AuthProblem) == set(words_auth.WORDS)


def test_titles_tell_errors_apart() -> None:
    titles = [entry[0] for entry in (*words_graph.WORDS.values(), *words_auth.WORDS.values())]
    doubles = {title for title in titles if titles.count(title) > 1}
    assert doubles == {"You need to sign in again"}


def test_a_class_of_tomorrow_is_worded_like_its_parent() -> None:
    class Stricter(errors.Forbidden):
        pass

    assert explain(Stricter()).title == explain(errors.Forbidden()).title


def test_a_code_is_more_telling_than_the_class() -> None:
    told = explain(errors.InvalidRequest(codes=("invalidRequest", "PathIsTooLong")))
    assert told.title == "The path is too long"


def test_the_advice_names_the_wait_that_was_asked_for() -> None:
    assert "1:30 min" in explain(errors.Throttled(retry_after=90)).advice


def test_details_hold_codes_and_ids_but_no_secrets() -> None:
    told = explain(
        errors.Forbidden(
            "see https://x.sharepoint.com/a?tempauth=v1.SECRET",
            status=403,
            codes=("accessDenied", "inner"),
            request_id="r-1",
        )
    )
    assert "403" in told.details
    assert "accessDenied, inner" in told.details
    assert "r-1" in told.details
    assert "SECRET" not in told.details
    told = explain(AuthError(AuthProblem.CLIENT_ID, "AADSTS700016", "raw words", "c-1"))
    assert all(part in told.details for part in ("AADSTS700016", "raw words", "c-1"))


def test_a_bug_is_called_a_bug_and_names_the_log() -> None:
    told = explain(KeyError("x"))
    assert "bug in odtui" in told.why
    assert "odtui.log" in told.advice
    assert isinstance(told, Explained)


@pytest.mark.parametrize(
    "error", [errors.ItemNotFound("gone"), FileNotFoundError(2, "no"), NotADirectoryError(20, "no")]
)
def test_a_typed_path_that_leads_nowhere_is_not_called_deleted(error: BaseException) -> None:
    told = explain_typed(error, "/Documnets")
    assert told.title == "Nothing was found there"
    assert told.why.startswith("/Documnets does not exist")
    assert told.steps == ("copy_details",)
    assert "While trying to open /Documnets" in told.details


def test_a_sharing_link_is_not_repeated() -> None:
    told = explain_typed(errors.ItemNotFound("gone"), "https://1drv.ms/f/abc")
    assert told.why.startswith("This address does not exist")
    assert "1drv" not in f"{told}"


def test_a_typed_path_that_fails_otherwise_has_the_words_of_its_error() -> None:
    error = errors.Unreachable("no route")
    assert explain_typed(error, "/Documents") == explain(error, doing="open /Documents")
