"""Filling in the settings: checks, cleaning, saving, leaving."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Select, Static

from odtui.config.settings import Profile
from odtui.services.checks import CheckResult, Verdict
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.screens.settings import Checks, SettingsResult, SettingsScreen
from odtui.ui.widgets.field import Field
from odtui.ui.widgets.guide import Guide
from odtui.ui.widgets.pasted_input import PastedInput
from odtui.ui.widgets.tick import Tick
from tests.ui.scenes.settings import CLIENT_ID
from tests.ui.styled_app import StyledApp
from tests.ui.test_dialogs import shown

READY = Profile(client_id=CLIENT_ID)


def settings(
    profile: Profile = READY,
    *,
    first_run: bool = False,
    secret_stored: bool = False,
    focus: str | None = None,
    problem: str | None = None,
    opened: list[str] | None = None,
    others: tuple[Profile, ...] = (Profile(name="home", client_id=CLIENT_ID, tenant="consumers"),),
    checks: Checks | None = None,
    in_demo: bool = False,
) -> StyledApp:
    def open_url(url: str) -> bool:
        assert opened is not None
        opened.append(url)
        return True

    return StyledApp(
        SettingsScreen(
            profile,
            first_run=first_run,
            profiles=() if first_run else (profile, *others),
            begins=profile.name,
            secrets={profile.name} if secret_stored else (),
            theme="odtui-dark",
            themes=["odtui-dark", "odtui-light"],
            focus=focus,
            problem=problem,
            open_url=open_url if opened is not None else None,
            checks=checks,
            in_demo=in_demo,
        )
    )


async def enter(pilot: Pilot[None], field: str, text: str) -> None:
    """Put a text into a field as a paste would, and leave the field."""
    line = pilot.app.screen.query_one(f"#{field} PastedInput", PastedInput)
    line.focus()
    await pilot.pause()
    line.value = text
    await pilot.press("tab")


def told(app: StyledApp, field: str) -> str | None:
    return app.screen.query_one(f"#{field}", Field).problem


def result(app: StyledApp) -> SettingsResult:
    (answer,) = app.answers
    assert isinstance(answer, SettingsResult)
    return answer


async def test_an_untouched_first_run_blames_nobody() -> None:
    app = settings(Profile(), first_run=True)
    async with app.run_test():
        assert all(field.problem is None for field in app.screen.query(Field))


async def test_what_was_entered_is_saved_without_quotes_and_blanks() -> None:
    app = settings(Profile(), first_run=True)
    async with app.run_test() as pilot:
        await enter(pilot, "client_id", f' "{CLIENT_ID}" ')
        assert app.screen.query_one("#client_id PastedInput", PastedInput).value == CLIENT_ID
        await enter(pilot, "tenant", " contoso.onmicrosoft.com\u200b")
        await pilot.press("f2")
    assert result(app).action == "save"
    assert result(app).profile == Profile(client_id=CLIENT_ID, tenant="contoso.onmicrosoft.com")
    assert result(app).secret is None


async def test_a_blank_directory_means_common() -> None:
    app = settings(replace(READY, tenant="contoso.onmicrosoft.com"))
    async with app.run_test() as pilot:
        await enter(pilot, "tenant", "")
        await pilot.press("f2")
    assert result(app).profile.tenant == "common"


@pytest.mark.parametrize("kind", ["common", "organizations", "consumers"])
async def test_a_kind_of_accounts_is_the_directory(kind: str) -> None:
    app = settings(READY)
    async with app.run_test() as pilot:
        app.screen.query_one("#accounts Select", Select).value = kind
        await pilot.pause()
        assert app.screen.query_one("#tenant PastedInput", PastedInput).placeholder == kind
        await pilot.press("f2")
    assert result(app).profile.tenant == kind


async def test_the_directory_is_not_called_optional_where_one_has_to_be_named() -> None:
    app = settings(READY)
    async with app.run_test() as pilot:
        field, choice = app.screen.query_one("#tenant", Field), app.screen.query_one("#accounts Select", Select)
        label = field.query_one(".field-label", Static)
        for kind, words in (("one", "Directory (tenant) ID"), ("common", "Directory (tenant) ID  optional")):
            choice.value = kind
            await pilot.pause()
            assert str(label.render()) == words


async def test_a_named_directory_means_one_directory() -> None:
    app = settings(READY)
    async with app.run_test() as pilot:
        await enter(pilot, "tenant", "contoso.onmicrosoft.com")
        assert app.screen.query_one("#accounts Select", Select).value == "one"
        await pilot.press("f2")
    assert result(app).profile.tenant == "contoso.onmicrosoft.com"


async def test_a_word_for_a_kind_of_accounts_chooses_the_kind() -> None:
    app = settings(READY)
    async with app.run_test() as pilot:
        await enter(pilot, "tenant", "Organizations")
        assert app.screen.query_one("#accounts Select", Select).value == "organizations"
        assert app.screen.query_one("#tenant PastedInput", PastedInput).value == ""
        await pilot.press("f2")
    assert result(app).profile.tenant == "organizations"


async def test_one_directory_has_to_be_named() -> None:
    app = settings(READY)
    async with app.run_test() as pilot:
        app.screen.query_one("#accounts Select", Select).value = "one"
        await pilot.pause()
        await pilot.press("f2")
        await pilot.pause()
        assert app.answers == []
        assert "one directory only" in (told(app, "tenant") or "")
        assert app.focused is app.screen.query_one("#tenant PastedInput")


async def test_a_directory_comes_back_with_its_choice() -> None:
    app = settings(replace(READY, tenant="contoso.onmicrosoft.com"))
    async with app.run_test() as pilot:
        choice = app.screen.query_one("#accounts Select", Select)
        line = app.screen.query_one("#tenant PastedInput", PastedInput)
        choice.value = "consumers"
        await pilot.pause()
        assert line.value == ""
        choice.value = "one"
        await pilot.pause()
        assert line.value == "contoso.onmicrosoft.com"


async def test_saving_goes_to_the_first_bad_field_and_tells_all() -> None:
    app = settings(Profile(), first_run=True)
    async with app.run_test() as pilot:
        await enter(pilot, "tenant", "two words")
        await pilot.press("f2")
        await pilot.pause()
        assert app.answers == []
        assert app.focused is app.screen.query_one("#client_id PastedInput")
        assert told(app, "client_id")
        assert told(app, "tenant")


@pytest.mark.parametrize(
    ("field", "text", "word"),
    [
        ("client_id", "my app", "application ID"),
        ("client_secret", CLIENT_ID, "Secret ID"),
        ("client_id", "abC8Q~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "looks like a client secret"),
        ("client_secret", "abc8Q~aaaaaaaa aaaaaaaaaaaaaaaa", "no blanks"),
        ("tenant", "my company", "display name"),
        ("tenant", CLIENT_ID, "client ID again"),
        ("tenant", "contoso", "such as contoso.onmicrosoft.com"),
        ("redirect_uri", "https://localhost", "without https"),
        ("redirect_uri", "http://localhost/#here", "no ? or #"),
        ("redirect_uri", "http://example.com/callback", "on this computer"),
        ("redirect_uri", "http://localhost:80/callback", "between 1024"),
        ("redirect_uri", "http://127.0.0.1:8400", "localhost"),
        ("name", "home", "Another profile"),
    ],
)
async def test_slips_are_told_below_their_field(field: str, text: str, word: str) -> None:
    app = settings()
    async with app.run_test() as pilot:
        await enter(pilot, field, text)
        assert word in (told(app, field) or "")


@pytest.mark.parametrize(
    ("field", "beginning"),
    [
        ("client_id", CLIENT_ID[:20]),
        ("client_secret", "abc8Q~aa"),
        ("tenant", "contoso"),
        ("redirect_uri", "http://loc"),
        ("redirect_uri", "http://localhost:84"),
    ],
)
async def test_nobody_is_blamed_while_a_right_value_grows(field: str, beginning: str) -> None:
    app = settings(Profile(client_id=CLIENT_ID) if field != "client_id" else Profile())
    async with app.run_test() as pilot:
        line = app.screen.query_one(f"#{field} PastedInput", PastedInput)
        line.focus()
        await pilot.pause()
        await pilot.press(*beginning)
        assert told(app, field) is None
        await pilot.press("tab")
        assert told(app, field) or (field, beginning) == ("redirect_uri", "http://loc") or field == "client_secret"


@pytest.mark.parametrize(
    "pasted", [f" {CLIENT_ID}\n", f"\n{CLIENT_ID}", f'"{CLIENT_ID}"', f"\u201c{CLIENT_ID}\u201d\r\n"]
)
async def test_what_was_around_a_paste_is_left_out_with_a_word(pasted: str) -> None:
    app = settings(Profile())
    async with app.run_test() as pilot:
        line = app.screen.query_one("#client_id PastedInput", PastedInput)
        line.focus()
        await pilot.pause()
        app.screen.post_message(Paste(pasted))
        await pilot.pause()
        await pilot.pause()
        assert line.value == CLIENT_ID
        assert told(app, "client_id") is None
        assert "were left out" in shown(app)
        await pilot.press("end", "backspace")
        await pilot.pause()
        assert "were left out" not in shown(app)


async def test_a_paste_of_two_lines_is_taken_whole_and_refused() -> None:
    app = settings(Profile())
    async with app.run_test() as pilot:
        line = app.screen.query_one("#client_secret PastedInput", PastedInput)
        line.focus()
        await pilot.pause()
        app.screen.post_message(Paste("abc8Q~aaaaaaaaaaaa\naaaaaaaaaaaaaaaa"))
        await pilot.pause()
        await pilot.pause()
        assert "no blanks or line breaks" in (told(app, "client_secret") or "")


async def test_a_secret_makes_the_registration_a_web_one() -> None:
    app = settings()
    async with app.run_test() as pilot:
        assert app.screen.query_one("#redirect_uri PastedInput", PastedInput).placeholder == "http://localhost"
        await enter(pilot, "client_secret", "a-secret-of-a-certain~length")
        assert (
            app.screen.query_one("#redirect_uri PastedInput", PastedInput).placeholder
            == "http://localhost:8400/callback"
        )
        await pilot.press("f5")
        assert app.clipboard == "http://localhost:8400/callback"
        await pilot.press("f2")
    assert result(app).profile.confidential
    assert result(app).secret == "a-secret-of-a-certain~length"
    assert "certain" not in repr(result(app))


async def test_the_secret_is_never_on_the_screen() -> None:
    app = settings()
    async with app.run_test() as pilot:
        await enter(pilot, "client_secret", "a-secret-of-a-certain~length")
        assert "certain" not in shown(app)


async def test_a_stored_secret_stays_unless_one_says_otherwise() -> None:
    app = settings(replace(READY, confidential=True), secret_stored=True)
    async with app.run_test() as pilot:
        await pilot.press("f2")
    assert result(app).secret is None
    assert result(app).profile.confidential


async def test_a_stored_secret_can_be_forgotten() -> None:
    app = settings(replace(READY, confidential=True), secret_stored=True)
    async with app.run_test() as pilot:
        app.screen.query_one("#keep_secret").focus()
        await pilot.press("space", "f2")
    assert result(app).secret == ""
    assert not result(app).profile.confidential


async def test_personal_accounts_and_libraries_do_not_go_together() -> None:
    app = settings(replace(READY, tenant="consumers"))
    async with app.run_test() as pilot:
        app.screen.query_one("#preset", Select).value = "sites"
        await pilot.pause()
        assert "personal" in (told(app, "scopes") or "")
        await pilot.press("f2")
        await pilot.pause()
        assert app.answers == []
        assert app.focused is app.screen.query_one("#preset")


async def test_the_cloud_changes_the_portal() -> None:
    opened: list[str] = []
    app = settings(opened=opened)
    async with app.run_test() as pilot:
        app.screen.query_one("#cloud Select", Select).value = "china"
        await pilot.pause()
        await pilot.press("f4")
        assert opened == ["https://portal.azure.cn"]
        assert "portal.azure.cn" in str(app.screen.query_one(Guide).query(Static).first().render())


async def test_without_a_browser_the_portal_is_copied() -> None:
    app = settings()
    async with app.run_test() as pilot:
        await pilot.press("f4")
        assert app.clipboard == "https://portal.azure.com"


async def test_the_guide_marks_the_steps_of_the_focused_field() -> None:
    app = settings(focus="redirect_uri")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        marked = app.screen.query(".step.-current")
        assert [str(step.render()).split()[0] for step in marked] == ["4"]
        app.screen.query_one("#client_secret PastedInput").focus()
        await pilot.pause()
        assert [str(step.render()).split()[0] for step in app.screen.query(".step.-current")] == ["8", "9"]


async def test_on_a_narrow_screen_the_guide_comes_by_a_key() -> None:
    app = settings(focus="client_id")
    async with app.run_test(size=(80, 24)) as pilot:
        guide = app.screen.query_one(Guide)
        assert not guide.region
        await pilot.press("f3")
        await pilot.pause()
        step = app.screen.query_one(".step.-current")
        assert guide.region.contains_region(step.region)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_the_focused_field_is_in_view_with_its_label(size: tuple[int, int]) -> None:
    app = settings()
    async with app.run_test(size=size) as pilot:
        form = app.screen.query_one("SettingsForm")
        for field in app.screen.query(Field):
            if field.id == "scopes":
                continue
            field.enter()
            await pilot.pause()
            await pilot.pause()
            assert form.region.contains_region(field.region), field.id


async def test_the_demo_drive_can_be_opened_instead() -> None:
    app = settings(Profile(), first_run=True)
    async with app.run_test() as pilot:
        await pilot.press("f6")
    assert result(app).action == "demo"


async def test_escape_leaves_at_once_when_nothing_was_changed() -> None:
    app = settings()
    async with app.run_test() as pilot:
        await pilot.press("escape")
    assert app.answers == [None]


async def test_escape_asks_before_it_throws_changes_away() -> None:
    app = settings()
    async with app.run_test() as pilot:
        await enter(pilot, "name", "work")
        await pilot.press("escape")
        assert isinstance(app.screen, ConfirmDialog)
        await pilot.press("escape")
        assert app.answers == []
        await pilot.press("escape", "y")
    assert app.answers == [None]


async def test_escape_does_not_leave_the_first_run() -> None:
    app = settings(Profile(), first_run=True)
    async with app.run_test() as pilot:
        await pilot.press("escape", "q")
        assert app.answers == []
        assert isinstance(app.screen, SettingsScreen)


async def test_the_theme_is_part_of_the_result() -> None:
    app = settings()
    async with app.run_test() as pilot:
        app.screen.query_one("#theme Select", Select).value = "odtui-light"
        await pilot.press("f2")
    assert result(app).theme == "odtui-light"


async def test_a_problem_from_before_is_shown_as_plain_text() -> None:
    app = settings(problem="No [/b] such \x1b[31mdirectory.", focus="tenant")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "No [/b] such ␛[31mdirectory." in shown(app)
        assert app.focused is app.screen.query_one("#tenant PastedInput")


async def test_an_unknown_field_to_begin_with_means_the_first() -> None:
    app = settings(focus="nonsense")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.focused is app.screen.query_one("#client_id PastedInput")


async def test_enter_goes_to_the_next_field() -> None:
    app = settings()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#client_secret PastedInput")


# --- several profiles ----------------------------------------------------------------------------------------


def choice(app: StyledApp) -> Select[str]:
    return app.screen.query_one("#profile Select", Select)


async def test_another_profile_takes_the_place_of_the_form() -> None:
    app = settings(replace(READY, confidential=True), secret_stored=True)
    async with app.run_test() as pilot:
        choice(app).value = "home"
        await pilot.pause()
        await pilot.pause()
        assert app.screen.query_one("#accounts Select", Select).value == "consumers"
        assert not app.screen.query_one("#keep_secret").display
        assert app.screen.query_one("#profile").has_focus_within
        await pilot.press("f2")
    assert result(app).replaces == "home"
    assert result(app).profile.name == "home"
    assert not result(app).begins


async def test_another_profile_is_shown_only_after_a_question_when_something_was_changed() -> None:
    app = settings()
    async with app.run_test() as pilot:
        await enter(pilot, "redirect_uri", "http://localhost/x")
        choice(app).value = "home"
        await pilot.pause()
        assert isinstance(app.screen, ConfirmDialog)
        await pilot.press("escape")
        await pilot.pause()
        assert choice(app).value == "default"
        assert app.screen.query_one("#redirect_uri PastedInput", PastedInput).value == "http://localhost/x"
        choice(app).value = "home"
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        await pilot.pause()
        assert choice(app).value == "home"


async def test_a_new_profile_has_a_free_name_and_replaces_none() -> None:
    app = settings(others=(Profile(name="profile-2", client_id=CLIENT_ID),))
    async with app.run_test() as pilot:
        choice(app).value = ""
        await pilot.pause()
        await pilot.pause()
        await enter(pilot, "client_id", CLIENT_ID)
        app.screen.query_one("#begins", Tick).toggle()
        await pilot.press("f8")
        assert isinstance(app.screen, SettingsScreen), "what does not exist cannot be deleted"
        await pilot.press("f2")
    assert result(app).profile == Profile(name="profile-3", client_id=CLIENT_ID)
    assert result(app).replaces == ""
    assert result(app).begins


async def test_deleting_a_profile_asks_first() -> None:
    app = settings()
    async with app.run_test() as pilot:
        await pilot.press("f8")
        assert isinstance(app.screen, ConfirmDialog)
        await pilot.press("escape")
        assert app.answers == []
        await pilot.press("f8", "y")
    assert (result(app).action, result(app).profile.name) == ("delete", "default")


async def test_the_only_profile_cannot_be_deleted() -> None:
    app = settings(others=())
    async with app.run_test() as pilot:
        await pilot.press("f8")
        await pilot.pause()
        assert isinstance(app.screen, SettingsScreen)
        assert not app.screen.query("#delete")


async def test_inside_the_demo_drive_nobody_is_offered_the_demo_drive() -> None:
    app = settings(Profile(), first_run=True, in_demo=True)
    async with app.run_test() as pilot:
        await pilot.press("f6")
        assert app.answers == []
        assert not app.screen.query("#demo")


async def test_the_portal_can_be_copied_where_there_is_a_browser_too() -> None:
    opened: list[str] = []
    app = settings(opened=opened)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+y")
    assert app.clipboard == "https://portal.azure.com"
    assert opened == []


# --- the Test button -------------------------------------------------------------------------------------------


def line(check: str, verdict: Verdict, said: str, setting: str = "") -> CheckResult:
    return CheckResult(id=check, verdict=verdict, said=said, setting=setting, advice="Do it." if setting else "")


class FakeChecks:
    """Gives its lines one by one, each when the test lets it."""

    def __init__(self, *lines: CheckResult) -> None:
        self.lines = lines
        self.gate = asyncio.Semaphore(0)
        self.asked: list[tuple[Profile, str | None]] = []
        self.stopped = 0

    async def __call__(self, profile: Profile, secret: str | None) -> AsyncIterator[CheckResult]:
        self.asked.append((profile, secret))
        try:
            for result in self.lines:
                await self.gate.acquire()
                yield result
        finally:
            self.stopped += 1


async def test_checks_come_line_by_line_and_lead_to_the_field() -> None:
    checks = FakeChecks(
        line("names", Verdict.OK, "Found [/b] \x1b[31m."), line("client_id", Verdict.FAIL, "Unknown.", "client_id")
    )
    app = settings(checks=checks, focus="theme")
    async with app.run_test() as pilot:
        await enter(pilot, "client_secret", "a-secret-of-a-certain~length")
        await pilot.press("f9")
        await pilot.pause()
        assert [(profile.confidential, secret) for profile, secret in checks.asked] == [
            (True, "a-secret-of-a-certain~length")
        ]
        assert "✓ Server names" not in shown(app)
        checks.gate.release()
        await pilot.pause()
        await pilot.pause()
        assert "✓ Server names  Found [/b] ␛[31m." in shown(app)
        assert "✗ Client ID" not in shown(app)
        checks.gate.release()
        await settled(pilot)
        assert "✗ Client ID  Unknown." in shown(app)
        assert "1 thing is wrong" in shown(app)
        await pilot.press("c")
        assert "fail    Client ID: Unknown." in app.clipboard
        await pilot.press("enter")
        await pilot.pause()
        assert app.focused is app.screen.query_one("#client_id PastedInput")
    assert app.answers == []


async def test_escape_stops_the_checks() -> None:
    checks = FakeChecks(line("names", Verdict.OK, "Found."))
    app = settings(checks=checks)
    async with app.run_test() as pilot:
        await pilot.press("f9")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, SettingsScreen)
    assert checks.stopped == 1
    assert app.answers == []


async def test_checks_can_be_made_again() -> None:
    checks = FakeChecks(line("names", Verdict.WARN, "Slow."))
    app = settings(checks=checks)
    async with app.run_test() as pilot:
        await pilot.press("f9")
        checks.gate.release()
        await settled(pilot)
        assert "1 doubt" in shown(app)
        await pilot.press("r")
        checks.gate.release()
        await settled(pilot)
    assert len(checks.asked) == 2


async def test_a_slip_is_told_before_any_check() -> None:
    checks = FakeChecks()
    app = settings(Profile(), checks=checks)
    async with app.run_test() as pilot:
        await pilot.press("f9")
        await pilot.pause()
        assert told(app, "client_id")
    assert checks.asked == []


async def settled(pilot: Pilot[None]) -> None:
    """Until the checks have ended and their words are drawn."""
    for worker in list(pilot.app.workers):
        if worker.group == "checks":
            await worker.wait()
    await pilot.pause()
