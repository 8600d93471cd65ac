"""The command line: `intouch …`. Every command says in one line what is wrong and what to do."""

import sys

import click

from service.cli.auditing import audit
from service.cli.blocking import blocked
from service.cli.bouncing import bounces
from service.cli.braking import expect, resume, stop
from service.cli.dead_letters import dead_letters
from service.cli.deploying import deploy, rollback, rule_sets
from service.cli.doctoring import doctor
from service.cli.erasing import erase
from service.cli.holding import held
from service.cli.keying import keys
from service.cli.publishing import publish
from service.cli.restoring import restored
from service.cli.rules import check, cover, explain, forecast, preview, schema, simulate, test
from service.cli.running import consume, migrate, relay, run, serve, work
from service.cli.staying import console, sessions
from service.cli.tidying import tidy
from service.domain.errors import IntouchError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="intouch")
def intouch() -> None:
    """Intouch keeps mentorships in touch: rules decide who should hear what, and when."""


_RUNNING = (run, serve, consume, work, relay, migrate, publish, keys, dead_letters, console, sessions)
_TRYING = (check, test, cover, simulate, explain, forecast, preview, schema)
_LIVE = (deploy, rollback, rule_sets)
_LOOKING = (doctor, audit)
_KEEPING = (erase, tidy)
_BRAKES = (stop, resume, expect, held, blocked, bounces, restored)
for _command in (*_RUNNING, *_TRYING, *_LIVE, *_LOOKING, *_KEEPING, *_BRAKES):
    intouch.add_command(_command)


def main() -> None:
    """Run the command line; exit code 0 only on success, and never a stack trace."""
    try:
        sys.exit(intouch.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except IntouchError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # the edge of the process: a defect is told in a line, not as a trace
        click.echo(f"Error: Intouch met a defect of its own ({type(error).__name__}). Please report it.", err=True)
        sys.exit(70)
