"""Where the book and its repository are published, as _config.yml says; nothing is made up.

The keys are those of Jupyter Book and its theme: `html: baseurl`, and below `html_theme_options`
`repository_url`, `repository_branch`, `path_to_docs` and `launch_buttons`. Without them there is no
address and no launch link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

# What Jupyter Book takes for the repository where nobody named one.
_PLACEHOLDER = "https://github.com/executablebooks/jupyter-book"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a published book; "" for what is not configured.

    Attributes
    ----------
    book : str
        Folder that its HTML is published in, ending with a slash.
    repository, branch, folder : str
        Where its sources are, and where the book lies in them.
    binder, colab : str
        Services that run a notebook of the repository.
    """

    book: str = ""
    repository: str = ""
    branch: str = "main"
    folder: str = ""
    binder: str = ""
    colab: str = ""

    def page(self, name: str) -> str:
        """Return the address of a file of the book, "" where the book has none."""
        return f"{self.book}{quote(name)}" if self.book else ""

    def source(self, name: str) -> str:
        """Return the address of a file of the project in its repository, "" where it has none."""
        if not self.repository:
            return ""
        path = quote("/".join(filter(None, (self.folder.strip("/"), name))))
        # GitLab keeps files one folder deeper than GitHub and those that follow it.
        tree = "-/blob" if "gitlab" in urlsplit(self.repository).netloc else "blob"
        return f"{self.repository}/{tree}/{quote(self.branch, safe='')}/{path}"

    def launches(self, source: str) -> dict[str, str]:
        """Return the address that opens a notebook in each configured service, by its name.

        The notebook holds its parameters cell, which is what a reader changes there.
        """
        parts = urlsplit(self.repository)
        owner_and_name = parts.path.strip("/").removesuffix(".git")
        if owner_and_name.count("/") != 1:
            return {}
        path = quote("/".join(filter(None, (self.folder.strip("/"), source))))
        found = {}
        provider = {"github.com": "gh", "gitlab.com": "gl"}.get(parts.netloc)
        if self.binder and provider:
            name = owner_and_name if provider == "gh" else quote(owner_and_name, safe="")
            ref = quote(self.branch, safe="")
            found["Binder"] = (
                f"{self.binder.rstrip('/')}/v2/{provider}/{name}/{ref}?urlpath=lab/tree/{path}"
            )
        if self.colab and provider == "gh":
            branch = quote(self.branch, safe="")
            found["Colab"] = (
                f"{self.colab.rstrip('/')}/github/{owner_and_name}/blob/{branch}/{path}"
            )
        return found


def read_addresses(base: str | None, theme: dict[str, Any]) -> Addresses:
    """Return the addresses from `html_baseurl` and the options of the theme.

    Addresses that are not https are left out, for they would end up in links.
    """
    launch = theme.get("launch_buttons") or {}
    repository = _https(theme.get("repository_url")).rstrip("/")
    book = _https(base)
    return Addresses(
        book=f"{book.rstrip('/')}/" if book else "",
        repository="" if repository == _PLACEHOLDER else repository,
        branch=str(theme.get("repository_branch") or "main"),
        folder=str(theme.get("path_to_docs") or ""),
        binder=_https(launch.get("binderhub_url")),
        colab=_https(launch.get("colab_url")),
    )


def _https(value: Any) -> str:
    text = str(value or "")
    return text if text.startswith("https://") else ""
