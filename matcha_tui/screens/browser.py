"""Opens an address in a browser that has a window of its own."""

import webbrowser


def open_in_browser(url: str) -> bool:
    """Open an address.

    A browser that runs in the terminal would draw over the screen, so it does not count.

    Returns:
        Whether there was a browser to open it.
    """
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    in_terminal = type(browser) is webbrowser.GenericBrowser
    return not in_terminal and browser.open(url)
