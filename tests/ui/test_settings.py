"""Filling in the settings: checks, cleaning, saving, leaving."""

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Select, Static

from odtui.config.settings import Profile
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.screens.settings import SettingsResult, SettingsScreen
from odtui.ui.widgets.field import Field
from odtui.ui.widgets.guide import Guide
from odtui.ui.widgets.line_input import LineInput
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
) -> StyledApp:
    def open_url(url: str) -> bool:
        assert opened is not None
        opened.append(url)
        return True

    return StyledApp(
        SettingsScreen(
            profile,
            first_run=first_run,
            secret_stored=secret_stored,
            taken_names=frozenset({"home"}),
            theme="odtui-dark",
            themes=["odtui-dark", "odtui-light"],
            focus=focus,
            problem=problem,
            open_url=open_url if opened is not None else None,
        )
    )


async def enter(pilot: Pilot[None], field: str, text: str) -> None:
    """Put a text into a field as a paste would, and leave the field."""
    line = pilot.app.screen.query_one(f"#{field} LineInput", LineInput)
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
        assert app.screen.query_one("#client_id LineInput", LineInput).value == CLIENT_ID
        await enter(pilot, "tenant", " contoso.onmicrosoft.com\u200b")
        await pilot.press("f2")
    assert result(app).action == "save"
    assert result(app).profile == Profile(client_id=CLIENT_ID, tenant="contoso.onmicrosoft.com")
    assert result(app).secret is None


async def test_a_blank_directory_means_common() -> None:
    app = settings(replace(READY, tenant="organizations"))
    async with app.run_test() as pilot:
        await enter(pilot, "tenant", "")
        await pilot.press("f2")
    assert result(app).profile.tenant == "common"


async def test_saving_goes_to_the_first_bad_field_and_tells_all() -> None:
    app = settings(Profile(), first_run=True)
    async with app.run_test() as pilot:
        await enter(pilot, "tenant", "two words")
        await pilot.press("f2")
        await pilot.pause()
        assert app.answers == []
        assert app.focused is app.screen.query_one("#client_id LineInput")
        assert told(app, "client_id")
        assert told(app, "tenant")


@pytest.mark.parametrize(
    ("field", "text", "word"),
    [
        ("client_id", "my app", "application ID"),
        ("client_secret", CLIENT_ID, "Secret ID"),
        ("tenant", "my company", "blanks"),
        ("redirect_uri", "https://localhost", "http://localhost"),
        ("redirect_uri", "http://127.0.0.1:8400", "localhost"),
        ("name", "home", "Another profile"),
    ],
)
async def test_slips_are_told_below_their_field(field: str, text: str, word: str) -> None:
    app = settings()
    async with app.run_test() as pilot:
        await enter(pilot, field, text)
        assert word in (told(app, field) or "")


async def test_a_secret_makes_the_registration_a_web_one() -> None:
    app = settings()
    async with app.run_test() as pilot:
        assert app.screen.query_one("#redirect_uri LineInput", LineInput).placeholder == "http://localhost"
        await enter(pilot, "client_secret", "a-secret-of-a-certain~length")
        assert (
            app.screen.query_one("#redirect_uri LineInput", LineInput).placeholder == "http://localhost:8400/callback"
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
        app.screen.query_one("#client_secret LineInput").focus()
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
        assert app.focused is app.screen.query_one("#tenant LineInput")


async def test_an_unknown_field_to_begin_with_means_the_first() -> None:
    app = settings(focus="nonsense")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.focused is app.screen.query_one("#client_id LineInput")


async def test_enter_goes_to_the_next_field() -> None:
    app = settings()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#client_secret LineInput")
