"""What mkdocs calls while it builds: adds the pages and pictures that are generated."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from docs.generate import draw_architecture, write_command_reference

_REPOSITORY = Path(__file__).parents[1]


def on_page_markdown(markdown: str, **_more: object) -> str:
    """Find the screenshots where `on_files` puts them; in the repository they lie elsewhere."""
    return markdown.replace("](../../screenshots/", "](../screenshots/")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the command reference, the drawing of the architecture and the screenshots."""
    files.append(File.generated(config, "reference/commands.md", content=write_command_reference()))
    files.append(File.generated(config, "contribute/architecture.svg", content=draw_architecture()))
    for picture in sorted((_REPOSITORY / "screenshots").glob("*.svg")):
        files.append(
            File.generated(config, f"screenshots/{picture.name}", abs_src_path=str(picture))
        )
    return files
