"""Signing in with a real browser: its cookies on loopback, its authenticator, its policies."""

import pyotp
from playwright.async_api import Browser

from auth.people.people import Given
from tests.mall import Mall
from tests.pages.conftest import visit
from tests.people.persons import PASSWORD, Staff

PASSKEY = "form[data-passkey] button.main"
OUT = "form[action^='/console/sign-out'] button"


async def test_a_person_comes_in_with_an_app_then_with_a_passkey(
    chromium: Browser, mall: Mall, staff: Staff
) -> None:
    one = await staff.invited("hanako", Given("finance-approver"))
    two = await staff.invited("taro", Given("hq"))
    async with visit(chromium, mall) as here:
        await here.has_passkeys()
        page = here.page
        await here.goes(f"/console/welcome?key={two.key}&lang=ja", "新しいパスワード")
        await here.sends(password=PASSWORD)
        await here.is_at("/console/enrol", "認証アプリ")
        secret = await page.locator("code").first.inner_text()
        code = pyotp.TOTP(secret).at(staff.watch())
        await here.sends("form:not([data-passkey]) button.main", code=code)
        await here.is_at("/console", "本部")
        (cookie,) = await here.context.cookies()
        assert cookie["name"] == "__Host-meguri"
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
        assert await page.evaluate("document.cookie") == ""
        await here.sends(OUT)
        await here.is_at("/console/sign-in")

        await here.goes(f"/console/welcome?key={one.key}&lang=en")
        await here.sends(password=PASSWORD)
        await here.is_at("/console/enrol", "Whoever approves needs a passkey")
        await here.sends(PASSKEY)
        await here.is_at("/console", "approves")
        await here.sends(OUT)
        await here.is_at("/console/sign-in")
        await here.goes("/console/sign-in?lang=en&return_to=/console/sessions")
        await here.sends(login="hanako", password=PASSWORD)
        await here.is_at("/console/second", "Passkey")
        await here.sends(PASSKEY)
        await here.is_at("/console/sessions", "passkey")
        here.whole()
