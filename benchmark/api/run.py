"""A run from Python."""

from pathlib import Path

from benchmark.errors import BenchError
from benchmark.planning.run_config import RunConfig
from benchmark.progress import Progress
from benchmark.records.record import records_so_far
from benchmark.reports.page.results import write_results
from benchmark.running.session import open_session


def run(config: RunConfig) -> Path:
    """Trains what is missing, scores it, and writes records, tables and report.

    What is in the store is not trained again, so the same call continues an interrupted run.

    Args:
        config: the options of `isp-bench run`; of data sets, one.

    Returns:
        The run's folder.

    Raises:
        BenchError: what is wrong with the request, found before any training; or steps failed, and
            then the cells that could be scored are recorded in the run's folder.
    """
    with Progress() as progress:
        session = open_session(config)
        outcome = session.run(progress)
    records = records_so_far(session.folder)
    if records:
        write_results(session.folder, records, config, session.store)
    if outcome.failures:
        failed = "; ".join(session.plan.steps[key].title for key in outcome.failures)
        raise BenchError(f"These steps of {session.folder} failed: {failed}.")
    return session.folder
