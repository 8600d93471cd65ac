from service.cli.rule_files import RuleFiles


def record_story(files: RuleFiles, mentorship: str, program: str | None) -> None:
    """."""
