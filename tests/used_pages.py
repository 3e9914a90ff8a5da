"""A page as a reader uses it: what loads when it is used is opened here."""


def open_menus(tab):
    """Open the menus of a page and wait until they are filled."""
    if not tab.evaluate("document.getElementById('explore').open"):
        tab.click("#explore > summary")
    tab.wait_for_selector("#switch select")


def open_tools(tab):
    """Have the long tables of a page sort and search, if it has any."""
    button = tab.get_by_role("button", name="Sort, search, download").first
    if button.count():
        button.evaluate("one => one.click()")
        tab.wait_for_selector(".table-tools input", state="attached")
