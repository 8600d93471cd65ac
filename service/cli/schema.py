"""`intouch schema`: what editors need to complete and explain rules."""

from pathlib import Path

import click
import orjson

from service.adapters.rulebook.editor import editor_schemas
from service.cli.rule_files import RuleFiles


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write here; else beside the event schemas."
)
def schema(folder: Path | None, out: Path | None) -> None:
    """Write the schemas by which an editor completes and explains the words of rules, programs and stories.

    They offer the events of this installation, and the messages, resources, staff roles and rules of DIR.
    """
    files = RuleFiles(folder)
    target = out or files.settings.schemas_dir
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, body in editor_schemas(files.loaded.draft).items():
            (target / name).write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2) + b"\n")
            click.echo(f"Wrote {target / name}")
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written ({error.strerror}). Name another folder.") from error
