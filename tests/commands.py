"""Run a command of `python -m csg_maps` in this process and keep what it said."""

from click.testing import CliRunner, Result

from csg_maps.cli import main


def run(*words: object) -> Result:
    """Run it; a failure of ours inside (a traceback) is raised, a clear refusal is a result."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def supply(*words: object, agency: str = "police", share_with: str = "all") -> Result:
    """Run `import` with a provenance that stands."""
    return run(
        "import",
        *words,
        *("--agency", agency, "--agreement", "WASPI ISP 12", "--purpose", "Safer places for young people"),
        *("--share-with", share_with, "--retain-until", "2030-03-31"),
    )
