"""Reports by papermill's default path and by ours in one run; then the site of this repository, and many small reports.

Run with ``make bench``, or ``python benchmarks/reports.py``. Everything is written to a temporary folder; reports/ is left alone.
Each case is a process of its own. Time on the clock depends on what else the machine does; CPU seconds are those of the case and
of every process it started.

The notebook is an ordinary one: a panel of 300 people in 6 periods, a two-way panel regression and a clustered least squares,
three tables, three figures. It saves a finding, so that ours writes all its pages in two languages; papermill's default path
writes one page of the notebook.
"""

import argparse
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[1]
PARAMETERS = 'target_group = "g"\nmethod = "m"\noutcome = None\ndesign = "reviews"\nseed = 0\noutput = "output"\n'
ANALYSIS = (
    "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\nimport seaborn as sns\n"
    "import statsmodels.formula.api as smf\n"
    "from IPython.display import display\nfrom linearmodels import PanelOLS\n\nimport whatworks as ww",
    "rng = np.random.default_rng(seed)\nperson, period = np.divmod(np.arange(1800), 6)\n"
    "treated = (person < 150) & (period > 2)\n"
    'frame = pd.DataFrame({"person": person, "period": period, "treated": treated.astype(float)})\n'
    'frame["y"] = rng.normal(size=300)[person] + 0.3 * period + 0.5 * treated + rng.normal(size=1800)',
    'panel = PanelOLS.from_formula("y ~ treated + EntityEffects + TimeEffects", frame.set_index(["person", "period"]))\n'
    'fitted = panel.fit(cov_type="clustered", cluster_entity=True)\ndisplay(fitted.params.to_frame())',
    'plain = smf.ols("y ~ treated + C(period)", frame).fit(cov_type="cluster", cov_kwds={"groups": frame["person"]})\n'
    "display(plain.params.to_frame())",
    'frame.groupby(["period", "treated"], as_index=False)["y"].mean()',
    'sns.lineplot(frame, x="period", y="y", hue="treated")\ndisplay(plt.gcf(), metadata={"alt": "Means"})\nplt.close()',
    'sns.boxplot(frame, x="period", y="y")\ndisplay(plt.gcf(), metadata={"alt": "Spread"})\nplt.close()',
    'sns.regplot(frame.iloc[:300], x="period", y="y")\ndisplay(plt.gcf(), metadata={"alt": "Trend"})\nplt.close()',
)
SAVING = (
    "import whatworks as ww",
    "finding = ww.findings.Finding(target_group=target_group, method=method, outcome=outcome, design=design, labels={})\n"
    "saved = ww.findings.save(finding, output)",
)


def write_project(folder: Path, cells: Sequence[str]) -> None:
    """A project whose report notebook has these cells."""
    # No case pays for what only writing the project needs.
    import nbformat

    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    (folder / "evidence").symlink_to(ROOT / "evidence")
    parameters = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[parameters, *map(nbformat.v4.new_code_cell, cells)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "notebooks" / "method_report.ipynb")


def asked(folder: Path, count: int) -> list[dict[str, object]]:
    """The parameters of so many reports."""
    return [
        {"target_group": f"g{number}", "method": "m", "seed": number, "output": str(folder / str(number))}
        for number in range(count)
    ]


def by_papermill(folder: Path, parameters: Sequence[dict[str, object]]) -> None:
    """As papermill's and nbconvert's own documentation have it, one after another in this process."""
    import papermill
    from nbconvert.exporters import HTMLExporter

    for each in parameters:
        made = Path(str(each["output"]))
        made.mkdir()
        executed = papermill.execute_notebook(
            folder / "notebooks" / "method_report.ipynb", made / "report.ipynb", parameters=each, progress_bar=False
        )
        html, _ = HTMLExporter(exclude_input=True).from_notebook_node(executed)
        (made / "report.html").write_text(html)


def by_us(folder: Path, count: int, *, workers: int, languages: tuple[str, ...], watch: bool = False) -> None:
    """By the factory, warm; with ``watch`` the memory of everything it runs is told on the way."""
    from whatworks.workflow.jobs import Job
    from whatworks.workflow.run import in_processes

    jobs = []
    for each in asked(folder, count):
        parameters = {name: value for name, value in each.items() if name != "output"}
        question = SimpleNamespace(
            **each, design="reviews", folder=f"{each['target_group']}/m", parameters=parameters, effect=None
        )
        where = folder / "site" / question.folder
        jobs.append(Job(question=question, root=folder, folder=where, languages=languages, key=""))
    for number, outcome in enumerate(in_processes(workers=workers)(jobs), start=1):
        if outcome.failure or outcome.earlier:
            raise SystemExit(f"{outcome.folder}: {outcome.failure or outcome.earlier}")
        if watch and number in (count // 10, count // 2, count):
            print(f"    after {number:>5} reports: {memory():.0f} MB in this process and the server it forks reports from")


def memory() -> float:
    """Megabytes resident in this process and the fork server.

    Not the proportional set size: how much of the server's memory counts as shared depends on how many reports run just then.
    """
    from multiprocessing import forkserver

    total = 0
    for pid in (os.getpid(), forkserver._forkserver._forkserver_pid):
        status = Path(f"/proc/{pid}/status").read_text()
        total += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return total / 1024


def measured(name: str, command: Sequence[str]) -> None:
    """Run a case in a process of its own and print what it took, with everything it started."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - started
    while True:
        # Servers and kernels outlive the process that started them for a moment; their time counts too.
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = done.stdout.strip().splitlines()[-1:] if name.startswith("site") else done.stdout.rstrip("\n").splitlines()
    print(
        f"{name:<52} {wall:7.1f} s  {cpu:7.1f} CPU s"
        + (f"   {said[0].partition(' Open ')[0]}" if name.startswith("site") else "")
    )
    if not name.startswith("site"):
        print("\n".join(said), end="\n" if said else "")
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])


def heaviest_page(folder: Path) -> str:
    """The largest page of a site, and how many requests its pages would send elsewhere."""
    import re

    pages = sorted(folder.rglob("*.html"), key=lambda path: path.stat().st_size)
    loaded = re.compile(r'<(?:img|script|iframe|source)[^>]*\ssrc="(?!data:)|<link[^>]*\shref=|@import|url\(\s*[\'"]?http')
    outside = sum(len(loaded.findall(path.read_text(encoding="utf-8"))) for path in pages)
    largest = f"{pages[-1].stat().st_size / 1000:.0f} kB ({pages[-1].name})"
    return f"{len(pages)} pages, the largest {largest}, {outside} requests elsewhere"


def compare(count: int, many: int) -> None:
    """Every case in turn."""
    # Orphans of a case come to this process, so that their time can be counted.
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    again = (sys.executable, str(Path(__file__)))
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        for case in ("one", "papermill", "papermill2", "warm1", "ours", "small"):
            write_project(folder / case, SAVING if case == "small" else ANALYSIS + SAVING[1:])
        measured("papermill and nbconvert, 1 report", (*again, "--case", "papermill", str(folder / "one"), "1"))
        measured(
            f"papermill and nbconvert, {count} reports", (*again, "--case", "papermill", str(folder / "papermill"), str(count))
        )
        measured(
            f"papermill in two processes, {count} reports",
            (*again, "--case", "papermill2", str(folder / "papermill2"), str(count)),
        )
        measured("whatworks warm, 1 report, 2 languages", (*again, "--case", "ours", str(folder / "warm1"), "1"))
        measured(f"whatworks warm, {count} reports, 2 languages", (*again, "--case", "ours", str(folder / "ours"), str(count)))
        print("    " + heaviest_page(folder / "ours" / "site"))
        site = (str(Path(sys.executable).with_name("whatworks")), "reports", "--output", str(folder / "reports"))
        measured("site of this repository, everything", site)
        measured("site, nothing changed", site)
        measured("site, one report again", (*site, "--force", "--target-group", "homelessness"))
        print("    " + heaviest_page(folder / "reports"))
        if many:
            measured(
                f"whatworks warm, {many} small reports, 1 language", (*again, "--case", "small", str(folder / "small"), str(many))
            )


def main() -> None:
    """Compare everything, or run one case."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--reports", type=int, default=24, help="reports of the ordinary notebook")
    reader.add_argument("--many", type=int, default=1000, help="small reports; 0 leaves them out")
    reader.add_argument("--case", nargs=3, metavar=("CASE", "FOLDER", "COUNT"), help=argparse.SUPPRESS)
    given = reader.parse_args()
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    if not given.case:
        compare(given.reports, given.many)
        return
    case, folder, count = given.case[0], Path(given.case[1]), int(given.case[2])
    if case == "papermill":
        by_papermill(folder, asked(folder, count))
    elif case == "papermill2":
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            list(pool.map(by_papermill, [folder] * count, [[each] for each in asked(folder, count)]))
    else:
        by_us(folder, count, workers=2, languages=("en",) if case == "small" else ("da", "en"), watch=case == "small")


if __name__ == "__main__":
    main()
