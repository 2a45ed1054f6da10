"""A browser for the tests of pages: any Chromium; without one they are skipped."""

import shutil

import pytest

from tests.conftest import LIMIT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_api.sync_playwright() as playwright:
        try:
            # A container often runs as root and has no room for Chromium's own shared memory.
            options = ["--no-sandbox", "--disable-dev-shm-usage"]
            browser = playwright.chromium.launch(
                executable_path=program, args=options, timeout=1000 * LIMIT
            )
        except sync_api.Error:
            pytest.skip("needs a Chromium, which is not installed")
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def size(request):
    return SIZES[request.param]


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture
def complaints():
    return []
