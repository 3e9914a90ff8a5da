"""The software bill of materials of a release: every locked package, as CycloneDX JSON.

It is made from the lock file alone, so that the same release gives the same bytes anywhere: its
time is the date of the release, its serial number is made of its content.
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

NAME = "sbom.cdx.json"
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\\n]+))?", re.MULTILINE)
# Where a package is installed only under a condition, as the lock states it.
_MARKER = "evidence:marker"


def _component(name: str, version: str, marker: str) -> Component:
    url = PackageURL("pypi", name=name.lower(), version=version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=url.to_string(),
        properties=[Property(name=_MARKER, value=marker.strip())] if marker else [],
    )


def sbom_text(lock: str, version: str, date: str) -> str:
    """Return the bill of materials of a release.

    Parameters
    ----------
    lock : str
        Text of requirements.lock.
    version, date : str
        Version and date of the release.

    Raises
    ------
    ValueError
        Where the lock names no package.
    """
    locked = _LOCKED.findall(lock)
    if not locked:
        raise ValueError("requirements.lock: expected lines such as name==1.2, got none")
    book = Component(
        name="evidence-book",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"evidence-book@{version}",
    )
    # One name can be locked at several versions, each under its marker.
    components = [_component(*one) for one in sorted(set(locked))]
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, f"{version}\n{date}\n{lock}"),
        components=components,
    )
    bom.metadata.component = book
    bom.metadata.timestamp = datetime.fromisoformat(date).replace(tzinfo=UTC)
    bom.register_dependency(book, components)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"
